"""Text operators of a PDF as every viewer reads them alike.

WeasyPrint writes the room between two glyphs as two numbers with an empty text between them. PDFium, and
with it Chromium, forgets one of the two at the end of a run, so that a justified line ends short.
"""

from __future__ import annotations

import re
from typing import Any

_ROOMS = re.compile(rb"[-\d.e]+(?:<>[-\d.e]+)+")


def join_rooms(stream: Any) -> None:
    """Make one number of those that only empty texts part, in all text operators of a content stream."""
    stream.stream = [
        _ROOMS.sub(_sum, part).replace(b"<>", b"")
        if isinstance(part, bytes) and part.endswith(b"TJ") and b"<>" in part
        else part
        for part in stream.stream
    ]


def _sum(match: re.Match[bytes]) -> bytes:
    return f"{sum(map(float, match[0].split(b'<>'))):.2f}".rstrip("0").rstrip(".").encode()
