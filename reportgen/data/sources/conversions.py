"""Arrays in other forms than ours, converted where only one thing can be meant, and refused elsewhere."""

from typing import Any

import numpy as np
import numpy.typing as npt

from reportgen.data.errors import DataError
from reportgen.data.notes import Note

Array = npt.NDArray[Any]
Pair = tuple[Array, Array]
"""An array to train with and one to test with."""

CHANNELS = (1, 3)
BY_HAND = (
    "convert with (x * 255).round().astype('uint8') if they run from 0 to 1, else with x.astype('uint8')"
)


def channels_last(x: Pair, names: str) -> tuple[Pair, list[Note]]:
    """Move channels that stand before height and width behind them.

    Channels stand there if the last axis cannot be them, and the first of an image can.

    Args:
        x: Images.
        names: Of the arrays, for the note.
    """
    shapes = [part.shape for part in x]
    if all(len(shape) == 4 and shape[3] not in CHANNELS and shape[1] in CHANNELS for shape in shapes):
        moved = np.moveaxis(x[0], 1, 3), np.moveaxis(x[1], 1, 3)
        return moved, [Note("channels_first", {"arrays": names, "channels": int(shapes[0][1])})]
    return x, []


def floats_to_bytes(x: Pair, names: str, where: str) -> tuple[Pair, list[Note]]:
    """Turn images of floating-point numbers into bytes, where it is plain what white is.

    Args:
        x: Images of any type.
        names: Of the arrays, for the note.
        where: What a message begins with.

    Raises:
        DataError: The numbers are no brightness between 0 and 1, nor whole ones up to 255, or may be both.
    """
    if any(part.dtype.kind != "f" for part in x):
        return x, []
    if not all(np.isfinite(part).all() for part in x):
        raise DataError(f"{where} hold values that are not finite: replace them before you save")
    low, high = float(min(part.min() for part in x)), float(max(part.max() for part in x))
    whole = all((part == np.rint(part)).all() for part in x)
    if low < 0 or high > 255:
        raise DataError(
            f"{where} hold values from {low:g} to {high:g}: scale them into 0 to 255, such as with"
            f" ((x - {low:g}) * {255 / (high - low):g}).round().astype('uint8')"
        )
    if high > 1 and whole:
        return _as_bytes(x, 1), [Note("whole_floats", {"arrays": names})]
    if high <= 1 and not whole:
        return _as_bytes(x, 255), [Note("from_zero_to_one", {"arrays": names})]
    what = "only 0 and 1" if whole else f"values from {low:g} to {high:g}, not all of them whole"
    raise DataError(f"{where} hold {what}, so that it is not plain what white is: {BY_HAND}")


def _as_bytes(x: Pair, white: int) -> Pair:
    train, test = (np.rint(part.astype(np.float64) * white).astype(np.uint8) for part in x)
    return train, test


def one_hot_to_numbers(y: Array, name: str) -> tuple[Array, list[Note]]:
    """Turn rows with a single 1 among zeros into the place of the 1; anything else stays as it is.

    Args:
        y: Labels.
        name: Of the array, for the note.
    """
    if y.ndim != 2 or y.shape[1] < 2 or not len(y) or y.dtype.kind not in "biuf":
        return y, []
    ones = y == 1
    if not (ones.sum(axis=1) == 1).all() or not ((y == 0) | ones).all():
        return y, []
    return ones.argmax(axis=1), [Note("one_hot", {"array": name, "classes": int(y.shape[1])})]
