"""What takes long to make and is the same in every report: fonts cut down, formulas. Kept in the cache."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from hashlib import sha256

from reportgen.files import atomic
from reportgen.files.resources import cache_folder

KEPT = 300
"""So many things stay in the cache, those used last: some 10 MB."""


def kept(made_from: Sequence[str], make: Callable[[], bytes]) -> bytes:
    """Return what `make` gives, from the cache if it was made before from the same.

    Args:
        made_from: All that the outcome depends on, versions of libraries too.
        make: Makes it. A damaged entry is made anew; where nothing can be kept, it is made every time.
    """
    name = sha256("\n".join(made_from).encode()).hexdigest()[:24]
    entry = cache_folder() / "report" / name
    with contextlib.suppress(OSError, ValueError):
        digest, data = entry.read_bytes().split(b"\n", 1)
        if digest == _digest(data):
            entry.touch()
            return data
    data = make()
    with contextlib.suppress(OSError):  # no room, no permission
        entry.parent.mkdir(parents=True, exist_ok=True)
        atomic.write_bytes(entry, _digest(data) + b"\n" + data)
        oldest_first = sorted(entry.parent.iterdir(), key=lambda path: path.stat().st_mtime)
        for path in oldest_first[:-KEPT]:
            path.unlink(missing_ok=True)
    return data


def _digest(data: bytes) -> bytes:
    return sha256(data).hexdigest().encode()
