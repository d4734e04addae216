"""Torch optimizers by their dotted names, behind the same `step`: beside ours, and beside torch alone."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
import torch
from torch import Tensor

from reportgen.checks.optimizers import NO_TWIN, prove
from reportgen.nn import WeightGradient
from reportgen.optim import OptimizerKind, find, torch_optim
from reportgen.optim.about import About
from reportgen.optim.registry import UnknownOptimizerError, try_out
from reportgen.training.optimizer_state import restore_state, state_of

Parameters = dict[str, Tensor]
STEPS = 100


def parameters(dtype: torch.dtype = torch.float64) -> Parameters:
    generator = torch.Generator().manual_seed(1)
    shapes = {"w1": (5, 4), "b1": (4,), "w2": (4, 3), "b2": (3,)}
    return {name: torch.randn(shape, generator=generator, dtype=dtype) for name, shape in shapes.items()}


def gradients(of: Parameters, step: int) -> Parameters:
    """Downhill on a bowl, with noise."""
    generator = torch.Generator().manual_seed(100 + step)
    return {name: p + torch.randn(p.shape, generator=generator, dtype=p.dtype) for name, p in of.items()}


@pytest.mark.parametrize(
    ("textbook", "of_torch", "limit"),
    [
        (("SGD", {"learning_rate": 0.05}), ("torch.optim.SGD", {"learning_rate": 0.05}), 0.0),
        (
            ("Adam", {"learning_rate": 0.03, "beta1": 0.8, "beta2": 0.99}),
            ("torch.optim.Adam", {"learning_rate": 0.03, "betas": (0.8, 0.99)}),
            1e-14,
        ),
        (
            ("Adam", {"learning_rate": 0.03, "weight_decay": 0.2}),
            ("torch.optim.AdamW", {"learning_rate": 0.03, "weight_decay": 0.2}),
            1e-14,
        ),
    ],
    ids=["SGD", "Adam", "AdamW"],
)
def test_gives_the_textbooks_numbers(
    textbook: tuple[str, dict[str, float]], of_torch: tuple[str, dict[str, float]], limit: float
) -> None:
    """The schedule changes the learning rate meanwhile; only weights decay."""
    ours, theirs = (find(name).make(**values) for name, values in (textbook, of_torch))
    one, other = parameters(), parameters()
    for step in range(STEPS):
        ours.learning_rate = theirs.learning_rate = 0.05 * (1 + 0.5 * math.cos(step))
        given = gradients(one, step)
        ours.step(one, given)
        theirs.step(other, gradients(other, step))
        for name, p in one.items():
            assert (p - other[name]).abs().max() <= limit * p.abs().max()


def test_a_gradient_in_factors_is_a_gradient_like_any_other() -> None:
    x, d = torch.randn(6, 5, dtype=torch.float64), torch.randn(6, 4, dtype=torch.float64)
    one, other = ({"w": torch.ones(5, 4, dtype=torch.float64)} for _ in range(2))
    for each, gradient in ((one, WeightGradient(x, d, one["w"], 0.1)), (other, x.T @ d + 0.2 * other["w"])):
        find("torch.optim.Adagrad").make(learning_rate=0.1).step(each, {"w": gradient})
    torch.testing.assert_close(one["w"], other["w"])


@pytest.mark.parametrize(
    "name",
    [
        "torch.optim.RMSprop",
        "torch.optim.NAdam",
        "torch.optim.Rprop",
        "torch.optim.ASGD",
        "torch.optim.Adafactor",
    ],
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_goes_on_from_its_saved_state_to_the_same_bits(name: str, dtype: torch.dtype) -> None:
    kind = find(name)
    straight, one = parameters(dtype), kind.make(**kind.hyperparameters)
    with torch.inference_mode():  # as training is
        for step in range(7):
            one.step(straight, gradients(straight, step))
        tensors, plain = state_of(one)
        plain = json.loads(json.dumps(plain))
        resumed = {parameter: tensor.clone() for parameter, tensor in straight.items()}
        other = kind.make(**kind.hyperparameters)
        restore_state(other, tensors, plain)
        for step in range(7, 15):
            one.step(straight, gradients(straight, step))
            other.step(resumed, gradients(resumed, step))
    assert all(torch.equal(straight[parameter], resumed[parameter]) for parameter in straight)


class CountingForAll(torch.optim.Optimizer):
    """Its steps become smaller by a count that is no parameter's; no learning rate is its default."""

    def __init__(self, params: Any, lr: float) -> None:
        super().__init__(params, {"lr": lr, "precision": torch.float64})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        shared: dict[Any, Any] = self.state
        shared["k"] = shared.get("k", 0) + 1
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.sub_(parameter.grad.to(group["precision"]), alpha=group["lr"] / shared["k"])


