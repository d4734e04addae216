"""The fonts of the report: what there is, and how page, print and figures get to use them.

The files are made by `tools/build_fonts.py`. Chinese and Latin text mix in one line, so a style sheet
names families in order and each character is drawn with the first that has it. `unicode-range` keeps the
Chinese faces out of what the Latin ones do better (letters, digits, operators), and the order then decides
who draws what both can: a dash or an ellipsis is Chinese in a Chinese sentence and Latin in an English one.

    :lang(zh)  "Report Song TC", "Report Serif", "Report Sans", "Report Mono"
    :lang(en)  "Report Serif", "Report Sans", "Report Song TC", "Report Mono"
"""

import base64
import json
import unicodedata
from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Literal

from reportgen.files import resources
from reportgen.files.cache import kept
from reportgen.files.digests import file_digest
from reportgen.report.fonts.subsets import cut_down

Style = Literal["normal", "italic"]


@dataclass(frozen=True)
class Face:
    """One font file and how CSS asks for it."""

    family: str
    weight: int
    style: Style
    file: str

    @property
    def path(self) -> Path:
        """Where the file is."""
        return font_folder() / self.file

    @property
    def is_chinese(self) -> bool:
        """Whether the face holds Chinese characters."""
        return self.family.endswith(" TC")


FACES: tuple[Face, ...] = (
    Face("Report Serif", 400, "normal", "ReportSerif-Regular.ttf"),
    Face("Report Serif", 700, "normal", "ReportSerif-Bold.ttf"),
    Face("Report Serif", 400, "italic", "ReportSerif-Italic.ttf"),
    Face("Report Sans", 400, "normal", "ReportSans-Regular.ttf"),
    Face("Report Sans", 700, "normal", "ReportSans-Bold.ttf"),
    Face("Report Mono", 400, "normal", "ReportMono-Regular.ttf"),
    Face("Report Mono", 700, "normal", "ReportMono-Bold.ttf"),
    Face("Report Song TC", 400, "normal", "ReportSongTC-Regular.ttf"),
    Face("Report Hei TC", 400, "normal", "ReportHeiTC-Regular.ttf"),
    Face("Report Hei TC", 700, "normal", "ReportHeiTC-Bold.ttf"),
)

# What only Chinese faces are asked for: radicals to ideographs, compatibility, full-width forms. They have
# nothing beyond U+FFFF, and fontconfig sorts all that rules name again for every size of type.
_CHINESE_BLOCKS = ((0x2E80, 0x9FFF), (0xF900, 0xFAFF), (0xFE30, 0xFE6F), (0xFF00, 0xFFEF))
# What both kinds can draw and Chinese sentences want in their own square: · — ‥ … ‧
_CHINESE_PUNCTUATION = frozenset(map(ord, "·—‥…‧"))
_ASCII = frozenset(range(0x20, 0x7F))


def font_folder() -> Path:
    """Return the folder with the font files."""
    return resources.templates() / "fonts"


# ---------------------------------------------------------------- who draws what


@cache
def _coverage(face: Face) -> frozenset[int]:
    """The code points in the file, from the cache where this file was read before."""
    made_from = ["code points", version("fonttools"), file_digest(face.path)]
    spans = json.loads(kept(made_from, lambda: json.dumps(_spans(_read_code_points(face))).encode()))
    return frozenset(code for first, last in spans for code in range(first, last + 1))


def _read_code_points(face: Face) -> Iterable[int]:
    from fontTools.ttLib import TTFont

    with TTFont(face.path, lazy=True) as font:
        return frozenset(font.getBestCmap())


@cache
def _latin_coverage() -> frozenset[int]:
    """What text set in a Latin family can draw: the proportional faces, upright."""
    return frozenset().union(
        *(_coverage(face) for face in FACES if face.family in ("Report Serif", "Report Sans"))
    )


@cache
def _duties(face: Face) -> frozenset[int]:
    """The code points of the file that CSS may ask this face for."""
    own = _coverage(face)
    return own - (_latin_coverage() - _CHINESE_PUNCTUATION) if face.is_chinese else own


@cache
def _unicode_range(face: Face) -> str:
    """The face's duties as CSS writes them: as few spans as keep it out of what the Latin faces draw.

    What no face has may lie within a span. fontconfig works through all spans for each face and size.
    """
    symbols = [code for code in _duties(face) if not any(a <= code <= b for a, b in _CHINESE_BLOCKS)]
    others = sorted(_latin_coverage() - _CHINESE_PUNCTUATION)
    joined: list[tuple[int, int]] = []
    for first, last in sorted([*_spans(symbols), *_CHINESE_BLOCKS]):
        if joined and bisect(others, joined[-1][1]) == bisect(others, first):
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return ",".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in joined)


def _spans(codes: Iterable[int]) -> list[tuple[int, int]]:
    """Neighbouring numbers joined: 1 2 3 7 becomes (1, 3) (7, 7)."""
    ordered = sorted(codes)
    breaks = [(a, b) for a, b in pairwise(ordered) if b != a + 1]
    return list(
        zip([*ordered[:1], *(b for _, b in breaks)], [*(a for a, _ in breaks), *ordered[-1:]], strict=True)
    )


def missing_characters(text: str) -> str:
    """Return the characters of the text that no face can show, sorted, each once."""
    shown = frozenset().union(*map(_coverage, FACES))
    return "".join(char for char in sorted(set(text)) if ord(char) not in shown and _has_ink(char))


def _has_ink(char: str) -> bool:
    """Whether something should be seen: not for blanks, controls and choosers of a variant."""
    return unicodedata.category(char) not in ("Cc", "Cf", "Zs", "Zl", "Zp") and not (
        0xFE00 <= ord(char) <= 0xFE0F
    )


# ---------------------------------------------------------------- style sheets


def print_css() -> str:
    """Return `@font-face` rules that name the files, for WeasyPrint: it takes what it needs into the PDF."""
    return "\n".join(_rule(face, f"url('{face.path.as_uri()}') format('truetype')") for face in FACES)


def screen_css(text: str) -> str:
    """Return `@font-face` rules that carry the fonts, cut down to ASCII and the characters of `text`.

    A face that has none of the characters is left out. The same text gives the same bytes.
    """
    wanted = frozenset(map(ord, text)) | _ASCII
    rules = []
    for face in FACES:
        if codes := wanted & _duties(face):
            data = base64.b64encode(cut_down(face.path, codes)).decode("ascii")
            rules.append(_rule(face, f"url(data:font/woff2;base64,{data}) format('woff2')"))
    return "\n".join(rules)


def _rule(face: Face, source: str) -> str:
    only = f"unicode-range:{_unicode_range(face)};" if face.is_chinese else ""
    return (
        f"@font-face{{font-family:'{face.family}';font-weight:{face.weight};font-style:{face.style};"
        f"src:{source};{only}}}"
    )


# ---------------------------------------------------------------- figures


@cache
def register_with_matplotlib() -> None:
    """Let figures name our families. Doing it twice changes nothing.

    Name them by family, never by `FontProperties(fname=...)`: with that, an SVG asks for DejaVu Sans.
    """
    from matplotlib import font_manager

    for face in FACES:
        font_manager.fontManager.addfont(face.path)
