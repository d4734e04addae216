"""A data set in memory (or mapped from the cache): images or rows of a table, labels, class names."""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from reportgen.data.errors import DataError
from reportgen.data.notes import Note
from reportgen.errors import is_printable

Images = npt.NDArray[np.uint8]
Rows = npt.NDArray[np.float64]
Inputs = npt.NDArray[Any]
"""Images or rows."""
Labels = npt.NDArray[np.int64]

ARRAYS = ("train_inputs", "train_labels", "test_inputs", "test_labels")
"""The names of a data set's four arrays, in the order in which the digest reads them."""


@dataclass(frozen=True)
class Column:
    """A column of a table: its name, and the categories that its codes count into; None for numbers."""

    name: str
    categories: tuple[str, ...] | None = None


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images or rows of a table with labels, a training pool and a test part, as the source gives them.

    Images are uint8 (N, H, W, C) with C 1 (gray) or 3 (red, green, blue). Rows are float64 (N, D) with D
    `columns`, numbers as they are and categories as codes, NaN where a cell is empty. Labels are int64 (N,)
    and count into `classes`. The arrays may be mapped from a file: treat them as read-only. An empty test
    part: the source has none of its own, and all is to be split.
    `digest` is a sha256 over images, labels, shapes and class names; `origin` says in words where the
    data came from; `notes` are what was done to them on the way. The defaults are what the source wants
    where an experiment says nothing: a shuffle seed (None: the source's own order) and split sizes (None:
    three quarters, and the rest). `test_set_apart`: the test part is not an official one, but was set apart
    here; where every seed has its own split, it may be drawn anew.
    """

    source: str
    train_inputs: Inputs
    train_labels: Labels
    test_inputs: Inputs
    test_labels: Labels
    classes: tuple[str, ...]
    digest: str
    origin: str
    notes: tuple[Note, ...] = ()
    columns: tuple[Column, ...] = ()
    default_seed: int | None = None
    default_train: int | None = None
    default_validation: int | None = None
    test_set_apart: bool = False

    @property
    def things(self) -> str:
        """What the inputs are called in messages."""
        return "rows" if self.columns else "images"


def make_dataset(
    source: str,
    train: tuple[npt.NDArray[np.generic], npt.NDArray[np.generic]],
    test: tuple[npt.NDArray[np.generic], npt.NDArray[np.generic]],
    classes: Sequence[str],
    origin: str,
    *,
    columns: Sequence[Column] = (),
) -> Dataset:
    """Return a data set of parts that are known to be sound.

    Args:
        source: The name of the source.
        train: Images uint8 (N, H, W, C), or gray (N, H, W), or rows (N, D), and their labels (N,).
        test: The same.
        classes: Their names, in label order.
        origin: Where the data come from, for the report.
        columns: Of rows.
    """
    as_inputs = _as_rows if columns else _as_images
    dataset = Dataset(
        source,
        as_inputs(train[0]),
        _as_labels(train[1]),
        as_inputs(test[0]),
        _as_labels(test[1]),
        tuple(classes),
        digest="",
        origin=origin,
        columns=tuple(columns),
    )
    return replace(dataset, digest=digest_of(dataset))


def rename_classes(dataset: Dataset, names: Sequence[str]) -> Dataset:
    """Return the same data under other class names.

    Args:
        dataset: The data.
        names: In label order.

    Raises:
        DataError: There are too many, too few or twins.
    """
    have, given = len(dataset.classes), len(names)
    if given != have:
        raise DataError(
            f"classes: {given} names for the {have} classes of source {dataset.source}:"
            f" give exactly {have} names"
        )
    check_class_names(names, "classes")
    renamed = replace(dataset, classes=tuple(names))
    return replace(renamed, digest=digest_of(renamed))


MOST_CLASSES = 1_000
"""A confusion matrix of more would fill the memory, and no report could show it."""
LONGEST_NAME = 100
MOST_VALUES = 2**20
"""The most values of one image; each is an input of the network and has weights of its own."""
LARGEST_NUMBER = 1e30
"""In a row; one beyond it does not stay finite in float32 once it is standardized."""
MOST_BYTES = 8 * 2**30
"""Decoded images beyond this leave training no memory."""


def check_size(images: int, shape: Sequence[int], where: str, things: str = "images") -> None:
    """Refuse images that are too many or too large.

    Args:
        images: How many.
        shape: Height, width, and channels if there are any, in pixels; of rows, how many values.
        where: What the message begins with.
        things: What they are called.

    Raises:
        DataError: They are.
    """
    size = " x ".join(map(str, shape))
    if math.prod(shape) > MOST_VALUES:
        raise DataError(
            f"{where}: {things} of {size} are too large for a fully connected network, at most"
            f" {MOST_VALUES:,} values can be: scale them down"
        )
    if images * math.prod(shape) > MOST_BYTES:
        raise DataError(
            f"{where}: {images:,} {things} of {size} take more than {MOST_BYTES // 2**30} GiB:"
            " make them smaller or fewer"
        )


def check_class_names(names: Sequence[str], where: str) -> None:
    """Refuse names that are too many, and one that is empty, cannot be printed, is long, or comes twice.

    Args:
        names: In label order.
        where: What the message begins with.

    Raises:
        DataError: There is such a name.
    """
    if len(names) > MOST_CLASSES:
        raise DataError(f"{where}: {len(names):,} classes; at most {MOST_CLASSES:,} can be told apart here")
    for name in names:
        if not is_printable(name):
            raise DataError(
                f"{where}: the class name {name!r} has characters that cannot be printed: rename the class"
            )
        if len(name) > LONGEST_NAME:
            raise DataError(
                f"{where}: the class name {name[:20]!r}... has {len(name)} characters:"
                f" at most {LONGEST_NAME} can be"
            )
    if any(not name.strip() for name in names):
        raise DataError(f"{where}: a class name is empty: give each class a name")
    twins = sorted({name for name in names if list(names).count(name) > 1})
    if twins:
        raise DataError(f"{where}: the class name {twins[0]!r} comes twice: give each class its own name")


def _as_rows(rows: npt.NDArray[np.generic]) -> Rows:
    return np.ascontiguousarray(rows, dtype=np.float64)


def _as_images(images: npt.NDArray[np.generic]) -> Images:
    with_channel = images if images.ndim == 4 else images[..., np.newaxis]
    return np.ascontiguousarray(with_channel, dtype=np.uint8)


def _as_labels(labels: npt.NDArray[np.generic]) -> Labels:
    return np.ascontiguousarray(labels.reshape(-1), dtype=np.int64)


def digest_of(dataset: Dataset) -> str:
    """The SHA-256 of a data set's images, labels, shapes and class names, as its `digest` should be."""
    arrays = [getattr(dataset, name) for name in ARRAYS]
    head: dict[str, object] = {"classes": dataset.classes, "shapes": [array.shape for array in arrays]}
    if dataset.columns:
        head["columns"] = [[column.name, column.categories] for column in dataset.columns]
    digest = hashlib.sha256(json.dumps(head).encode())
    for array in arrays:
        # One byte order, so that every machine finds the same digest.
        little_endian = array.astype(array.dtype.newbyteorder("<"), copy=False)
        if array.size:  # of nothing there is no view
            digest.update(little_endian.data.cast("B"))
    return digest.hexdigest()
