"""The rule that is noted of an optimizer does what its own step does: every one of this program."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from reportgen.checks.problems import draw
from reportgen.data import Part
from reportgen.nn import Classifier
from reportgen.optim import built_in
from reportgen.optim.base import PerParameter, zeros
from reportgen.randomness import stream
from reportgen.training.batches import BatchOrder, Images
from reportgen.training.engines.choice import COMPILED, REASONS, Work, compiled_reason
from reportgen.training.engines.compiled.compiled_engine import CompiledEngine
from reportgen.training.engines.compiled.noted_rules import NoStateError, NotElementwiseError, Rule
from reportgen.training.engines.compiled.shadow import Shadow
from reportgen.training.trial import Setup

BY_TEXTBOOK = {"Adafactor", "LAMB", "Muon", "Prodigy", "SOAP", "Shampoo"}
"""What looks at a parameter as a whole."""
SHAPES = {"w1": (5, 4), "b1": (4,), "w2": (4, 3), "b2": (3,)}
STEPS = 30

OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "neg": np.negative,
    "abs": np.abs,
    "sqrt": np.sqrt,
    "sign": np.sign,
    "maximum": np.maximum,
    "minimum": np.minimum,
    "greater": np.greater,
    "at_least": np.greater_equal,
    "select": np.where,
}


def follow(rule: Rule, numbers: Any, values: list[Any]) -> list[Any]:
    """What a rule makes of a parameter, its states and its gradient, operation by operation."""
    registers, handed = list(values), iter(numbers)
    for name, places in rule.operations:
        if name == "scalar":
            registers.append(next(handed))
        else:
            registers.append(OPERATIONS[name](*(registers[place] for place in places)))
    return [registers[place] for place in rule.outputs]


def gradients_of(step: int) -> dict[str, Tensor]:
    return {name: draw(10 * step + n, *shape) for n, (name, shape) in enumerate(SHAPES.items())}


def learning_rates(first: float) -> list[float]:
    return [first * (1 + 0.9 * math.cos(step)) for step in range(STEPS)]


@pytest.mark.parametrize("name", [name for name in built_in() if name not in BY_TEXTBOOK])
@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_a_noted_rule_takes_the_same_steps_as_the_optimizer(name: str, decay: float) -> None:
    kind = built_in()[name]
    values: dict[str, Any] = {"learning_rate": 0.01, **kind.hyperparameters, **kind.about.trial}
    values |= {"weight_decay": decay} if "weight_decay" in kind.accepts else {}
    optimizer = kind.make(**values)
    parameters = {name: draw(n, *shape) for n, (name, shape) in enumerate(SHAPES.items())}
    first, *rates = learning_rates(float(values["learning_rate"]))
    optimizer.learning_rate = first
    optimizer.step(parameters, gradients_of(0))
    shadow = Shadow(optimizer, parameters)
    noted: dict[str, list[Any]] = {
        key: [p.numpy().copy(), *(getattr(optimizer, s)[key].numpy().copy() for s in shadow.state_names)]
        for key, p in parameters.items()
    }
    for step, rules in enumerate(shadow.steps(rates), start=1):
        gradients = gradients_of(step)
        for parameter in SHAPES:
            rule, numbers = rules.weights if parameter.startswith("w") else rules.biases
            noted[parameter] = follow(rule, numbers, [*noted[parameter], gradients[parameter].numpy()])
    for step, rate in enumerate(rates, start=1):
        optimizer.learning_rate = rate
        optimizer.step(parameters, gradients_of(step))
    for key, came in noted.items():
        expected = [parameters[key], *(getattr(optimizer, state)[key] for state in shadow.state_names)]
        for value, right in zip(came, expected, strict=True):
            np.testing.assert_allclose(value, right.numpy(), rtol=1e-11, atol=1e-13)
    before = plain_of(optimizer, shadow)
    shadow.hand_back()  # what it counts stands where the optimizer's own steps have brought it
    assert plain_of(optimizer, shadow) == pytest.approx(before, rel=1e-12)


def plain_of(optimizer: Any, shadow: Shadow) -> dict[str, Any]:
    return {key: value for key, value in vars(optimizer).items() if key not in shadow.state_names}


def test_all_that_can_be_noted_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which optimizers the textbook alone can train, each for the same reason."""
    monkeypatch.setattr("reportgen.training.engines.compiled.capability.has_numba", lambda: True)
    reasons = {name: compiled_reason(setup_of(name)) for name in built_in()}
    assert {name for name, reason in reasons.items() if reason} == BY_TEXTBOOK
    assert {reason for reason in reasons.values() if reason} == {"rule"}


def setup_of(name: str, **changes: Any) -> Setup:
    settings: dict[str, Any] = {
        "stage": "comparison",
        "label": name,
        "optimizer": name,
        "hyperparameters": {"learning_rate": 0.01},
        "hidden": (6,),
        "batch_size": 8,
        "epochs": 5,
        "l2": 0.0,
        "initial_std": None,
        "dtype": "float32",
        "subset": None,
        "engine": COMPILED,
    }
    return Setup(**settings | changes)


