"""`reportgen check` fails when any one formula is broken on purpose, and says which."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

import pytest

from reportgen import optim
from reportgen.nn import (
    Classifier,
    Dropout,
    FullyConnectedLayer,
    ReLU,
    SoftmaxCrossEntropy,
)
from tests.helpers.layer_mistakes import LAYER_MISTAKES
from tests.helpers.mistakes import DROPOUT, FC, LOSS, NETWORK, RELU, Mistake
from tests.helpers.optimizer_mistakes import OPTIMIZER_MISTAKES

pytestmark = pytest.mark.long

MISTAKES = LAYER_MISTAKES | OPTIMIZER_MISTAKES


@pytest.fixture(autouse=True)
def fewer_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is noticed in the first steps is noticed in more of them, as the largest difference counts."""
    monkeypatch.setattr("reportgen.checks.optimizers.STEPS", 40)


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_broken_formula_is_noticed_by_exactly_its_checks(
    mistake: Mistake,
    rewrite: Callable[[FunctionType, str, str], None],
    check: Callable[[], Any],
) -> None:
    rewrite(mistake.function, mistake.right, mistake.wrong)
    checked = check()
    assert checked.failed == mistake.noticed_by
    assert checked.exit_code == 1
    assert len(checked.verdicts) == 8  # each of them still has its line
    assert checked.lines[-1] == f"{8 - len(mistake.noticed_by)} of 8 checks passed"


@pytest.mark.parametrize(
    ("owner", "method", "key"),
    [
        (FullyConnectedLayer, "backward", FC),
        (ReLU, "backward", RELU),
        (Dropout, "backward", DROPOUT),
        (SoftmaxCrossEntropy, "backward", LOSS),
        (Classifier, "l2_term", NETWORK),
        *((optim.find(name).shown, "step", name) for name in ("SGD", "SGD_Momentum", "Adam")),
    ],
)
def test_a_formula_that_raises_has_failed_and_the_other_checks_go_on(
    owner: type, method: str, key: str, monkeypatch: pytest.MonkeyPatch, check: Callable[[], Any]
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr(owner, method, broken)
    checked = check()
    assert key in checked.failed
    assert len(checked.verdicts) == 8
    assert checked.exit_code == 1
    assert any("RuntimeError: out of order" in line for line in checked.lines)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_results_that_are_no_numbers_have_failed(
    value: float, monkeypatch: pytest.MonkeyPatch, check: Callable[[], Any]
) -> None:
    right = ReLU.backward
    monkeypatch.setattr(ReLU, "backward", lambda self, dout: right(self, dout) * value)
    assert {RELU, NETWORK} <= check().failed
