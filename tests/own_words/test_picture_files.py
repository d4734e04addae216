"""A picture is shown where it is one, of a bearable size, and can do nothing but be looked at."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image, ImageFile

from reportgen.own_words.picture_files import LARGEST, check_picture
from tests.helpers.own_words import DRAWING, png


def drawing(inside: str, attributes: str = 'width="20" height="10"') -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{inside}</svg>'.encode()


def jpeg(mode: str = "RGB") -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, (8, 4)).save(buffer, "JPEG")
    return buffer.getvalue()


def bomb() -> bytes:
    """A picture of few bytes and many pixels."""
    buffer = io.BytesIO()
    Image.fromarray(np.zeros((5000, 5000), np.uint8)).save(buffer, "PNG")
    return buffer.getvalue()


INSIDE = base64.b64encode(png(4, 4)).decode()
FINE = {
    "grey.png": (png(6, 3, "L"), (6, 3)),
    "see-through.PNG": (png(6, 3, "RGBA"), (6, 3)),
    "photo.jpg": (jpeg(), (8, 4)),
    "photo.jpeg": (jpeg("L"), (8, 4)),
    "box.svg": (DRAWING.encode(), (200, 100)),
    "by its viewBox.svg": (drawing("<g/>", 'viewBox="0 0 30 40.5"'), (30, 40.5)),
    "in points.svg": (drawing("<g/>", 'width="72pt" height="1in"'), (96, 96)),
    "with a doctype.svg": (
        b'<?xml version="1.0"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN"'
        b' "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n' + drawing("<g/>"),
        (20, 10),
    ),
    "of a drawing program.svg": (
        drawing(
            '<x:y xmlns:x="http://x.y/z" x:resource="http://x.y/z" onload="a"/><g x2="1" fill="url(#a)"/>'
        ),
        (20, 10),
    ),
    "with a picture inside.svg": (drawing(f'<image href="data:image/png;base64,{INSIDE}"/>'), (20, 10)),
}
WRONG = {
    "no picture.png": (b"no picture", "cannot be read as PNG"),
    "cut.png": (png()[:500], "cannot be read as PNG"),
    "a jpeg.png": (jpeg(), "cannot be read as PNG"),
    "for print.jpg": (jpeg("CMYK"), "has colours of the kind CMYK"),
    "large.png": (b"x" * (LARGEST + 1), "has more than 4,000,000 bytes"),
    "bomb.png": (bomb(), "has more than 16,000,000 pixels"),
    "moving.gif": (b"GIF89a", "is no picture that a report can show"),
    "utf-16.svg": (DRAWING.encode("utf-16"), "is not UTF-8 text"),
    "no drawing.svg": (b"<html/>", "cannot be read as SVG"),
    "cut.svg": (DRAWING.encode()[:50], "cannot be read as SVG"),
    "of no size.svg": (drawing("", ""), "does not say how large it is"),
    "of many elements.svg": (drawing("<g/>" * 50_001), "is too large a drawing"),
    "deep.svg": (drawing("<g>" * 101 + "</g>" * 101), "is too large a drawing"),
    "entities.svg": (b'<!DOCTYPE svg [<!ENTITY a "b">]>' + drawing("&a;"), "holds <!ENTITY"),
    "styled from elsewhere.svg": (
        b'<?xml-stylesheet href="http://x.y"?>' + drawing(""),
        "holds <?xml-stylesheet",
    ),
    "script.svg": (drawing("<script>alert(1)</script>"), "holds <script>"),
    "html.svg": (drawing("<foreignObject/>"), "holds <foreignObject>"),
    "handler.svg": (drawing('<g onload="alert(1)"/>'), "holds onload, which is a script"),
    "link.svg": (drawing('<a href="http://x.y"/>'), "holds <a>"),
    "moving.svg": (drawing('<animate attributeName="x"/>'), "holds <animate>"),
    "outside.svg": (drawing('<image href="http://x.y/z.png"/>'), "leads to 'http://x.y/z.png'"),
    "base.svg": (drawing('<g xml:base="http://x.y"/>'), "leads to 'http://x.y'"),
    "old link.svg": (
        drawing('<use xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="file:///a.svg#b"/>'),
        "leads to 'file:///a.svg#b'",
    ),
    "painted.svg": (drawing('<g fill="url(http://x.y/#z)"/>'), "leads to 'http://x.y/#z'"),
    "styled.svg": (drawing("<style>@import 'http://x.y';</style>"), "takes styles from elsewhere"),
    "font.svg": (drawing("<style>@font-face{src:url(http://x.y)}</style>"), "leads to 'http://x.y'"),
    "hidden.svg": (drawing(r'<g style="fill:u\72l(http://x.y)"/>'), "takes styles from elsewhere"),
    "bomb inside.svg": (
        drawing(f'<image href="data:image/png;base64,{base64.b64encode(bomb()).decode()}"/>'),
        "has more than 16,000,000 pixels",
    ),
}


@pytest.mark.parametrize("name", FINE)
def test_a_picture_has_a_size(name: str) -> None:
    data, size = FINE[name]
    assert check_picture(name, data) == pytest.approx(size)


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_picture_or_more_than_one_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    data, said = WRONG[name]
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as WeasyPrint has it, once it is loaded
    with pytest.raises(ValueError, match=re.escape(said)) as refused:
        check_picture(name, data)
    assert "\n" not in str(refused.value)
