"""Files written whole or not at all: into a temporary neighbour first, then renamed."""

from __future__ import annotations

import glob
import os
from pathlib import Path


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file; whoever reads it meanwhile sees the old one or the new one, never a part."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    _remove_abandoned(path)
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # else a power cut could leave the new name with nothing in it
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _remove_abandoned(path: Path) -> None:
    """Remove the parts of a file whose writers were killed."""
    for part in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        writer = part.name.split(".")[-2]
        if writer.isdecimal() and not is_alive(int(writer)):
            part.unlink(missing_ok=True)


def is_alive(process: int) -> bool:
    """Whether there is a process of this number."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def write_text(path: Path, content: str) -> None:
    """The same for text, in UTF-8 with plain line ends."""
    write_bytes(path, content.encode("utf-8"))


def flush(folder: Path) -> None:
    """See to it that all files in a folder are on the disk, before it gets the name that people look for."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())


def point_link(link: Path, target: str) -> None:
    """Make a symbolic link point at target, replacing where it pointed before in one step."""
    part = link.with_name(f".{link.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    try:
        part.symlink_to(target)
        part.replace(link)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
