"""Muon: what its steps are made of, beside singular values that are computed, not iterated for."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from reportgen.optim.rules.muon import Muon


def draw(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def step_of(gradient: torch.Tensor, **hyperparameters: float) -> np.ndarray:
    """What the first step takes away from a weight matrix."""
    parameters = {"w": torch.zeros_like(gradient)}
    Muon(**hyperparameters).step(parameters, {"w": gradient})
    return -parameters["w"].numpy()


@pytest.mark.parametrize("shape", [(6, 4), (4, 6), (5, 5), (3, 12), (1, 4), (4, 1)])
def test_a_step_has_the_singular_vectors_of_the_gradient_and_values_near_1(shape: tuple[int, int]) -> None:
    u, s, v = np.linalg.svd(draw(1, *shape).numpy(), full_matrices=False)
    values = s / np.linalg.norm(s)
    for _ in range(5):
        values = 3.4445 * values - 4.7750 * values**3 + 2.0315 * values**5
    inputs, outputs = shape
    expected = 0.01 * math.sqrt(max(1, outputs / inputs)) * (u * values) @ v
    step = step_of(draw(1, *shape), learning_rate=0.01)
    np.testing.assert_allclose(step, expected, rtol=1e-9, atol=1e-12)
    assert values.min() > 0.6
    assert values.max() < 1.3


def test_the_length_of_a_gradient_does_not_count() -> None:
    np.testing.assert_allclose(step_of(draw(2, 6, 4)), step_of(1000 * draw(2, 6, 4)), rtol=1e-9)


def test_bfloat16_changes_a_step_by_its_rounding_only() -> None:
    exact, rounded = step_of(draw(3, 8, 5)), step_of(draw(3, 8, 5), bfloat16=True)
    difference = np.abs(rounded - exact).max() / np.abs(exact).max()
    assert 1e-4 < difference < 0.1


def test_a_gradient_of_zeros_moves_nothing() -> None:
    assert not step_of(torch.zeros(3, 2)).any()


def test_a_bias_takes_adams_steps_at_its_own_share_of_the_learning_rate() -> None:
    bias, twin = draw(4, 5), draw(4, 5).requires_grad_()
    ours = Muon(learning_rate=0.1, bias_factor=0.3)
    adam = torch.optim.Adam([twin], lr=0.03, betas=(0.9, 0.95), eps=1e-10)
    for step in range(30):
        twin.grad = draw(100 + step, 5)
        ours.step({"b": bias}, {"b": draw(100 + step, 5)})
        adam.step()
    torch.testing.assert_close(bias, twin.detach(), rtol=1e-12, atol=1e-12)
