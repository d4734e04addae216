"""`reportgen check --compiled`: a line for each optimizer, proved, failed, or left to the textbook."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result

from reportgen.checks import compiled_optimizers
from reportgen.cli.main import main
from reportgen.optim import find
from tests.helpers.engines import Change, forget_l2, stand_in, sum_backwards


def check(monkeypatch: pytest.MonkeyPatch, change: Change) -> Result:
    """Of an engine that is the textbook with something changed."""
    stand_in(monkeypatch, "compiled", change)
    kinds = {name: find(name) for name in ("SGD", "Adam", "Muon")}
    monkeypatch.setattr(compiled_optimizers, "built_in", lambda: kinds)
    return CliRunner().invoke(main, ["check", "--compiled"])


def test_each_optimizer_that_can_be_compiled_is_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    result = check(monkeypatch, sum_backwards)
    sgd, adam, muon, conclusion = result.output.splitlines()
    assert result.exit_code == 0
    assert sgd.startswith("Test of the compiled engine, SGD: Passed.  [40 steps of the textbook, float32 ")
    assert adam.startswith("Test of the compiled engine, Adam: Passed.")
    assert muon.startswith("Muon: the textbook trains it, the optimizer does not do the same")
    assert conclusion == "2 of 2 checks passed"


def test_one_that_is_wrong_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    result = check(monkeypatch, forget_l2)
    assert result.exit_code == 1
    assert "Test of the compiled engine, Adam: FAILED." in result.output
    assert result.output.splitlines()[-1] == "0 of 2 checks passed"


def test_it_is_asked_for_by_itself() -> None:
    result = CliRunner().invoke(main, ["check", "--compiled", "--optimizers"])
    assert result.exit_code == 2
    assert "give one of --code, --optimizers and --compiled" in result.output
