"""A user's own arrays: x_train, y_train, x_test, y_test in one .npz file, as Keras writes them."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from reportgen.data.cache import cached
from reportgen.data.dataset import (
    LARGEST_NUMBER,
    MOST_BYTES,
    MOST_CLASSES,
    Column,
    Dataset,
    check_class_names,
    check_size,
    make_dataset,
)
from reportgen.data.errors import DataError, reason
from reportgen.data.notes import Note
from reportgen.data.sources.conversions import (
    BY_HAND,
    CHANNELS,
    Array,
    Pair,
    channels_last,
    floats_to_bytes,
    one_hot_to_numbers,
)

_NEEDED = ("x_train", "y_train", "x_test", "y_test")


def load(path: Path) -> Dataset:
    """The arrays of the file, in their own order, with the file's `classes` or the numbers as names."""
    if not path.exists():
        raise DataError(f"npz file {path} does not exist: give the path of a file with {', '.join(_NEEDED)}")
    return cached("npz", path.name, [path], lambda: _decode(path))


def _decode(path: Path) -> Dataset:
    arrays = _read(path)
    flat = all(arrays[name].ndim == 2 for name in ("x_train", "x_test"))
    (x_train, x_test), notes = (_rows if flat else _images)(arrays, path)
    labels = []
    for part, images in (("y_train", x_train), ("y_test", x_test)):
        y, of_labels = one_hot_to_numbers(arrays[part], part)
        labels.append(_labels(y, len(images), f"npz file {path}: {part}"))
        notes += of_labels
    y_train, y_test = labels
    if "classes" in arrays:
        names = _names(arrays["classes"], f"npz file {path}: classes")
        _refuse_unnamed(y_train, names, f"npz file {path}: y_train")
        _refuse_unnamed(y_test, names, f"npz file {path}: y_test")
    else:
        _refuse_unseen(y_train, y_test, path)
        names = [str(number) for number in range(int(y_train.max()) + 1)]
    columns = [Column(f"x{number}") for number in range(1, x_train.shape[1] + 1)] if flat else []
    dataset = make_dataset(
        "npz", (x_train, y_train), (x_test, y_test), names, f"npz file {path.name}", columns=columns
    )
    return replace(dataset, notes=tuple(notes))


def _images(arrays: dict[str, Array], path: Path) -> tuple[Pair, list[Note]]:
    """The images to train and to test with, in our form, and what was done to them."""
    _refuse_empty(arrays, path)
    names = ("x_train", "x_test")
    x, moved = channels_last((arrays["x_train"], arrays["x_test"]), ", ".join(names))
    x, scaled = floats_to_bytes(x, ", ".join(names), f"npz file {path}: {' and '.join(names)}")
    for name, part in zip(names, x, strict=True):
        _check_images(part, f"npz file {path}: {name}")
    if x[0].shape[1:] != x[1].shape[1:]:
        raise DataError(
            f"npz file {path}: x_train holds images of shape {x[0].shape[1:]},"
            f" but x_test of shape {x[1].shape[1:]}: give both the same shape"
        )
    return x, [*moved, *scaled]


def _rows(arrays: dict[str, Array], path: Path) -> tuple[Pair, list[Note]]:
    """The rows of features to train and to test with, and a note that they are none of images."""
    _refuse_empty(arrays, path)
    names = ("x_train", "x_test")
    for name in names:
        x, where = arrays[name], f"npz file {path}: {name}"
        if x.dtype.kind not in "iuf":
            raise DataError(
                f"{where} is {x.dtype}: features must be numbers; convert with x.astype('float32')"
            )
        if not (np.abs(x.astype(np.float64)) <= LARGEST_NUMBER).all():
            raise DataError(
                f"{where} holds values that are not finite or beyond {LARGEST_NUMBER:g}: mend them"
            )
        check_size(len(x), x.shape[1:], where, "rows")
    x_train, x_test = arrays["x_train"], arrays["x_test"]
    if x_train.shape[1] != x_test.shape[1]:
        raise DataError(
            f"npz file {path}: x_train holds rows of {x_train.shape[1]} values, but x_test of"
            f" {x_test.shape[1]}: give both the same"
        )
    return (x_train, x_test), [Note("features", {"arrays": ", ".join(names), "columns": x_train.shape[1]})]


def _refuse_empty(arrays: dict[str, Array], path: Path) -> None:
    for name in ("x_train", "x_test"):
        if arrays[name].size == 0:
            raise DataError(
                f"npz file {path}: {name} is empty (shape {arrays[name].shape}): give at least one example"
            )


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


def _check_images(x: Array, where: str) -> None:
    if x.ndim not in (3, 4) or (x.ndim == 4 and x.shape[3] not in CHANNELS):
        raise DataError(
            f"{where} has shape {x.shape}: images must be (N, H, W),"
            " or (N, H, W, C) with 1 or 3 channels last; bring the axes into this order with x.transpose"
        )
    if x.dtype.kind not in "iu":
        raise DataError(f"{where} is {x.dtype}: images must be whole numbers from 0 to 255; {BY_HAND}")
    if x.dtype != np.uint8 and (x.min() < 0 or x.max() > 255):
        raise DataError(f"{where} has values from {x.min()} to {x.max()}: scale them into 0 to 255")
    check_size(len(x), x.shape[1:], where)


def _labels(y: Array, images: int, where: str) -> Array:
    if y.ndim != 1 and not (y.ndim == 2 and y.shape[1] == 1):
        raise DataError(
            f"{where} has shape {y.shape}: labels must be (N,) or (N, 1), or one-hot rows of a"
            " single 1 among zeros; turn probabilities into numbers with y.argmax(1)"
        )
    if y.dtype.kind not in "iu":
        raise DataError(f"{where} is {y.dtype}: labels must be whole numbers; convert with y.astype('int64')")
    if len(y) != images:
        raise DataError(f"{where} has {len(y)} labels for {images} examples: give one label to each")
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
