"""Fonts cut down to some of their characters, for a browser; kept in the cache, for cutting takes seconds.

Reports of one experiment use the same characters, so that all but the first find theirs in the cache.
"""

from __future__ import annotations

import contextlib
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

from reportgen import files
from reportgen.resources import cache_folder

KEPT = 200
"""So many subsets stay in the cache, those used last: some 10 MB."""
OPTIONS = {
    "flavor": "woff2",
    "layout_features": ["*"],
    "hinting": False,
    "notdef_outline": True,
    "name_IDs": [0, 1, 2, 4, 5, 6, 13, 14],  # with the copyright notice and the licence
}


@lru_cache(maxsize=64)
def cut_down(font: Path, codes: frozenset[int]) -> bytes:
    """The font with these code points only, as WOFF2; the same ones give the same bytes."""
    entry = cache_folder() / "fonts" / f"{_key(font, codes)}.woff2"
    with contextlib.suppress(OSError):
        digest, data = entry.read_bytes().split(b"\n", 1)
        if digest == sha256(data).hexdigest().encode():
            entry.touch()
            return data
    data = _cut(font, codes)
    # no room or no permission: it is cut anew the next time
    with contextlib.suppress(OSError):
        entry.parent.mkdir(parents=True, exist_ok=True)
        files.write_bytes(entry, sha256(data).hexdigest().encode() + b"\n" + data)
        _forget_the_oldest(entry.parent)
    return data


def _key(font: Path, codes: frozenset[int]) -> str:
    made_by = [version("fonttools"), version("brotli"), str(OPTIONS)]
    parts = [_digest(font), ",".join(map(str, sorted(codes))), *made_by]
    return sha256("\n".join(parts).encode()).hexdigest()[:24]


@lru_cache
def _digest(font: Path) -> str:
    return sha256(font.read_bytes()).hexdigest()


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


def _forget_the_oldest(folder: Path) -> None:
    entries = sorted(folder.glob("*.woff2"), key=lambda entry: entry.stat().st_mtime)
    for entry in entries[:-KEPT]:
        entry.unlink(missing_ok=True)