def counting_for_all() -> OptimizerKind:
    defaults, accepts = torch_optim.hyperparameters(CountingForAll)

    def make(**values: Any) -> torch_optim.TorchOptimizer:
        return torch_optim.TorchOptimizer(CountingForAll, **values)

    return OptimizerKind("CountingForAll", defaults, accepts, make, CountingForAll, About())


def test_what_an_optimizer_keeps_for_all_parameters_is_kept_too() -> None:
    straight, kind = parameters(), counting_for_all()
    one = kind.make(learning_rate=0.1)
    for step in range(5):
        one.step(straight, gradients(straight, step))
    tensors, plain = state_of(one)
    resumed, other = {name: tensor.clone() for name, tensor in straight.items()}, kind.make(learning_rate=0.1)
    restore_state(other, tensors, json.loads(json.dumps(plain)))
    for each, of_each in ((one, straight), (other, resumed)):
        each.step(of_each, gradients(of_each, 5))
    assert all(torch.equal(straight[name], resumed[name]) for name in straight)


def test_an_optimizer_without_a_default_learning_rate_is_proved_at_the_usual_one() -> None:
    assert prove(counting_for_all()) == (NO_TWIN,)


def test_gradients_are_left_as_they_are() -> None:
    """Some optimizers of torch add their decay into them."""
    optimizer, given = find("torch.optim.SGD").make(learning_rate=0.1, weight_decay=0.5), parameters()
    slopes = gradients(given, 0)
    before = {name: gradient.clone() for name, gradient in slopes.items()}
    optimizer.step(given, slopes)
    assert all(torch.equal(slopes[name], before[name]) for name in before)


def test_weights_that_are_evaluated_may_be_others_than_those_in_training() -> None:
    """Beside the package itself, which swaps them in place; looking at them changes nothing."""
    schedulefree = pytest.importorskip("schedulefree")
    optimizer, ours = find("schedulefree.SGDScheduleFree").make(learning_rate=0.1), parameters()
    undisturbed, theirs = find("schedulefree.SGDScheduleFree").make(learning_rate=0.1), parameters()
    alone = {name: torch.nn.Parameter(p) for name, p in parameters().items()}
    twin = schedulefree.SGDScheduleFree(list(alone.values()), lr=0.1)
    twin.train()
    for step in range(10):
        optimizer.step(ours, gradients(ours, step))
        optimizer.evaluated(ours)  # type: ignore[attr-defined]
        undisturbed.step(theirs, gradients(theirs, step))
        slopes = gradients({name: p.data for name, p in alone.items()}, step)
        for name, p in alone.items():
            p.grad = slopes[name]
        twin.step()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    evaluated = optimizer.evaluated(ours)  # type: ignore[attr-defined]
    twin.eval()
    for name, p in alone.items():
        torch.testing.assert_close(evaluated[name], p.data)
        assert not torch.equal(evaluated[name], ours[name])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("torch.optim.RMSProp", "has no such name (did you mean RMSprop?)"),
        ("torch.optim.lr_scheduler.StepLR", "no torch optimizer"),
        ("torch.nn.Linear", "no torch optimizer"),
        ("no_such_package.Lion", "is its package installed?"),
        ("adam", "did you mean Adam?"),
        ("Lyon", "FILE.py:CLASS"),
    ],
)
def test_a_name_that_leads_nowhere_is_refused_in_one_line(name: str, said: str) -> None:
    with pytest.raises(UnknownOptimizerError) as refused:
        find(name)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("torch.optim.LBFGS", "parameter groups"),
        ("torch.optim.Muon", "2D"),
        ("torch.optim.SparseAdam", "dense gradients"),
    ],
)
def test_an_optimizer_that_wants_more_than_gradients_is_refused_in_one_line(name: str, said: str) -> None:
    kind = find(name)
    with pytest.raises(ValueError, match=said) as refused:
        try_out(kind, kind.hyperparameters)
    assert "\n" not in str(refused.value)
