"""The one error that is meant for the user's eyes."""


class UserError(Exception):
    """What is wrong, where, and what to do about it, in one line.

    The command line prints it without a traceback and ends with a non-zero exit code.
    """
