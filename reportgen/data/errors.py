"""What can be wrong with data, in one line each."""

from reportgen.errors import UserError


class DataError(UserError):
    """What is wrong with the data, where (file, folder or array), and what to do about it."""


def reason(error: BaseException) -> str:
    """Another library's error as part of one line."""
    return " ".join(str(error).split()) or type(error).__name__
