"""Shampoo and SOAP: roots and bases beside other programs', long sides, and gradients that are not finite."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from scipy.linalg import fractional_matrix_power
from torch import Tensor

from reportgen.optim.rules.muon import Muon
from reportgen.optim.rules.shampoo import Shampoo
from reportgen.optim.rules.soap import SOAP

EPSILON = 1e-4


def draw(seed: int, *shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def path_of(optimizer: Any, start: Tensor, gradients: list[Tensor]) -> np.ndarray:
    """Where a parameter stands after every step."""
    parameters, path = {"w": start.clone()}, []
    for gradient in gradients:
        optimizer.step(parameters, {"w": gradient})
        path.append(parameters["w"].numpy().copy())
    return np.array(path)


def tensors_of(optimizer: Any) -> list[Tensor]:
    groups = [value for value in vars(optimizer).values() if isinstance(value, dict)]
    return [tensor for group in groups for tensor in group.values()]


@pytest.mark.parametrize("every", [1, 3])
@pytest.mark.parametrize("largest", [6, 4, 1])  # no side is longer, the left one is, both are
def test_shampoos_roots_are_those_of_its_sums_a_long_side_by_its_diagonal(every: int, largest: int) -> None:
    gradients = [draw(step, 6, 3) for step in range(8)]
    w, left, right = np.zeros((6, 3)), EPSILON * np.eye(6), EPSILON * np.eye(3)
    path = []
    for step, gradient in enumerate(gradients):
        g = gradient.numpy()
        left, right = left + g @ g.T, right + g.T @ g
        if step % every == 0:
            kept = [total if len(total) <= largest else np.diag(np.diag(total)) for total in (left, right)]
            roots = [fractional_matrix_power(total, -0.25) for total in kept]
        w = w - 0.1 * roots[0] @ g @ roots[1]
        path.append(w)
    optimizer = Shampoo(learning_rate=0.1, epsilon=EPSILON, every=every, largest=largest)
    ours = path_of(optimizer, torch.zeros(6, 3, dtype=torch.float64), gradients)
    np.testing.assert_allclose(ours, path, rtol=1e-8, atol=1e-9)


def test_shampoos_bias_has_one_side() -> None:
    gradients = [draw(step, 4) for step in range(5)]
    b, total, path = np.zeros(4), EPSILON * np.eye(4), []
    for gradient in gradients:
        total = total + np.outer(gradient, gradient)
        b = b - 0.1 * fractional_matrix_power(total, -0.5) @ gradient.numpy()
        path.append(b)
    optimizer = Shampoo(learning_rate=0.1, epsilon=EPSILON, every=1)
    ours = path_of(optimizer, torch.zeros(4, dtype=torch.float64), gradients)
    np.testing.assert_allclose(ours, path, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("largest", [10_000, 4])
def test_soap_is_the_published_one_where_that_renews_its_basis_in_full_precision(
    largest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    soap = pytest.importorskip("pytorch_optimizer.optimizer.soap")
    # its QR decomposition rounds to float32
    monkeypatch.setattr(soap, "torch", SimpleNamespace(**{**vars(torch), "float32": torch.float64}))
    twin = draw(0, 6, 3).requires_grad_()
    published = soap.SOAP(
        [twin], lr=0.03, weight_decay=0.0, precondition_frequency=5, max_precondition_dim=largest
    )
    gradients, path = [draw(1 + step, 6, 3) for step in range(60)], []
    for gradient in gradients:
        twin.grad = gradient.clone()
        published.step()
        path.append(twin.detach().numpy().copy())
    ours = path_of(SOAP(learning_rate=0.03, every=5, largest=largest), draw(0, 6, 3), gradients)
    np.testing.assert_allclose(ours, path, rtol=1e-9, atol=1e-9)


def test_soap_without_a_side_to_turn_is_adam_from_its_second_gradient_on() -> None:
    gradients = [draw(step, 4, 3) for step in range(20)]
    twin = torch.zeros(4, 3, dtype=torch.float64, requires_grad=True)
    adam, path = torch.optim.Adam([twin], lr=0.03, betas=(0.9, 0.95), eps=1e-30), [np.zeros((4, 3))]
    for gradient in gradients[1:]:
        twin.grad = gradient
        adam.step()
        path.append(twin.detach().numpy().copy())
    optimizer = SOAP(learning_rate=0.03, beta1=0.9, epsilon=1e-30, largest=2)
    ours = path_of(optimizer, torch.zeros(4, 3, dtype=torch.float64), gradients)
    np.testing.assert_allclose(ours, path, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Muon(learning_rate=0.1),
        lambda: Shampoo(learning_rate=0.1, epsilon=EPSILON, every=4),
        lambda: SOAP(learning_rate=0.1, every=4),
    ],
    ids=["Muon", "Shampoo", "SOAP"],
)
def test_a_problem_that_is_turned_is_solved_on_a_turned_path(make: Any) -> None:
    """No rule that goes by single weights does that: what counts are directions."""
    u, v = torch.linalg.qr(draw(1, 5, 5)).Q, torch.linalg.qr(draw(2, 4, 4)).Q
    start, gradients = draw(3, 5, 4), [draw(4 + step, 5, 4) for step in range(20)]
    straight = path_of(make(), start, gradients)
    turned = path_of(make(), u @ start @ v, [u @ gradient @ v for gradient in gradients])
    np.testing.assert_allclose(turned, u.numpy() @ straight @ v.numpy(), rtol=1e-6, atol=1e-7)
    assert np.abs(straight[-1] - start.numpy()).max() > 0.1


@pytest.mark.parametrize("make", [Shampoo, SOAP])
def test_a_long_side_takes_little_memory(make: type[Any]) -> None:
    optimizer = make(largest=50)
    optimizer.step({"w": torch.ones(400, 10)}, {"w": torch.ones(400, 10)})
    assert max(tensor.numel() for tensor in tensors_of(optimizer)) == (400 if make is Shampoo else 4000)
    assert (10, 10) in [tensor.shape for tensor in tensors_of(optimizer)]


@pytest.mark.parametrize("steps_before", [0, 1])
@pytest.mark.parametrize("value", [math.nan, math.inf, 1e30])
@pytest.mark.parametrize("make", [Shampoo, SOAP])
def test_gradients_that_are_not_finite_spoil_the_weights_and_stop_nothing(
    make: type[Any], value: float, steps_before: int
) -> None:
    """Whether a training has diverged is for the training to say. The square of 1e30 is no float32."""
    parameters = {"w": torch.ones(3, 2), "b": torch.ones(2)}
    optimizer = make(every=1)
    for gradient in [*[1.0] * steps_before, value, 1.0, 1.0]:
        optimizer.step(parameters, {name: torch.full_like(p, gradient) for name, p in parameters.items()})
    assert not parameters["w"].isfinite().all()
