"""A PNG or JPEG of a user's own: one that can be decoded, in colours and of a size that a report can show."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

PNG, JPEG = "image/png", "image/jpeg"
MOST_PIXELS = 16_000_000
"""The most pixels of a picture: a page at 300 dots an inch has half as many."""
_FORMATS = {PNG: "PNG", JPEG: "JPEG"}
_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")


def check_raster(data: bytes, kind: str) -> tuple[int, int]:
    """Return the width and the height of a picture, in pixels, once it was decoded.

    Args:
        data: The bytes of the file.
        kind: PNG or JPEG.

    Raises:
        ValueError: It is none, is damaged, or is too large; the message says why.
    """
    from PIL import Image

    expected = _FORMATS[kind]
    try:
        with _whole_files_only(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large pictures, which are refused here
            with Image.open(io.BytesIO(data), formats=(expected,)) as picture:
                width, height = picture.size
                if width * height > MOST_PIXELS:
                    raise ValueError(f"has more than {MOST_PIXELS:,} pixels; make it smaller")
                if picture.mode not in _MODES:
                    raise ValueError(f"has colours of the kind {picture.mode}; save it in RGB")
                picture.load()
    except ValueError as error:
        if str(error).startswith("has "):
            raise
        raise ValueError(f"cannot be read as {expected}; save it anew") from None
    except Exception:  # whatever a damaged file makes a decoder raise
        raise ValueError(f"cannot be read as {expected}; save it anew") from None
    return width, height


@contextmanager
def _whole_files_only() -> Iterator[None]:
    """Whoever lays pages out lets Pillow fill up what a picture lacks; here that is a mistake."""
    from PIL import ImageFile

    before, ImageFile.LOAD_TRUNCATED_IMAGES = ImageFile.LOAD_TRUNCATED_IMAGES, False
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = before
