"""Errors of code that users bring along, each in one line that names their file."""

from __future__ import annotations

from functools import partial

from reportgen.errors import UserError


class UserCodeError(UserError):
    """What a user's code raised, or why its process was ended.

    file: the user's. line: of the text of its code, where that is known. kind: the exception's class, or one
    of `guarded.STOPS`.
    """

    def __init__(self, text: str, *, file: str, kind: str, line: int | None = None) -> None:
        super().__init__(text)
        self.file, self.kind, self.line = file, kind, line

    def __reduce__(self) -> tuple[partial[UserCodeError], tuple[object, ...]]:
        """Let it get through a pipe from another process, which takes what it is made of by place alone."""
        return partial(type(self), file=self.file, kind=self.kind, line=self.line), self.args
