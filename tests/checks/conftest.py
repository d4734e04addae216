"""`reportgen check` in this process, and formulas broken on purpose."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

import pytest
import torch
from click.testing import CliRunner

from reportgen import checks
from reportgen.cli.main import main
from reportgen.optim import find

KEYS = {
    "Results of fully connected layer forward and backward tests": "fully_connected",
    "Results of ReLU forward and backward tests": "relu",
    "Results of dropout forward and backward tests": "dropout",
    "Results of softmax cross-entropy forward and backward tests": "softmax_cross_entropy",
    "Test of network": "network",
    "Test of SGD": "SGD",
    "Test of SGD_Momentum": "SGD_Momentum",
    "Test of Adam": "Adam",
}


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@dataclass(frozen=True)
class Checked:
    """What `reportgen check` answered."""

    exit_code: int
    lines: list[str]

    @property
    def verdicts(self) -> dict[str, str]:
        """'All passed', 'Passed' or 'FAILED' by check."""
        found = (re.match(r"(.+): (All passed|Passed|FAILED)\.  \[.+\]$", line) for line in self.lines)
        return {KEYS[match[1]]: match[2] for match in found if match}

    @property
    def failed(self) -> set[str]:
        return {key for key, verdict in self.verdicts.items() if verdict == "FAILED"}


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch) -> Callable[[], Checked]:
    """Runs `reportgen check`; nothing it meets may end in a traceback.

    Of the optimizers it proves the homework's: all others have tests/optim/test_every_optimizer.py.
    """
    homework = {name: find(name) for name in ("SGD", "SGD_Momentum", "Adam")}
    monkeypatch.setattr(checks, "built_in", lambda: homework)

    def run() -> Checked:
        result = CliRunner().invoke(main, ["check"])
        assert isinstance(result.exception, SystemExit | None), result.exception
        assert "Traceback" not in result.output
        return Checked(result.exit_code, result.output.splitlines())

    return run


@pytest.fixture
def rewrite(monkeypatch: pytest.MonkeyPatch) -> Callable[[FunctionType, str, str], None]:
    """Replaces a piece of a function's source, which must be there exactly once, for the rest of a test."""

    def replace(function: FunctionType, right: str, wrong: str) -> None:
        source = textwrap.dedent(inspect.getsource(function))
        assert source.count(right) == 1, f"{function.__qualname__} reads differently now:\n{source}"
        made: dict[str, Any] = {}
        exec(source.replace(right, wrong), function.__globals__, made)
        # whoever has imported the function by name gets the wrong one too
        monkeypatch.setattr(function, "__code__", made[function.__name__].__code__)

    return replace
