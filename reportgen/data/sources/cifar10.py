"""CIFAR-10: 60,000 colour photographs, 32 by 32 pixels, in ten classes."""

import pickle
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from reportgen.data.cache import cached, downloads_folder, writable_or_temporary
from reportgen.data.dataset import Dataset, make_dataset
from reportgen.data.download import RemoteFile, check, damaged, fetch, placed
from reportgen.data.sources.torchvision_import import import_datasets
from reportgen.files.atomic import partial_folder

ARCHIVE = "cifar-10-python.tar.gz"


def load() -> Dataset:
    """CIFAR-10 in its own order, from the archive at hand or else downloaded."""
    archive = placed(ARCHIVE) or _download()
    dataset = cached("cifar10", archive.name, [archive], lambda: _decode(archive))
    return replace(dataset, default_train=30_000, default_validation=10_000)


def _download() -> Path:
    official = import_datasets().CIFAR10
    file = RemoteFile(ARCHIVE, (official.url,), official.tgz_md5)
    return fetch("cifar10", file, f"place {ARCHIVE} in {downloads_folder()}")


def _decode(archive: Path) -> Dataset:
    official = import_datasets().CIFAR10
    # Before anything is unpacked: the archive holds pickles, which could run code.
    check("cifar10", archive, official.tgz_md5)
    try:
        with partial_folder(writable_or_temporary(downloads_folder())) as room:
            with tarfile.open(archive) as tar:
                # Python before 3.11.4 has no filters; the checksum has vouched for the content
                safe: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
                tar.extractall(room, **safe)
            train, test = official(room, train=True), official(room, train=False)
    except (
        OSError,
        RuntimeError,
        ValueError,
        KeyError,
        EOFError,
        tarfile.TarError,
        pickle.PickleError,
    ) as error:
        raise damaged("cifar10", archive, error) from error
    return make_dataset(
        "cifar10",
        (train.data, np.array(train.targets)),
        (test.data, np.array(test.targets)),
        train.classes,
        f"CIFAR-10, {archive.name}, md5 {official.tgz_md5}",
    )
