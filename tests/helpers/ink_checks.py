"""Checks of what is drawn on a PDF's pages: functions from a file to findings, one line each."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf
import pypdfium2
from PIL import Image, ImageFilter

from tests.helpers.pdf_checks import BOTTOM, EMPTY, HAN, HANGING, SIDE, TOP, page_count

Renderer = Callable[[Path, int, float], Image.Image]


def mupdf(path: Path, number: int, scale: float) -> Image.Image:
    """A page, counted from 0, as MuPDF shows it, in grey; scale in pixels a point."""
    with pymupdf.open(path) as document:
        pixels = document[number].get_pixmap(matrix=pymupdf.Matrix(scale, scale), colorspace="gray")
        return Image.frombytes("L", (pixels.width, pixels.height), pixels.samples)


def pdfium(path: Path, number: int, scale: float) -> Image.Image:
    """The same as PDFium shows it, and Chromium with it."""
    document = pypdfium2.PdfDocument(path)
    try:
        return document[number].render(scale=scale).to_pil().convert("L")
    finally:
        document.close()


def poppler(path: Path, number: int, scale: float) -> Image.Image:
    """The same as poppler shows it."""
    page = str(number + 1)
    command = ["pdftoppm", "-gray", "-r", str(72 * scale), "-f", page, "-l", page, str(path)]
    return Image.open(io.BytesIO(subprocess.run(command, capture_output=True, check=True).stdout))


def renderers() -> dict[str, Renderer]:
    """Three families of viewers; poppler where it is installed."""
    found: dict[str, Renderer] = {"PDFium": pdfium, "MuPDF": mupdf}
    return found | ({"poppler": poppler} if shutil.which("pdftoppm") else {})


def same_ink(path: Path, shown: dict[str, Renderer] | None = None) -> list[str]:
    """Every viewer puts ink where the others do, on every page, within a millimetre."""
    shown, scale, found = shown or renderers(), 1.5, []
    for number in range(page_count(path)):
        pictures = {name: render(path, number, scale) for name, render in shown.items()}
        for one, other in [*pairwise(pictures), *pairwise(reversed(pictures))]:
            lost = ink_without_ink(pictures[one], pictures[other])
            if lost > 4:
                found.append(f"page {number + 1}: {lost} pixels of ink in {one} are blank in {other}")
    return found


def ink_without_ink(one: Image.Image, other: Image.Image) -> int:
    """How many dark pixels of one picture have nothing but paper around them in the other."""
    size = min(one.width, other.width), min(one.height, other.height)
    dark = np.asarray(one.crop((0, 0, *size)))
    around = np.asarray(other.crop((0, 0, *size)).filter(ImageFilter.MinFilter(5)))
    return int(((dark < 110) & (around > 215)).sum())


def han_ink(path: Path) -> list[str]:
    """Every Chinese character of the text has ink in its box, in two viewers."""
    found, scale = [], 2.0
    with pymupdf.open(path) as document:
        for page in document:
            boxes = [(char, box) for char, box in characters(page) if HAN[0] <= char <= HAN[1]]
            for name, render in (("MuPDF", mupdf), ("PDFium", pdfium)):
                picture = np.asarray(render(path, page.number, scale))
                for char, box in boxes:
                    left, top, right, bottom = (round(scale * side) for side in box)
                    inside = picture[top:bottom, left:right]
                    if inside.size and int(inside.max()) - int(inside.min()) < 60:
                        found.append(f"page {page.number + 1}: {char} is blank in {name}")
    return found


def margins(path: Path) -> list[str]:
    """No ink in the margins at the sides, but for punctuation that hangs out."""
    found, scale = [], 2.0
    with pymupdf.open(path) as document:
        for page in document:
            hanging = [box for char, box in characters(page) if char in HANGING]
            picture = np.array(pdfium(path, page.number, scale))
            for box in hanging:
                left, top, right, bottom = (round(scale * side) for side in box)
                picture[max(0, top - 1) : bottom + 1, max(0, left - 1) : right + 1] = 255
            edge = round(scale * (SIDE - 1.5))
            outside = {"left": picture[:, :edge], "right": picture[:, -edge:]}
            found += [
                f"page {page.number + 1}: ink in the {side} margin"
                for side, strip in outside.items()
                if (strip < 160).any()
            ]
    return found


def gaps(path: Path) -> list[str]:
    """No page but the first and the last leaves more than a quarter of its text area empty at its foot."""
    found, scale = [], 1.0
    for number in range(1, page_count(path) - 1):
        picture = np.asarray(mupdf(path, number, scale))
        top, bottom = round(TOP * scale), picture.shape[0] - round((BOTTOM - 2) * scale)
        rows = np.flatnonzero((picture[top:bottom] < 200).any(axis=1))
        empty = 1 - (rows[-1] + 1) / (bottom - top) if rows.size else 1.0
        if empty > EMPTY:
            found.append(f"page {number + 1}: {empty:.0%} of it is empty")
    return found


def characters(page: Any) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    """The characters of a page that stand upright, with their boxes in points."""
    for block in page.get_text("rawdict")["blocks"]:
        for line in block.get("lines", []):
            if line["dir"] == (1.0, 0.0):
                for span in line["spans"]:
                    yield from ((char["c"], char["bbox"]) for char in span["chars"])
