"""The one error that is meant for the user's eyes, and how the system's own are put into words."""


class UserError(Exception):
    """What is wrong, where, and what to do about it, in one line.

    The command line prints it without a traceback and ends with a non-zero exit code.
    """


def describe(error: UserError | OSError) -> str:
    """One line for a user: the error's own, or the file and what the system says is wrong with it."""
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}"
    return str(error)
