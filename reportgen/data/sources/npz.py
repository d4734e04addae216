"""A user's own arrays: x_train, y_train, x_test, y_test in one .npz file, as Keras writes them."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from reportgen.data.cache import cached
from reportgen.data.dataset import (
    MOST_BYTES,
    MOST_CLASSES,
    Dataset,
    check_class_names,
    check_size,
    make_dataset,
)
from reportgen.data.errors import DataError, reason

Array = npt.NDArray[Any]

_NEEDED = ("x_train", "y_train", "x_test", "y_test")


def load(path: Path) -> Dataset:
    """The arrays of the file, in their own order, with the file's `classes` or the numbers as names."""
    if not path.exists():
        raise DataError(f"npz file {path} does not exist: give the path of a file with {', '.join(_NEEDED)}")
    return cached("npz", path.name, [path], lambda: _decode(path))


def _decode(path: Path) -> Dataset:
    arrays = _read(path)
    x_train, x_test = (_images(arrays[name], f"npz file {path}: {name}") for name in ("x_train", "x_test"))
    if x_train.shape[1:] != x_test.shape[1:]:
        raise DataError(
            f"npz file {path}: x_train holds images of shape {x_train.shape[1:]},"
            f" but x_test of shape {x_test.shape[1:]}: give both the same shape"
        )
    y_train = _labels(arrays["y_train"], len(x_train), f"npz file {path}: y_train")
    y_test = _labels(arrays["y_test"], len(x_test), f"npz file {path}: y_test")
    if "classes" in arrays:
        names = _names(arrays["classes"], f"npz file {path}: classes")
        _refuse_unnamed(y_train, names, f"npz file {path}: y_train")
        _refuse_unnamed(y_test, names, f"npz file {path}: y_test")
    else:
        _refuse_unseen(y_train, y_test, path)
        names = [str(number) for number in range(int(y_train.max()) + 1)]
    return make_dataset("npz", (x_train, y_train), (x_test, y_test), names, f"npz file {path.name}")


def _read(path: Path) -> dict[str, Array]:
    """The arrays by name. Pickles are never read: they could run code."""
    try:
        file = np.load(path, allow_pickle=False)
    except Exception as error:  # whatever a damaged file makes numpy and zipfile raise
        raise DataError(
            f"npz file {path} is no npz file, or is damaged ({_first_sentence(error)}):"
            " write it again with numpy.savez"
        ) from error
    if not isinstance(file, np.lib.npyio.NpzFile):
        raise DataError(f"npz file {path} holds one bare array: write x_train, y_train, ... with numpy.savez")
    with file:
        missing = [name for name in _NEEDED if name not in file]
        if missing:
            raise DataError(
                f"npz file {path}: no array {', '.join(missing)} in it"
                f" (it holds {', '.join(file.files) or 'none'}):"
                f" write {', '.join(_NEEDED)} with numpy.savez"
            )
        if file.zip is not None and sum(one.file_size for one in file.zip.infolist()) > MOST_BYTES:
            raise DataError(
                f"npz file {path}: its arrays take more than {MOST_BYTES // 2**30} GiB: write fewer images,"
                " and as uint8"
            )
        return {name: _member(file, name, path) for name in (*_NEEDED, "classes") if name in file}


def _member(file: "np.lib.npyio.NpzFile", name: str, path: Path) -> Array:
    try:
        array = file[name]
    except Exception as error:  # the same
        if "allow_pickle" in str(error):
            raise DataError(
                f"npz file {path}: {name} is an array of Python objects, which is not safe to read:"
                " save numbers (images uint8, labels int64) or, for classes, strings"
            ) from error
        raise DataError(
            f"npz file {path}: {name} cannot be read ({_first_sentence(error)}): write the file again"
        ) from error
    if not isinstance(array, np.ndarray):
        raise DataError(f"npz file {path}: {name} is no array: write it with numpy.savez")
    return array


def _images(x: Array, where: str) -> Array:
    if x.size == 0:
        raise DataError(f"{where} is empty (shape {x.shape}): give at least one image")
    if x.ndim not in (3, 4) or (x.ndim == 4 and x.shape[3] not in (1, 3)):
        raise DataError(
            f"{where} has shape {x.shape}: images must be (N, H, W),"
            " or (N, H, W, C) with 1 or 3 channels last"
        )
    if x.dtype.kind not in "iu":
        raise DataError(
            f"{where} is {x.dtype}: images must be whole numbers from 0 to 255; convert with"
            " (x * 255).round().astype('uint8') if they run from 0 to 1, else with x.astype('uint8')"
        )
    if x.dtype != np.uint8 and (x.min() < 0 or x.max() > 255):
        raise DataError(f"{where} has values from {x.min()} to {x.max()}: scale them into 0 to 255")
    check_size(len(x), x.shape[1:], where)
    return x


def _labels(y: Array, images: int, where: str) -> Array:
    if y.ndim != 1 and not (y.ndim == 2 and y.shape[1] == 1):
        raise DataError(
            f"{where} has shape {y.shape}: labels must be (N,) or (N, 1);"
            " turn one-hot rows into numbers with argmax(1)"
        )
    if y.dtype.kind not in "iu":
        raise DataError(f"{where} is {y.dtype}: labels must be whole numbers; convert with y.astype('int64')")
    if len(y) != images:
        raise DataError(f"{where} has {len(y)} labels for {images} images: give one label to each image")
    if y.min() < 0:
        raise DataError(f"{where} holds the label {y.min()}, out of range: labels count from 0")
    if y.max() >= MOST_CLASSES:
        raise DataError(
            f"{where} holds the label {y.max()}, out of range:"
            f" labels count classes from 0 and stay below {MOST_CLASSES:,}"
        )
    return y.reshape(-1)


def _names(classes: Array, where: str) -> list[str]:
    if classes.ndim != 1 or classes.dtype.kind not in "US":
        raise DataError(f"{where} is {classes.dtype} of shape {classes.shape}: give a list of strings")
    try:
        names = [name.decode() if isinstance(name, bytes) else str(name) for name in classes.tolist()]
    except UnicodeDecodeError as error:
        raise DataError(f"{where}: a name is not UTF-8: save the names as strings, not bytes") from error
    check_class_names(names, where)
    return names


def _refuse_unnamed(y: Array, names: list[str], where: str) -> None:
    if y.max() >= len(names):
        raise DataError(
            f"{where} holds the label {y.max()}, out of range: classes names only {len(names)}"
            f" (labels 0 to {len(names) - 1}); add the missing names or mend the labels"
        )


def _refuse_unseen(y_train: Array, y_test: Array, path: Path) -> None:
    """Without names, y_train alone says which classes there are."""
    unseen = np.setdiff1d(y_test, y_train)
    if unseen.size:
        raise DataError(
            f"npz file {path}: y_test holds the label {unseen[0]}, out of range: y_train never has it;"
            " mend the labels, or add an array classes with the names"
        )


def _first_sentence(error: BaseException) -> str:
    """What is wrong, without numpy's advice to allow pickles, which would be wrong here."""
    text = reason(error)
    return "not a zip archive" if "pickle" in text else text.split(". ")[0]
