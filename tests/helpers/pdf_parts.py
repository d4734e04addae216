"""What other programs find in a PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pdfplumber
import pikepdf
import pymupdf
import pypdfium2


def font_dictionaries(document: pikepdf.Pdf) -> list[Any]:
    kinds = ("/Type0", "/Type1", "/Type3", "/TrueType")
    return [
        item
        for item in document.objects
        if isinstance(item, pikepdf.Dictionary)
        and item.get("/Type") == "/Font"
        and item.get("/Subtype") in kinds
    ]


def pdfium_picture(path: Path, number: int) -> np.ndarray:
    picture = pypdfium2.PdfDocument(path)[number].render(scale=3).to_pil()
    return np.asarray(picture.convert("L"))


def mupdf_picture(path: Path, number: int) -> np.ndarray:
    pixels = pymupdf.open(path)[number].get_pixmap(matrix=pymupdf.Matrix(3, 3), colorspace=pymupdf.csGRAY)
    return np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.width)


def elements(document: pikepdf.Pdf) -> list[Any]:
    return [item for item in document.objects if isinstance(item, pikepdf.Dictionary) and "/S" in item]


def right_edges(path: Path) -> list[float]:
    """Where each line of the first page's first paragraph ends, the last line left out."""
    lines: dict[int, float] = {}
    with pdfplumber.open(path) as document:
        for char in document.pages[0].chars:
            baseline = round(char["matrix"][5])
            lines[baseline] = max(char["x1"], lines.get(baseline, 0))
    return [lines[baseline] for baseline in sorted(lines, reverse=True)][:-1]


# 87 mm hold no whole number of 10 pt characters: unjustified lines end well before the edge.
NARROW = '<p style="width: 87mm; margin: 0">{}</p>'

EDGE = (20 + 87) * 72 / 25.4
