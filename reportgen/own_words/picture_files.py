"""A picture of a user's own: what kind it is, how large, and whether a report can show it safely."""

from __future__ import annotations

from pathlib import PurePosixPath

from reportgen.own_words.raster_files import JPEG, PNG, check_raster
from reportgen.own_words.svg_files import check_svg

LARGEST = 4_000_000
"""The most bytes of a picture."""
SVG = "image/svg+xml"
KINDS = {".png": PNG, ".jpg": JPEG, ".jpeg": JPEG, ".svg": SVG}
"""The types of pictures by the endings of their names."""


def kind(name: str) -> str:
    """Return the type of a picture.

    Args:
        name: Of its file.

    Raises:
        ValueError: It is of no type that a report can show.
    """
    ending = PurePosixPath(name).suffix.lower()
    if ending not in KINDS:
        raise ValueError(f"is no picture that a report can show: their names end in {', '.join(KINDS)}")
    return KINDS[ending]


def check_picture(name: str, data: bytes) -> tuple[float, float]:
    """Return the width and the height of a picture, in pixels, once it is seen that a report can show it.

    Args:
        name: Of its file.
        data: Its bytes.

    Raises:
        ValueError: It cannot be shown, or could do more than being looked at; the message says why.
    """
    what = kind(name)
    if len(data) > LARGEST:
        raise ValueError(f"has more than {LARGEST:,} bytes; make it smaller")
    return check_svg(data) if what == SVG else check_raster(data, what)
