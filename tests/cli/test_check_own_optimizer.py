"""`check --code` of a file with an optimizer of one's own: beside its twin, and by its properties."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.cli import Cli

LION = '''\
"""Lion."""

import torch
from reportgen.optim.about import About


class Lion:
    def __init__(self, learning_rate=1e-4, beta1=0.9, beta2=0.99):
        self.learning_rate, self.beta1, self.beta2 = learning_rate, beta1, beta2
        self.m = {}

    def step(self, parameters, gradients):
        for name, w in parameters.items():
            g = gradients[name]
            m = self.m.setdefault(name, torch.zeros_like(w))
            w -= self.learning_rate * torch.sign(self.beta1 * m + (1 - self.beta1) * g)
            m.mul_(self.beta2).add_(g, alpha=1 - self.beta2)


def twin(weights, biases, *, learning_rate, beta1, beta2):
    class Twin(torch.optim.Optimizer):
        def step(self):
            for group in self.param_groups:
                for p in group["params"]:
                    m = self.state[p].get("m", 0 * p.grad)
                    c = beta1 * m + (1 - beta1) * p.grad
                    p.data -= group["lr"] * ((c > 0).to(c) - (c < 0).to(c))
                    self.state[p]["m"] = beta2 * m + (1 - beta2) * p.grad

    return Twin([*weights, *biases], {"lr": learning_rate})


ABOUT = About(twin=twin, against="an independent implementation in the file")
'''

LOWER = "does not get lower on a bowl"


def test_it_is_held_against_the_twin_of_its_file(cli: Cli) -> None:
    Path("lion.py").write_text(LION, encoding="utf-8")
    answer = cli("check", "--code", "lion.py")
    assert answer.code == 0
    assert "lion.py, Lion: Test of lion.py:Lion: Passed." in answer.out
    assert "an independent implementation in the file" in answer.out
    assert "1 of 1 checks passed" in answer.out


def test_without_a_twin_its_properties_alone_are_proved_and_that_is_said(cli: Cli) -> None:
    Path("lion.py").write_text(LION.partition("\n\ndef twin")[0], encoding="utf-8")
    answer = cli("check", "--code", "lion.py")
    assert answer.code == 0
    assert "no twin: properties only" in answer.out


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("w -= self", "w += self", LOWER),
        ("m.mul_(self.beta2)", "m.mul_(self.beta1)", "in the file 9."),
        ("self.learning_rate * torch.sign", "0.001 * torch.sign", "a schedule does not reach it"),
        ("g = gradients[name]", "g = gradients[name].mul_(0.5)", "changes the gradients"),
        ("self.m = {}", "self.m = {}; self.f = print", "no checkpoint can hold"),
        (
            "self.learning_rate, self.beta1",
            "self.rate, self.beta1",
            "neither in self.learning_rate nor in self.lr",
        ),
    ],
    ids=["sign", "decay of the momentum", "schedule", "gradients", "state", "learning rate"],
)
def test_what_is_wrong_with_it_is_said(cli: Cli, right: str, wrong: str, said: str) -> None:
    assert LION.count(right) == 1
    Path("lion.py").write_text(LION.replace(right, wrong), encoding="utf-8")
    answer = cli("check", "--code", "lion.py")
    assert answer.code == 1
    assert said in answer.out
    assert "Traceback" not in answer.out + answer.err