@pytest.mark.parametrize(
    ("changes", "images", "reason"),
    [
        ({}, None, None),
        ({"epochs": 10_000}, 8, None),
        ({"epochs": 9_999}, 8, "little_work"),
        ({"epochs": 5_000}, 9, None),  # a smaller batch is a step too
        ({"dtype": "bfloat16"}, None, "dtype"),
        ({"optimizer_code": "0f"}, None, "user_code"),
        ({"layers_code": "0f"}, None, "user_code"),
        ({"optimizer": "torch.optim.SGD"}, None, "rule"),
        ({"optimizer": "Muon", "epochs": 10_000}, 8, "rule"),
    ],
)
def test_why_a_setup_is_not_compiled(changes: dict[str, Any], images: int | None, reason: str | None) -> None:
    work = None if images is None else Work(64, images)
    assert compiled_reason(setup_of("SGD", **changes), work) == reason
    assert reason is None or reason in REASONS


@pytest.mark.parametrize("name", ["Adam", "ScheduleFreeSGD", "ScheduleFreeAdamW", "AMSGrad"])
def test_before_its_first_step_an_optimizer_has_no_state_to_note(name: str) -> None:
    parameters = {key: draw(n, *shape) for n, (key, shape) in enumerate(SHAPES.items())}
    with pytest.raises(NoStateError):
        Shadow(built_in()[name].make(), parameters)


# ---------------------------------------------------------------- rules of one's own


class Signs(PerParameter):
    """A rule for every number: a step of the gradient's sign, averaged."""

    def __init__(self, learning_rate: float = 0.01) -> None:
        self.learning_rate = learning_rate
        self.m: dict[str, Tensor] = {}

    def update(self, name: str, w: Tensor, g: Tensor) -> None:
        m = zeros(self.m, name, w)
        m.lerp_(g, 0.3 / self.t)
        w.sub_(torch.where(m.abs() > 0.2, torch.sign(m), m) * self.learning_rate)


class ByLength(Signs):
    """A rule for the whole: a step as long as the learning rate."""

    def update(self, _: str, w: Tensor, g: Tensor) -> None:
        w.sub_(g / g.norm() * self.learning_rate)


class ByChance(Signs):
    """A rule that looks at a number before it goes on."""

    def update(self, _: str, w: Tensor, g: Tensor) -> None:
        if (g > 0).all():
            w.sub_(g * self.learning_rate)


class FirstAlone(Signs):
    """A rule that is another for each parameter."""

    def update(self, name: str, w: Tensor, g: Tensor) -> None:
        w.sub_(g * (self.learning_rate if name.endswith("1") else 0.0))


def test_a_rule_of_one_s_own_is_noted_as_it_is_written() -> None:
    optimizer, parameters = Signs(), {name: draw(3, *shape) for name, shape in SHAPES.items()}
    optimizer.step(parameters, gradients_of(0))
    shadow = Shadow(optimizer, parameters)
    w, m, g = parameters["w1"].numpy().copy(), optimizer.m["w1"].numpy().copy(), gradients_of(1)["w1"].numpy()
    rule, numbers = shadow.step(0.5).weights
    after, state = follow(rule, numbers, [w, m, g])
    optimizer.learning_rate = 0.5
    optimizer.step(parameters, gradients_of(1))
    np.testing.assert_allclose(after, parameters["w1"].numpy(), rtol=1e-12)
    np.testing.assert_allclose(state, optimizer.m["w1"].numpy(), rtol=1e-12)


@pytest.mark.parametrize("kind", [ByLength, ByChance, FirstAlone])
def test_a_rule_that_is_not_the_same_for_every_number_is_refused(kind: type[Signs]) -> None:
    optimizer, parameters = kind(), {name: draw(3, *shape) for name, shape in SHAPES.items()}
    optimizer.step(parameters, gradients_of(0))
    with pytest.raises(NotElementwiseError):
        Shadow(optimizer, parameters)


class Forgetful(Signs):
    """A rule that makes new tensors in every step."""

    def update(self, _: str, w: Tensor, g: Tensor) -> None:
        w.sub_(torch.maximum(g, torch.zeros_like(g)) * self.learning_rate)


def test_a_rule_that_makes_new_tensors_in_every_step_is_refused_and_its_steps_are_not_left_out() -> None:
    classifier = Classifier(4, [3], 2, stream(0, "weights"))
    images = Images(Part(np.zeros((8, 2, 2, 1), np.uint8), np.zeros(8, np.int64)), torch.float32)
    order = BatchOrder(8, 2, stream(0, "batch order"))
    with torch.inference_mode(), pytest.raises(NotElementwiseError):
        CompiledEngine().epoch(classifier, Forgetful(), images, order, [0.1] * 4)
