"""The files within a folder of anyone's: not too many of them, and none behind a link."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from reportgen.errors import UserError
from reportgen.records.tables.raw import LARGEST_FILE

MOST_FILES = 100_000
MOST_LEVELS = 12


def files_in(folder: Path) -> Iterator[Path]:
    """Yield the files within a folder and its folders in order, but for hidden ones and links.

    Args:
        folder: Where to look.

    Raises:
        UserError: There are too many.
    """
    count = 0
    for parent, folders, names in os.walk(folder, followlinks=False):
        depth = len(Path(parent).relative_to(folder).parts)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and depth < MOST_LEVELS)
        for name in sorted(names):
            count += 1
            if count > MOST_FILES:
                raise UserError(f"{folder}: holds more than {MOST_FILES:,} files; name a folder within it")
            path = Path(parent) / name
            if not path.is_symlink() and path.is_file():
                yield path


def read_small(path: Path) -> str:
    """Return the text of a file, with a mark for what is no UTF-8.

    Args:
        path: Of the file.

    Raises:
        UserError: It is too large.
    """
    with path.open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise UserError(f"{path}: has more than {LARGEST_FILE // 10**6} MB; take it out of the folder")
    return data.decode("utf-8", errors="replace")
