"""Fashion-MNIST: 70,000 gray pictures of clothes, 28 by 28 pixels, in ten classes."""

import gzip
import shutil
import zlib
from dataclasses import replace
from pathlib import Path

from reportgen.data.cache import cached, downloads_folder, writable_or_temporary
from reportgen.data.dataset import Dataset, make_dataset
from reportgen.data.download import RemoteFile, check, damaged, fetch, placed
from reportgen.data.errors import DataError, reason
from reportgen.data.sources.torchvision_import import import_datasets
from reportgen.files.atomic import partial_folder

DEBIAN_FOLDER = Path("/usr/share/datasets/fashion-mnist")
"""Where Debian's package dataset-fashion-mnist puts the four files."""

FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def load() -> Dataset:
    """Fashion-MNIST in its own order: Debian's package, or the archives at hand, or else downloaded."""
    files = [DEBIAN_FOLDER / name for name in FILES]
    debian = all(file.is_file() for file in files)
    if not debian:
        files = [placed(name) or _download(name) for name in FILES]
    dataset = cached("fashion-mnist", debian, files, lambda: _decode(files, debian))
    return replace(dataset, default_train=50_000, default_validation=10_000)


def _download(name: str) -> Path:
    official = import_datasets().FashionMNIST
    urls = tuple(f"{mirror}{name}" for mirror in official.mirrors)
    missing = ", ".join(name for name in FILES if not placed(name))
    return fetch(
        "fashion-mnist",
        RemoteFile(name, urls, dict(official.resources)[name]),
        f"install Debian's package dataset-fashion-mnist, or place {missing} in {downloads_folder()}",
    )


def _decode(files: list[Path], debian: bool) -> Dataset:
    official = import_datasets().FashionMNIST
    if not debian:
        for file in files:
            check("fashion-mnist", file, dict(official.resources)[file.name])
    with partial_folder(writable_or_temporary(downloads_folder())) as room:
        # Debian compresses the files anew, so its copies have other checksums than the publisher's;
        # gzip's own checksum guards them.
        for file in files:
            _unpack(file, room / "FashionMNIST" / "raw" / file.stem)
        try:
            train, test = official(room, train=True), official(room, train=False)
            parts = [(part.data.numpy(), part.targets.numpy()) for part in (train, test)]
            if any(len(images) != len(labels) for images, labels in parts):
                raise ValueError("not as many labels as images")
        except (OSError, RuntimeError, ValueError, AssertionError, KeyError, TypeError) as error:
            raise DataError(
                f"source fashion-mnist: the files in {files[0].parent} do not hold Fashion-MNIST"
                f" ({reason(error)}): {_remedy(debian)}"
            ) from error
    origin = "Debian's dataset-fashion-mnist" if debian else "the publisher's files, by their checksums"
    return make_dataset("fashion-mnist", parts[0], parts[1], official.classes, f"Fashion-MNIST, {origin}")


def _unpack(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with gzip.open(file) as packed, target.open("wb") as out:
            shutil.copyfileobj(packed, out)
    except (OSError, EOFError, zlib.error) as error:
        raise damaged("fashion-mnist", file, error) from error


def _remedy(debian: bool) -> str:
    if debian:
        return "reinstall the package dataset-fashion-mnist"
    return "delete them and try again"
