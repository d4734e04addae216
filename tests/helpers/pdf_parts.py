"""What other programs find in a PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
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
