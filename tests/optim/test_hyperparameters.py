"""The hyperparameters of every optimizer: their defaults, their limits, and how they are refused by name."""

from __future__ import annotations

import math

import pytest

from reportgen.optim import OptimizerKind, built_in
from tests.helpers.optimizer_problems import some_gradients, some_parameters

ADAM = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.0}
DEFAULTS = {
    "SGD": {"learning_rate": 1e-3, "weight_decay": 0.0},
    "SGD_Momentum": {"learning_rate": 1e-3, "momentum": 0.9, "weight_decay": 0.0},
    "Adam": ADAM,
    "Nesterov": {"learning_rate": 1e-3, "momentum": 0.9, "weight_decay": 0.0},
    "AdaGrad": {"learning_rate": 1e-2, "epsilon": 1e-10, "weight_decay": 0.0},
    "RMSProp": {"learning_rate": 1e-2, "rho": 0.99, "epsilon": 1e-8, "weight_decay": 0.0},
    "Adadelta": {"learning_rate": 1.0, "rho": 0.9, "epsilon": 1e-6, "weight_decay": 0.0},
    "AdaMax": ADAM | {"learning_rate": 2e-3},
    "AMSGrad": ADAM,
    "AdamW": ADAM | {"weight_decay": 1e-2},
    "NAdam": ADAM | {"learning_rate": 2e-3, "psi": 4e-3},
    "RAdam": ADAM,
    "Lion": {"learning_rate": 1e-4, "beta1": 0.9, "beta2": 0.99, "weight_decay": 0.0},
    "AdaBelief": ADAM | {"epsilon": 1e-16},
}
"""Of the homework, of the papers, and of the programs that the optimizers are held against."""

UNIT, POSITIVE, NOT_NEGATIVE = "at least 0 and less than 1", "greater than 0", "at least 0"
LIMITS = {
    **dict.fromkeys(["momentum", "rho", "beta1", "beta2"], UNIT),
    "epsilon": POSITIVE,
    **dict.fromkeys(["weight_decay", "psi"], NOT_NEGATIVE),
}
OUTSIDE = {
    UNIT: [-0.1, 1.0, 1.5, math.nan],
    POSITIVE: [0.0, -1e-8, math.nan],
    NOT_NEGATIVE: [-1e-8, -1.0, math.nan],
}
INSIDE: dict[str, list[float]] = {
    UNIT: [0, 0.0, 0.999],
    POSITIVE: [1e-30, 1.0],
    NOT_NEGATIVE: [0, 0.0, 1e-8, 5.0],
}
HYPERPARAMETERS = [
    pytest.param(kind, name, id=f"{kind.name} {name}")
    for kind in built_in().values()
    for name in kind.hyperparameters
    if name != "learning_rate"  # whose limits are the experiment's
]


@pytest.mark.parametrize(("kind", "name"), HYPERPARAMETERS)
def test_values_out_of_range_are_refused_by_name(kind: OptimizerKind, name: str) -> None:
    for value in OUTSIDE[LIMITS[name]]:
        with pytest.raises(ValueError, match=f"^{name} must be {LIMITS[name]}$"):
            kind.make(**{name: value})


@pytest.mark.parametrize(("kind", "name"), HYPERPARAMETERS)
def test_values_at_the_edge_of_the_range_are_taken(kind: OptimizerKind, name: str) -> None:
    for value in INSIDE[LIMITS[name]]:
        optimizer, parameters = kind.make(**{name: value}), some_parameters()
        assert getattr(optimizer, name) == value
        for _ in range(2):
            optimizer.step(parameters, some_gradients())
        assert all(p.isfinite().all() for p in parameters.values())


@pytest.mark.parametrize("kind", built_in().values(), ids=built_in())
def test_every_hyperparameter_has_its_default_and_the_learning_rate_comes_first(kind: OptimizerKind) -> None:
    assert kind.hyperparameters == DEFAULTS[kind.name]
    assert tuple(kind.hyperparameters) == kind.accepts
    assert kind.accepts[0] == "learning_rate"
    optimizer = kind.make()
    assert {name: getattr(optimizer, name) for name in kind.accepts} == DEFAULTS[kind.name]
