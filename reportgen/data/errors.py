"""Errors in data: what can be wrong, in one line each."""

from reportgen.errors import UserError

LONGEST_REASON = 300


class DataError(UserError):
    """What is wrong with the data, where (file, folder or array), and what to do about it."""


def reason(error: BaseException) -> str:
    """Another library's error as part of one line, cut where it quotes half a file."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= LONGEST_REASON else f"{text[:LONGEST_REASON]}..."
