"""The table of optimizers: each that does not do what all have to do is noticed in its own column."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from reportgen.checks.optimizer_table import PROPERTIES, Reached, reach, rows_of
from reportgen.checks.problems import PROBLEMS
from reportgen.optim import OptimizerKind, built_in
from reportgen.optim.about import About
from reportgen.optim.base import PerParameter
from reportgen.optim.gradients import written_out
from reportgen.optim.registry import kind_of_class
from tests.helpers.cli import Cli


class Momentum(PerParameter):
    """Right: every mistake below is one of its lines changed."""

    def __init__(self, learning_rate: float = 0.01) -> None:
        self.learning_rate = learning_rate
        self.velocity: dict[str, Tensor] = {}

    def update(self, name: str, w: Tensor, g: Tensor) -> None:
        velocity = self.velocity.setdefault(name, torch.zeros_like(w))
        velocity.mul_(0.9).add_(g)
        w.sub_(self.learning_rate * velocity)


class Careless(Momentum):
    def step(self, parameters: dict[str, Tensor], gradients: Any) -> None:
        for name, w in parameters.items():
            g = written_out(gradients.get(name, torch.ones_like(w)))
            self.update(name, w, g if g.shape == w.shape else g.mean().expand_as(w))


class Forgetful(Momentum):
    def __init__(self, learning_rate: float = 0.01) -> None:
        super().__init__(learning_rate)
        hidden: dict[str, Tensor] = {}
        self.state_dict = dict  # nothing is kept
        self.load_state_dict = hidden.update


class Writing(Momentum):
    def update(self, name: str, w: Tensor, g: Tensor) -> None:
        super().update(name, w, g.mul_(1.0 + 1e-9))


class Single(Momentum):
    def update(self, name: str, w: Tensor, g: Tensor) -> None:
        super().update(name, w, g)
        w.data = w.data.float()


class Fixed(Momentum):
    def update(self, name: str, w: Tensor, g: Tensor) -> None:
        self.learning_rate, set_from_outside = 0.01, self.learning_rate
        super().update(name, w, g)
        self.learning_rate = set_from_outside


class Uphill(Momentum):
    def update(self, name: str, w: Tensor, g: Tensor) -> None:
        super().update(name, w, -g)


def kind(of: type) -> OptimizerKind:
    return kind_of_class(of.__name__, of, About())


MISTAKES = {
    "refuses wrong keys and shapes": Careless,
    "restored to the same bits": Forgetful,
    "gradients untouched": Writing,
    "float32 and float64": Single,
    "a schedule reaches it": Fixed,
}


def test_a_right_one_has_every_property() -> None:
    assert {name: holds(kind(Momentum)) for name, holds in PROPERTIES.items()} == dict.fromkeys(
        PROPERTIES, True
    )
    assert PROPERTIES.keys() == MISTAKES.keys()


@pytest.mark.parametrize("column", MISTAKES)
def test_a_mistake_is_noticed_in_its_column(column: str) -> None:
    assert not PROPERTIES[column](kind(MISTAKES[column]))


@pytest.mark.parametrize("problem", PROBLEMS)
def test_going_uphill_is_too_little_on_every_problem(problem: str) -> None:
    right, wrong = (reach(kind(of), PROBLEMS[problem]) for of in (Momentum, Uphill))
    assert right.enough
    assert not wrong.enough
    assert right == Reached(right.share, right.learning_rate, True)
    assert right.share < PROBLEMS[problem].share < wrong.share


@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_gradients_of_a_problem_are_those_of_its_loss(problem: str) -> None:
    """By finite differences, with what noise and missing rows leave: the mean over many steps."""
    of = PROBLEMS[problem]
    at = of.start()
    shown = {name: torch.stack([of.gradients(at, step)[name] for step in range(400)]) for name in at}
    for name, p in at.items():
        for place in range(min(p.numel(), 3)):
            slopes = []
            for change in (1e-6, -1e-6):
                moved = {key: value.clone() for key, value in at.items()}
                moved[name].view(-1)[place] += change
                slopes.append(of.loss(moved))
            slope = (slopes[0] - slopes[1]) / 2e-6
            mean = shown[name].reshape(400, -1)[:, place].median()
            most = shown[name].reshape(400, -1)[:, place]
            if problem == "sparse gradient" and name == "w":
                mean = most[most != 0].median()
            assert mean.item() == pytest.approx(slope, rel=1e-4, abs=0.1 if "noise" in problem else 1e-6)


@pytest.mark.long
def test_a_whole_row_is_right_where_the_optimizer_is() -> None:
    """Of three; tests/optim/test_every_optimizer.py has all of them on all problems."""
    some = [built_in()[name] for name in ("SGD", "Lion", "Shampoo")]
    assert [row.name for row in rows_of(some) if not row.passed] == []


def test_the_command_prints_it(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    some = {"SGD": built_in()["SGD"], "Uphill": kind(Uphill)}
    monkeypatch.setattr("reportgen.optim.built_in", lambda: some)
    answer = cli("check", "--optimizers")
    head, sgd, uphill, *_, last = answer.out.splitlines()
    assert head.split("\t") == ["optimizer", *PROBLEMS, "beside", *PROPERTIES]
    assert "torch.optim.SGD" in sgd
    assert uphill.count("too little") == len(PROBLEMS)
    assert last == "1 of 2 checks passed"
    assert answer.code == 1
    assert cli("check", "--optimizers", "--code", "x.py").code == 2
