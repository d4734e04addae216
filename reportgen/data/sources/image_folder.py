"""A user's own image files: train/CLASS/* and test/CLASS/*."""

import contextlib
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from reportgen.data.cache import cached
from reportgen.data.dataset import Dataset, Images, check_class_names, check_size, make_dataset
from reportgen.data.errors import DataError, reason
from reportgen.data.progress import progress_bar

_GRAY = {"1", "L", "LA"}
_COLOUR = {"RGB", "RGBA", "P", "CMYK", "YCbCr"}
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "PPM", "TIFF", "WEBP")
"""What Pillow may take a file for. For others it calls other programs, such as Ghostscript for EPS."""


@dataclass(frozen=True)
class _Listing:
    """The files of one part in order, with each file's class as a number."""

    files: list[Path]
    labels: list[int]


def load(path: Path) -> Dataset:
    """The images below the folder, classes and files in the order of their names."""
    if not path.is_dir():
        what = "is a file, not a folder" if path.exists() else "does not exist"
        raise DataError(
            f"image folder {path} {what}: give a folder with train/CLASS/* and test/CLASS/* in it"
        )
    classes = _classes(path)
    train, test = (_list_part(path / part, classes) for part in ("train", "test"))
    files = [*train.files, *test.files]
    identity = [path.resolve().name, [str(file.relative_to(path)) for file in files]]
    dataset = cached("folder", identity, files, lambda: _decode(path, classes, train, test))
    # The files come sorted by class: without a shuffle the first part would hold the first classes only.
    return replace(dataset, default_seed=0)


def _classes(path: Path) -> list[str]:
    """The names of the class folders, which train and test must share."""
    names = {part: _class_folders(path, part) for part in ("train", "test")}
    for part, other in (("train", "test"), ("test", "train")):
        lonely = sorted(set(names[part]) - set(names[other]))
        if lonely:
            raise DataError(
                f"image folder {path}: the class folder {part}/{lonely[0]} has no partner"
                f" {other}/{lonely[0]}: add it or remove the other"
            )
    check_class_names(names["train"], f"image folder {path}")
    return names["train"]


def _class_folders(path: Path, part: str) -> list[str]:
    folder = path / part
    if not folder.is_dir():
        raise DataError(f"image folder {path} has no folder {part}: put images into {folder}/CLASS/")
    names = sorted(entry.name for entry in _visible(folder) if entry.is_dir())
    if not names:
        raise DataError(f"image folder {folder} has no class folders: put images into {folder}/CLASS/")
    return names


def _list_part(folder: Path, classes: list[str]) -> _Listing:
    listing = _Listing([], [])
    for label, name in enumerate(classes):
        files = sorted(_visible(folder / name))
        if not files:
            raise DataError(f"class folder {folder / name} is empty: put images into it, or remove the class")
        listing.files.extend(files)
        listing.labels.extend([label] * len(files))
    return listing


def _visible(folder: Path) -> list[Path]:
    """What is in the folder, without the hidden files that desktops and version control leave."""
    return [entry for entry in folder.iterdir() if not entry.name.startswith(".")]


def _decode(path: Path, classes: list[str], train: _Listing, test: _Listing) -> Dataset:
    size, mode = _size_and_mode([*train.files, *test.files])
    return make_dataset(
        "folder",
        (_pixels(train.files, size, mode), np.array(train.labels)),
        (_pixels(test.files, size, mode), np.array(test.labels)),
        classes,
        f"image folder {path.resolve().name}",
    )


def _size_and_mode(files: list[Path]) -> tuple[tuple[int, int], str]:
    """The one size of all images, and "L" if each of them is gray, else "RGB"; reads only file heads."""
    expected, _ = _head(files[0])
    mode = "L"
    with progress_bar("looking at images", len(files)) as advance:
        for file in files:
            size, file_mode = _head(file)
            if size != expected:
                raise DataError(
                    f"image {file} is {size[0]} x {size[1]} pixels, but {files[0]} is"
                    f" {expected[0]} x {expected[1]}: scale all images to one size"
                )
            if file_mode not in _GRAY:
                mode = "RGB"
            advance(1)
    return expected, mode


def _head(file: Path) -> tuple[tuple[int, int], str]:
    """The size (width, height) and Pillow's mode of an image file."""
    from PIL import Image

    try:
        with _silence(), Image.open(file, formats=_FORMATS) as image:
            size, mode = image.size, image.mode
    except Exception as error:  # whatever a damaged file makes Pillow raise
        raise _no_image(file, error) from error
    if mode not in _GRAY | _COLOUR:
        raise DataError(
            f"image {file} has pixels of a kind that cannot be read ({mode}): save it with 8 bits a channel"
        )
    return size, mode


def _pixels(files: list[Path], size: tuple[int, int], mode: str) -> Images:
    """All images, (N, H, W, C) with one channel for mode "L" and three for "RGB"."""
    from PIL import Image

    channels = 1 if mode == "L" else 3
    check_size(len(files), (size[1], size[0], channels), f"image folder {files[0].parents[2]}")
    pixels = np.empty((len(files), size[1], size[0], channels), dtype=np.uint8)
    with _whole_images_only(), progress_bar("reading images", len(files)) as advance:
        for index, file in enumerate(files):
            try:
                with _silence(), Image.open(file, formats=_FORMATS) as image:
                    pixels[index] = np.asarray(image.convert(mode)).reshape(pixels.shape[1:])
            except Exception as error:  # the same
                raise _no_image(file, error) from error
            advance(1)
    return pixels


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Pillow warns of much that it can read all the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _whole_images_only() -> Iterator[None]:
    """Let Pillow refuse a truncated image, even where WeasyPrint, once imported, has told it to make do."""
    from PIL import ImageFile

    before = ImageFile.LOAD_TRUNCATED_IMAGES
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before


def _no_image(file: Path, error: BaseException) -> DataError:
    # Pillow's reason mostly repeats the path.
    why = "of no known format" if "cannot identify" in str(error) else reason(error)
    return DataError(f"file {file} is no image, or is damaged ({why}): remove it or replace it")
