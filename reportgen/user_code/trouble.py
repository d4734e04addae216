"""An exception of users' code in words: where in their file, of which class, and what it says."""

from __future__ import annotations

from types import FrameType
from typing import Any

from reportgen.user_code.module import module_file
from reportgen.user_code.source import UserCode

LONGEST = 500
OUT_OF_MEMORY = "can't allocate memory"
"""What torch says; Python has a class for it."""


def describe_exception(error: BaseException, code: UserCode) -> dict[str, Any]:
    """Return an exception as plain data, for `raise_described`.

    Args:
        error: What the users' code raised.
        code: Theirs.
    """
    if isinstance(error, SyntaxError) and error.filename == module_file(code):
        line = error.lineno
    else:
        line = _line(error, module_file(code))
    try:
        text = str(error)
    except BaseException:  # its class is the user's, too
        text = ""
    if isinstance(error, SystemExit):
        text = f"ends the program ({text})" if text else "ends the program"
    return {
        "kind": type(error).__name__[:LONGEST],
        "text": " ".join(text.split())[:LONGEST],
        "line": line,
        "memory": isinstance(error, MemoryError) or OUT_OF_MEMORY in text,
    }


def _line(error: BaseException, file: str) -> int | None:
    """The last line of the users' file that an exception went through."""
    line, trace = None, error.__traceback__
    while trace is not None:
        frame: FrameType = trace.tb_frame
        if frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
