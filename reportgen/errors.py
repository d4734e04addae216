"""Exit codes, the one error that is meant for the user's eyes, and the system's own errors put into words."""

from __future__ import annotations

import difflib
import errno
import unicodedata
from collections.abc import Iterable
from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """What a command ends with.

    DONE: all that was asked for is done, and nothing speaks against it.
    FAILED: something that was asked for could not be done, or a check or a proof failed.
    USAGE: the command line itself is wrong; nothing was done.
    DROPPED: all is done, and a test accuracy has dropped significantly since earlier runs.
    UNDECIDED: nothing speaks against a PDF, but not all that would prove it could be compared.
    STOPPED: the user stopped the command (128 + SIGINT, as a shell has it); what was finished is kept.
    """

    DONE = 0
    FAILED = 1
    USAGE = 2
    DROPPED = 3
    UNDECIDED = 4
    STOPPED = 130


ROOM = "free some space and start again, what was trained is kept"
REMEDIES = {
    errno.ENOSPC: ROOM,
    errno.EDQUOT: ROOM,
    errno.EFBIG: "raise the limit on the size of files, or choose another disk, and start again",
    errno.EROFS: "choose a folder on a disk that can be written",
    errno.EIO: "see what is wrong with the disk, then start again, what was trained is kept",
}
"""What to do about an error of the system that says nothing about what somebody asked for."""


class UserError(Exception):
    """What is wrong, where, and what to do about it, in one line; a line for each of several mistakes.

    The command line prints it without a traceback and ends with a non-zero exit code.
    """

    def __str__(self) -> str:
        """Return the line, or the lines."""
        return "\n".join(map(str, self.args))

    def within(self, place: object) -> Self:
        """Return the same error with the place where it was made before each of its lines.

        Args:
            place: Such as a file.
        """
        return type(self)(*(f"{place}: {mistake}" for mistake in self.args))


def describe(error: UserError | OSError) -> str:
    """One line for a user: the error's own, or the file, what the system says is wrong, and what to do."""
    return "; ".join(describe_all(error))


def describe_all(error: UserError | OSError) -> list[str]:
    """The same with a line for each mistake, where there are several."""
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        remedy = f"; {REMEDIES[error.errno]}" if error.errno in REMEDIES else ""
        return [printable(f"{where}{error.strerror or error}{remedy}")]
    return [printable(str(mistake)) for mistake in error.args]


def cannot_write(where: object, error: OSError, otherwise: str) -> UserError:
    """Return the line for a file or a folder that cannot be written.

    Args:
        where: The file or the folder.
        error: The system's.
        otherwise: What to do, but for a full disk.
    """
    remedy = REMEDIES.get(error.errno or 0, otherwise)
    return UserError(f"{where}: cannot be written ({error.strerror}); {remedy}")


def printable(text: str) -> str:
    """A text of anyone's as one line, with nothing in it that a terminal would obey or could not show."""
    return "".join(char if is_printable(char) else repr(char)[1:-1] for char in text)


def is_printable(text: str) -> bool:
    """Whether a text is one line that can be shown: as str.isprintable(), but with every kind of space."""
    return all(char.isprintable() or unicodedata.category(char) == "Zs" for char in text)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return a hint at the known word that was probably meant.

    Args:
        word: What was written.
        known: What could have been.

    Returns:
        The hint, to be put behind the wrong word; empty where none is near.
    """
    names = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.casefold(), list(names), n=1, cutoff=0.6)
    return f" (did you mean {names[close[0]]}?)" if close else ""
