"""What an optimizer holds, what it changes, and what it refuses before it changes anything."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from reportgen.nn import WeightGradient
from reportgen.optim import SGD, Adam, Optimizer, SGDMomentum, find

EACH = pytest.mark.parametrize("name", ["SGD", "SGD_Momentum", "Adam"])


def parameters() -> dict[str, Tensor]:
    return {"w1": torch.ones(3, 2), "b1": torch.ones(2), "w2": torch.ones(2, 2)}


def gradients() -> dict[str, Tensor]:
    return {"w1": torch.full((3, 2), 0.5), "b1": torch.full((2,), -0.5), "w2": torch.full((2, 2), 2.0)}


def same(one: Any, other: Any) -> bool:
    if isinstance(one, Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


@EACH
def test_parameters_are_updated_in_place_and_gradients_left_alone(name: str) -> None:
    optimizer, ours, slopes = find(name).make(), parameters(), gradients()
    tensors, places = dict(ours), {key: p.data_ptr() for key, p in ours.items()}
    for _ in range(3):
        optimizer.step(ours, slopes)
    for key, tensor in tensors.items():
        assert ours[key] is tensor
        assert tensor.data_ptr() == places[key]
        assert not torch.equal(tensor, parameters()[key])
        assert torch.equal(slopes[key], gradients()[key])


@EACH
@pytest.mark.parametrize("steps_before", [0, 3])
class TestRefusal:
    """Both before the first step, when there is no state yet, and between steps."""

    def refusal(
        self, name: str, steps_before: int, spoil: Callable[[dict[str, Any]], object], kind: type[Exception]
    ) -> str:
        """What is said to spoilt gradients; neither parameters nor state may have changed."""
        optimizer, ours, slopes = find(name).make(), parameters(), dict(gradients())
        for _ in range(steps_before):
            optimizer.step(ours, slopes)
        ours_before, state_before = copy.deepcopy(ours), copy.deepcopy(vars(optimizer))
        spoil(slopes)
        with pytest.raises(kind) as caught:
            optimizer.step(ours, slopes)
        assert same(ours, ours_before)
        assert same(vars(optimizer), state_before)
        return str(caught.value)

    def test_a_missing_gradient_is_named(self, name: str, steps_before: int) -> None:
        said = self.refusal(name, steps_before, lambda slopes: slopes.pop("w2"), KeyError)
        assert "w2" in said
        assert "missing" in said

    @pytest.mark.parametrize("shape", [(2, 3), (4,), (2, 1), ()])
    def test_a_wrong_shape_is_named_with_the_right_one(
        self, name: str, steps_before: int, shape: tuple[int, ...]
    ) -> None:
        said = self.refusal(
            name, steps_before, lambda slopes: slopes.update(w2=torch.ones(shape)), ValueError
        )
        assert "w2" in said
        assert str(shape) in said
        assert "(2, 2)" in said

    def test_a_wrong_shape_kept_as_factors_is_named_too(self, name: str, steps_before: int) -> None:
        wrong = WeightGradient(torch.ones(4, 5), torch.ones(4, 2), torch.ones(5, 2))
        said = self.refusal(name, steps_before, lambda slopes: slopes.update(w2=wrong), ValueError)
        assert "w2" in said
        assert "(5, 2)" in said
        assert "(2, 2)" in said


@EACH
def test_gradients_of_nothing_are_ignored(name: str) -> None:
    ours, twins = parameters(), parameters()
    find(name).make().step(ours, gradients() | {"w9": torch.ones(7)})
    find(name).make().step(twins, gradients())
    assert same(ours, twins)


def test_the_hyperparameters_can_be_read_back() -> None:
    assert SGD(learning_rate=0.1).learning_rate == 0.1
    assert [make(weight_decay=0.3).weight_decay for make in (SGD, SGDMomentum, Adam)] == [0.3] * 3
    momentum = SGDMomentum(learning_rate=0.1, momentum=0.8)
    assert (momentum.learning_rate, momentum.momentum) == (0.1, 0.8)
    adam = Adam(learning_rate=0.1, beta1=0.8, beta2=0.7, epsilon=0.6)
    assert (adam.learning_rate, adam.beta1, adam.beta2, adam.epsilon) == (0.1, 0.8, 0.7, 0.6)


@pytest.mark.parametrize(
    ("make", "key", "values"),
    [
        (SGDMomentum, "momentum", [-0.1, 1.0, 1.5, float("nan")]),
        (Adam, "beta1", [-0.1, 1.0, 1.5, float("nan")]),
        (Adam, "beta2", [-0.1, 1.0, 1.5, float("nan")]),
        (Adam, "epsilon", [0.0, -1e-8, float("nan")]),
        *((make, "weight_decay", [-1e-8, -1.0, float("nan")]) for make in (SGD, SGDMomentum, Adam)),
    ],
)
def test_values_out_of_range_are_refused_by_name(
    make: Callable[..., Optimizer], key: str, values: list[float]
) -> None:
    for value in values:
        with pytest.raises(ValueError, match=f"{key} must be"):
            make(**{key: value})


@pytest.mark.parametrize(
    ("make", "key", "values"),
    [
        (SGDMomentum, "momentum", [0, 0.0, 0.999]),
        (Adam, "beta1", [0, 0.999]),
        (Adam, "beta2", [0, 0.999999]),
        (Adam, "epsilon", [1e-16, 1.0]),
        *((make, "weight_decay", [0, 0.0, 1e-8, 5.0]) for make in (SGD, SGDMomentum, Adam)),
    ],
)
def test_values_at_the_edge_of_the_range_are_taken(
    make: Callable[..., Optimizer], key: str, values: list[float]
) -> None:
    for value in values:
        assert getattr(make(**{key: value}), key) == value
