"""Images of pixels as elements of a page."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

JPEG: dict[str, Any] = {"format": "JPEG", "quality": 90, "subsampling": 0, "optimize": True}
"""For photographs, a quarter of the bytes; the pixels themselves are in the records."""
PNG: dict[str, Any] = {"format": "PNG", "optimize": True}
BLOCK = 8  # of JPEG: an image that begins with one leaves no trace in its neighbour


def picture(images: NDArray[np.uint8], alt: str, *, exact: bool = False, scale_to: int = 48) -> Markup:
    """Return images next to each other with a gap, small ones enlarged without smoothing.

    Args:
        images: Pixels (N, H, W, C), from 0 to 255.
        alt: What is said to who cannot see it.
        exact: Keep every pixel also where the images have colours and may be photographs; grey ones always
            are.
        scale_to: The pixels that the longer side of an image is enlarged to, about.
    """
    from PIL import Image

    height, width, channels = images.shape[1:]
    as_photographs = channels == 3 and not exact
    factor = max(1, scale_to // max(height, width))
    tall, wide = height * factor, width * factor
    gap = BLOCK - wide % BLOCK if as_photographs else max(1, factor // 2)
    canvas = np.full((tall, len(images) * (wide + gap) - gap, channels), 255, np.uint8)
    for number, image in enumerate(images):
        left = number * (wide + gap)
        canvas[:, left : left + wide] = image.repeat(factor, axis=0).repeat(factor, axis=1)
    buffer = io.BytesIO()
    Image.fromarray(canvas if channels == 3 else canvas[:, :, 0]).save(
        buffer, **(JPEG if as_photographs else PNG)
    )
    kind, data = "jpeg" if as_photographs else "png", base64.b64encode(buffer.getvalue()).decode("ascii")
    return Markup('<img alt="{}" src="data:image/{};base64,{}">').format(alt, kind, data)
