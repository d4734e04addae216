"""Files and folders written whole or not at all: under a hidden name first, then renamed."""

from __future__ import annotations

import contextlib
import glob
import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from reportgen.files.locks import UNFORESEEN, abandoned, create_locked

PARTIAL = ".partial-"
PARTS = f".*.{UNFORESEEN}.part"
"""The parts of all files in a folder, as a pattern for glob."""


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file; whoever reads it meanwhile sees the old one or the new one, never a part.

    Args:
        path: The file.
        content: All that it is to hold.

    Raises:
        OSError: It could not be written; the old one is as it was, and no part is left.
    """
    with naming(path):
        remove_abandoned(path.parent.glob(f".{glob.escape(path.name)}.{UNFORESEEN}.part"))
        part, descriptor = create_locked(path.parent, f".{path.name}.", ".part")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)  # else a power cut could leave the new name with nothing in it
                part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def write_text(path: Path, content: str) -> None:
    """Write a text in UTF-8 with plain line ends; the same as `write_bytes` else.

    Args:
        path: The file.
        content: The text.
    """
    write_bytes(path, content.encode("utf-8"))


@contextlib.contextmanager
def naming(path: Path) -> Iterator[None]:
    """Let the system's errors name this file: one that comes in the middle of a write names none."""
    try:
        yield
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise


def remove_abandoned(parts: Iterable[Path]) -> None:
    """Remove those of these parts of files whose writers were killed."""
    for part in parts:
        with contextlib.suppress(OSError), abandoned(part) as is_abandoned:
            if is_abandoned:
                part.unlink(missing_ok=True)


@contextlib.contextmanager
def partial_folder(parent: Path) -> Iterator[Path]:
    """A hidden folder for what is not complete yet; gone in the end, unless it was renamed.

    The lock that says that somebody is at work there is on a file beside it, which is there before and
    after it. What programs that were killed have left of theirs is removed first.
    """
    remove_abandoned_folders(parent)
    lock, descriptor = create_locked(parent, PARTIAL, ".lock")
    try:
        folder = lock.with_suffix("")
        folder.mkdir()
        yield folder
    finally:
        with contextlib.suppress(OSError):  # the next program removes it
            _remove(lock)
        os.close(descriptor)


def remove_abandoned_folders(parent: Path) -> None:
    """Remove the partial folders of programs that were killed."""
    for lock in parent.glob(f"{PARTIAL}{UNFORESEEN}.lock"):
        with contextlib.suppress(OSError), abandoned(lock) as is_abandoned:
            if is_abandoned:
                _remove(lock)


def _remove(lock: Path) -> None:
    """Remove a partial folder, where it is there, then its lock."""
    folder = lock.with_suffix("")
    if folder.is_dir():
        shutil.rmtree(folder)
    lock.unlink(missing_ok=True)


def point_link(link: Path, target: str) -> None:
    """Make a symbolic link, replacing where it pointed before in one step.

    Args:
        link: The link.
        target: Where it points to, as the link says it.
    """
    with naming(link), partial_folder(link.parent) as folder:
        part = folder / "link"
        part.symlink_to(target)
        part.replace(link)


_KINDS = (
    (stat.S_ISREG, "file"),
    (stat.S_ISDIR, "folder"),
    (stat.S_ISFIFO, "pipe"),
    (stat.S_ISSOCK, "socket"),
)


def kind(status: os.stat_result) -> str:
    """What a path leads to: a file, or something at which a reader would fail, or wait for ever."""
    return next((name for is_kind, name in _KINDS if is_kind(status.st_mode)), "device")
