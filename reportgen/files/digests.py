"""Digests of the program's own files: for as long as they are the same, so is what was made with them."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from reportgen.files.resources import PACKAGE


@cache
def file_digest(file: Path) -> str:
    """Return the SHA-256 of a file of the program's, which is read once.

    Args:
        file: One that stays as it is while the program runs.
    """
    return sha256(file.read_bytes()).hexdigest()


@cache
def program_digest() -> str:
    """Return the SHA-256 of all files of the program's code, by their names."""
    files = sorted(PACKAGE.rglob("*.py"))
    lines = [f"{file.relative_to(PACKAGE).as_posix()} {file_digest(file)}" for file in files]
    return sha256("\n".join(lines).encode()).hexdigest()
