"""Optimizers by name through the command line: what is there, and what is said of names that are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.cli import Cli

EXPERIMENT = """\
title = "Names"
[data]
source = "digits"
[comparison]
hidden = [4]
batch_size = 50
epochs = 1
optimizers = [{optimizers}]
"""


def test_the_list_of_optimizers_has_their_defaults(cli: Cli) -> None:
    rows = [line.split("\t") for line in cli("list", "optimizers").out.splitlines()]
    by_name = {name: (heading, hyperparameters) for _, name, heading, hyperparameters in rows}
    assert {kind for kind, *_ in rows} == {"optimizer"}
    assert by_name["SGD"] == ("Stochastic gradient descent", "learning_rate = 0.001, weight_decay = 0")
    assert "beta1 = 0.9, beta2 = 0.999, epsilon = 1e-08" in by_name["Adam"][1]


def test_something_else_is_no_listing(cli: Cli) -> None:
    answer = cli("list", "optimisers")
    assert answer.code == 2
    assert "'optimizers'" in answer.err


@pytest.mark.parametrize(
    ("optimizer", "said"),
    [
        ('name = "adam", learning_rate = 0.1', '.name = "adam": no such optimizer (did you mean Adam?)'),
        ('name = "torch.optim.RMSProp", learning_rate = 0.1', "(did you mean RMSprop?)"),
        ('name = "nowhere.Lion", learning_rate = 0.1', "nowhere cannot be imported"),
        ('name = "torch.optim.LBFGS", learning_rate = 0.1', "parameter groups"),
        (
            'name = "torch.optim.RMSprop", learning_rate = 0.1, alfa = 0.9',
            "unknown key comparison.optimizers[0].alfa, which torch.optim.RMSprop does not take; did you mean"
            " alpha?",
        ),
        (
            'name = "torch.optim.Adam", learning_rate = 0.1, betas = 0.9',
            "comparison.optimizers[0].betas = 0.9: must be a list of 2 finite numbers",
        ),
        (
            'name = "torch.optim.Adam", learning_rate = 0.1, betas = [0.9, 1.5]',
            "Invalid beta parameter",
        ),
        (
            'name = "torch.optim.Adam", learning_rate = 0.1, amsgrad = 1',
            "comparison.optimizers[0].amsgrad = 1: must be true or false",
        ),
        ('name = "Adam", learning_rate = 0.1, beta1 = "0.9"', 'beta1 = "0.9": must be a finite number'),
        ('name = "lion.py:Lion", learning_rate = 0.1', "lion.py: there is no such file"),
        ('name = "lion.txt:Lion", learning_rate = 0.1', "read from files .py and .ipynb alone"),
    ],
    ids=lambda value: value.partition(",")[0],
)
def test_a_name_or_a_value_that_will_not_do_is_one_line(cli: Cli, optimizer: str, said: str) -> None:
    Path("x.toml").write_text(EXPERIMENT.format(optimizers=f"{{ {optimizer} }}"), encoding="utf-8")
    answer = cli("run", "x.toml", "--no-pdf")
    assert answer.code == 1
    assert said in answer.err
    assert len(answer.err.splitlines()) == 1
    assert not list(Path("output").glob("x/*"))


def test_the_mistakes_of_several_optimizers_are_said_at_once(cli: Cli) -> None:
    optimizers = (
        '{ name = "SGD", learning_rate = 0.1, momentum = 0.9 },'
        ' { name = "Adm", learning_rate = 0.1 },'
        ' { name = "Adam", learning_rate = 0.1, beta_1 = 0.9 }'
    )
    Path("x.toml").write_text(EXPERIMENT.format(optimizers=optimizers), encoding="utf-8")
    lines = cli("run", "x.toml", "--no-pdf").err.splitlines()
    assert len(lines) == 3
    for line, place in zip(lines, range(3), strict=True):
        assert f"comparison.optimizers[{place}]" in line


MINE = """\
import torch


class Lion:
    \"\"\"Sign of the momentum.\"\"\"

    def __init__(self, learning_rate=1e-4, beta=0.9):
        if beta >= 1:
            raise ValueError("beta must be below 1")
        self.learning_rate, self.beta, self.m = learning_rate, beta, {}

    def step(self, parameters, gradients):
        for name, w in parameters.items():
            m = self.m.setdefault(name, torch.zeros_like(w))
            m.mul_(self.beta).add_(gradients[name], alpha=1 - self.beta)
            w -= self.learning_rate * m.sign()
"""


@pytest.mark.parametrize(
    ("optimizer", "said"),
    [
        ('name = "mine.py:Lyon"', "mine.py has no class Lyon with a step (did you mean Lion?)"),
        ('name = "mine.py:Lion", beta1 = 0.9', "mine.py:Lion does not take; did you mean beta?"),
        ('name = "mine.py:Lion", beta = 2.0', "ValueError: beta must be below 1"),
        ('name = "mine.py:Lion", beta = "x"', 'beta = "x": must be a finite number'),
    ],
    ids=["class", "keyword", "value", "kind"],
)
def test_what_is_wrong_with_ones_own_optimizer_is_one_line(cli: Cli, optimizer: str, said: str) -> None:
    Path("mine.py").write_text(MINE, encoding="utf-8")
    optimizers = f"{{ {optimizer}, learning_rate = 0.1 }}"
    Path("x.toml").write_text(EXPERIMENT.format(optimizers=optimizers), encoding="utf-8")
    answer = cli("run", "x.toml", "--no-pdf")
    assert answer.code == 1
    assert said in answer.err
    assert len(answer.err.splitlines()) == 1
