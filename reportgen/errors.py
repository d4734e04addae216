"""The one error that is meant for the user's eyes, and how the system's own are put into words."""

from __future__ import annotations

import unicodedata


class UserError(Exception):
    """What is wrong, where, and what to do about it, in one line.

    The command line prints it without a traceback and ends with a non-zero exit code.
    """


def describe(error: UserError | OSError) -> str:
    """One line for a user: the error's own, or the file and what the system says is wrong with it."""
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return printable(f"{where}{error.strerror or error}")
    return printable(str(error))


def printable(text: str) -> str:
    """A text of anyone's as one line, with nothing in it that a terminal would obey or could not show."""
    return "".join(char if is_printable(char) else repr(char)[1:-1] for char in text)


def is_printable(text: str) -> bool:
    """Whether a text is one line that can be shown: as str.isprintable(), but with every kind of space."""
    return all(char.isprintable() or unicodedata.category(char) == "Zs" for char in text)
