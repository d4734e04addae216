"""Fonts cut down to some of their characters, for a browser or for LaTeX."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

from reportgen.files.cache import kept
from reportgen.files.digests import file_digest

OPTIONS = {
    "flavor": "woff2",
    "layout_features": ["*"],
    "hinting": False,
    "notdef_outline": True,
    "name_IDs": [0, 1, 2, 4, 5, 6, 13, 14],  # with the copyright notice and the licence
}


@lru_cache(maxsize=64)
def cut_down(font: Path, codes: frozenset[int]) -> bytes:
    """Return the font with these code points only, as WOFF2; the same ones give the same bytes.

    Reports of one experiment use the same characters, so that all but the first find theirs in the cache.

    Args:
        font: The font's file.
        codes: The code points.
    """
    made_by = [version("fonttools"), version("brotli"), str(OPTIONS)]
    made_from = [*made_by, file_digest(font), ",".join(map(str, sorted(codes)))]
    return kept(made_from, lambda: _cut(font, codes))


def _cut(font: Path, codes: frozenset[int]) -> bytes:
    from fontTools import subset

    options = subset.Options(**OPTIONS)
    loaded = subset.load_font(str(font), options, lazy=True)
    loaded.recalcTimestamp = False
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(loaded)
    target = BytesIO()
    subset.save_font(loaded, target, options)
    return target.getvalue()


def plain_font(packed: bytes) -> bytes:
    """Return a font in WOFF2 as a TrueType file, which LaTeX reads.

    Args:
        packed: The font in WOFF2.
    """
    from fontTools.ttLib import TTFont

    target = BytesIO()
    with TTFont(BytesIO(packed), recalcTimestamp=False) as font:
        font.flavor = None
        font.save(target)
    return target.getvalue()
