"""The images of a batch, gathered and scaled where the kernels find them."""

from __future__ import annotations

from typing import Any

from numba import njit
from numpy.typing import NDArray

Array = NDArray[Any]


@njit(fastmath={"arcp", "contract"}, boundscheck=False, error_model="numpy", cache=True)  # type: ignore[untyped-decorator]
def gather_images(
    pixels: Array, places: Array, mean: Array, scale: Array, room: Array, at: int, stride: int
) -> None:
    """Write (pixels - mean) / scale of some images to rows of a flat array.

    Args:
        pixels: Of all images (N, D), bytes or numbers.
        places: Of those that are wanted (n,).
        mean: By value (D,), or one number (1,).
        scale: The same.
        room: The flat array.
        at: Where in it the first row begins.
        stride: From one row to the next.
    """
    size, number = pixels.shape[1], room.dtype.type
    for row in range(len(places)):
        image, target = pixels[places[row]], room[at + row * stride : at + row * stride + size]
        if len(mean) == 1:
            lowest, unit = mean[0], scale[0]
            for value in range(size):
                target[value] = (number(image[value]) - lowest) / unit
        else:
            for value in range(size):
                target[value] = (number(image[value]) - mean[value]) / scale[value]
