"""Users' code for tests, and its processes, in bubblewrap and without."""

from __future__ import annotations

import hashlib
import textwrap

import pytest

from reportgen.user_code import bubblewrap
from reportgen.user_code.source import UserCode

WAYS = ("in bubblewrap, if it works", "without bubblewrap")


def code_of(text: str, file: str = "hw5.py") -> UserCode:
    """A user's code of this text."""
    text = textwrap.dedent(text)
    return UserCode(file, text, hashlib.sha256(text.encode()).hexdigest())


def guard_by(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let guarded processes be started in one of these ways."""
    if way == WAYS[1]:
        monkeypatch.setattr(bubblewrap, "find_bubblewrap", lambda: None)
