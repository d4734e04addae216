"""What source files hold, told by a digest; read again only where they may have changed.

<cache>/contents/<state>    the digest of files in this state
"""

import contextlib
import hashlib
import json
import re
import time
from collections.abc import Sequence
from pathlib import Path

from reportgen.data.errors import DataError
from reportgen.files.atomic import kind, write_text
from reportgen.files.resources import cache_folder

SETTLED = 2.0
"""Seconds without a change after which a further one is sure to show in a file's times, however coarse the
file system's clock is."""

State = tuple[str, int, int, int, int]


def contents(files: Sequence[Path]) -> str:
    """The SHA-256 of what these files hold, in order. DataError where one of them is no file."""
    states = [state(file) for file in files]
    settled = time.time() - max((state[-1] for state in states), default=0) / 1e9 > SETTLED
    place = cache_folder() / "contents" / hashlib.sha256(json.dumps(states).encode()).hexdigest()
    with contextlib.suppress(OSError, ValueError):
        if settled and re.fullmatch(r"[0-9a-f]{64}", remembered := place.read_text(encoding="ascii")):
            return remembered
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as opened:
            digest.update(hashlib.file_digest(opened, "sha256").digest())
    if settled:
        with contextlib.suppress(OSError):  # a cache that cannot be written is done without
            place.parent.mkdir(parents=True, exist_ok=True)
            write_text(place, digest.hexdigest())
    return digest.hexdigest()


def state(file: Path) -> State:
    """What tells one state of a file from another without reading it; the last is when it changed.

    The time of the last writing can be set, and is where files are copied; that of the last change cannot.
    """
    status = file.stat()
    if (what := kind(status)) != "file":
        raise DataError(f"{file} is a {what}, where a file is expected: take it away, or name another")
    return str(file.resolve()), status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
