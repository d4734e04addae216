"""Optimizers in the homework's form, in whichever hand they are written, beside torch's own."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import torch
from torch import Tensor

from reportgen.errors import UserError
from reportgen.optim.homework_form import HomeworkOptimizer, make_homework_optimizer
from tests.helpers.homework_styles import RIGHT

NAMES = ("SGD", "SGD_Momentum", "Adam")
RATE = 0.05


def make(text: str, name: str, **hyperparameters: float) -> HomeworkOptimizer:
    names: dict[str, Any] = {}
    exec(text, names)
    return make_homework_optimizer(names[name], learning_rate=RATE, **hyperparameters)


def start() -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(0)
    return {
        name: torch.randn(shape, generator=generator, dtype=torch.float64)
        for name, shape in {"w1": (4, 3), "b1": (3,), "w2": (3, 2), "b2": (2,)}.items()
    }


def gradients(step: int) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(100 + step)
    return {
        name: torch.randn(w.shape, generator=generator, dtype=torch.float64) for name, w in start().items()
    }


def lead(optimizer: HomeworkOptimizer, parameters: dict[str, Tensor], steps: range) -> None:
    with torch.inference_mode():
        for step in steps:
            optimizer.learning_rate = RATE
            optimizer.step(parameters, gradients(step))


def twin_of(name: str, parameters: list[Tensor]) -> torch.optim.Optimizer:
    if name == "Adam":
        return torch.optim.Adam(parameters, lr=RATE)
    return torch.optim.SGD(parameters, lr=RATE, momentum=0.9 if name == "SGD_Momentum" else 0.0)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_moves_the_very_tensors_that_it_is_given_as_torch_would(text: str, name: str) -> None:
    parameters = start()
    before = dict(parameters)
    lead(make(text, name), parameters, range(20))
    leaves = {key: value.clone().requires_grad_() for key, value in start().items()}
    twin = twin_of(name, list(leaves.values()))
    for step in range(20):
        for key, gradient in gradients(step).items():
            leaves[key].grad = gradient
        twin.step()
    for key, value in leaves.items():
        assert parameters[key] is before[key]  # in place, also where the class puts new ones into params
        torch.testing.assert_close(parameters[key], value.detach(), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_goes_on_from_its_state_to_the_same_bits(text: str, name: str) -> None:
    whole = start()
    lead(make(text, name), whole, range(12))
    parts = start()
    first = make(text, name)
    lead(first, parts, range(5))
    state = first.state_dict()
    lead(first, start(), range(5, 9))  # what it does afterwards is not in the state
    second = make(text, name)
    second.load_state_dict(state)
    lead(second, parts, range(5, 12))
    for key, value in whole.items():
        assert torch.equal(parts[key], value)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_a_schedule_reaches_it(text: str, name: str) -> None:
    optimizer, parameters = make(text, name), start()
    optimizer.learning_rate = 0.0
    assert optimizer.learning_rate == 0.0
    optimizer.step(parameters, gradients(0))
    for key, value in start().items():
        assert torch.equal(parameters[key], value)


def test_state_is_plain_values_and_tensors() -> None:
    optimizer = make(RIGHT["numpy"], "Adam")
    lead(optimizer, start(), range(3))
    state = optimizer.state_dict()
    assert torch.equal(state["step_count"]["numpy"], torch.tensor(3))
    assert {type(value["numpy"]) for value in state["m"].values()} == {Tensor}
    assert state["learning_rate"] == RATE


class Removes:
    def __init__(self, learning_rate: float = 0.1) -> None:
        self.lr = learning_rate

    def step(self, params: dict[str, Any], grads: dict[str, Any]) -> None:
        del params["w1"], grads


class Reshapes(Removes):
    def step(self, params: dict[str, Any], grads: dict[str, Any]) -> None:
        params["w1"] = grads["w1"][0]


class Forgets:
    def __init__(self, learning_rate: float = 0.1) -> None:
        self.eta = learning_rate


@pytest.mark.parametrize(("kind", "said"), [(Removes, "removed 'w1'"), (Reshapes, "of shape")])
def test_a_step_that_spoils_params_is_refused_in_a_line(kind: type, said: str) -> None:
    optimizer = make_homework_optimizer(kind, learning_rate=0.1)
    with pytest.raises(UserError, match=said):
        optimizer.step(start(), gradients(0))


def test_an_optimizer_that_keeps_no_rate_is_refused_in_a_line() -> None:
    with pytest.raises(UserError, match=r"neither in self\.lr nor in self\.learning_rate"):
        make_homework_optimizer(Forgets, learning_rate=0.1)


def test_it_gets_its_hyperparameters_by_its_own_names() -> None:
    optimizer = make(RIGHT["torch"], "SGD_Momentum", momentum=0.5)
    assert "lr" in inspect.signature(type(optimizer.inner)).parameters
    assert optimizer.learning_rate == RATE
    assert optimizer.inner.momentum == 0.5
