"""LAMB, Adafactor, Prodigy, ADOPT and AdEMAMix: what sets the size of their steps, and of their state."""

from __future__ import annotations

import math
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from reportgen.data.sources.torchvision_import import import_datasets
from reportgen.optim.rules.adafactor import Adafactor
from reportgen.optim.rules.ademamix import AdEMAMix
from reportgen.optim.rules.adopt import ADOPT
from reportgen.optim.rules.lamb import LAMB
from reportgen.optim.rules.prodigy import Prodigy


def draw(seed: int, *shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def step_of(optimizer: Any, parameter: Tensor, gradient: Tensor) -> Tensor:
    """What one step takes away from a parameter, which is changed."""
    before = parameter.clone()
    optimizer.step({"p": parameter}, {"p": gradient})
    return before - parameter


# ---------------------------------------------------------------- LAMB


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_lambs_step_is_as_long_as_the_weights(scale: float) -> None:
    optimizer, w = LAMB(learning_rate=0.1, epsilon=1e-12), scale * draw(1, 6, 4)
    for seed in range(5):
        length = float(w.norm())
        assert float(step_of(optimizer, w, draw(seed, 6, 4)).norm()) == pytest.approx(0.1 * length)


def test_lamb_leaves_adams_step_to_biases_and_to_weights_of_no_length() -> None:
    for shape in [(5,), (5, 1)]:
        ours, twin = torch.zeros(shape, dtype=torch.float64), torch.zeros(shape, dtype=torch.float64)
        step_of(LAMB(learning_rate=0.1), ours, draw(1, *shape))
        twin.grad = draw(1, *shape)
        torch.optim.Adam([twin.requires_grad_()], lr=0.1, eps=1e-6).step()
        torch.testing.assert_close(ours, twin.detach(), rtol=1e-12, atol=1e-12)


@pytest.mark.skipif(find_spec("timm") is None, reason="timm is not installed")
def test_lamb_is_timms() -> None:
    import_datasets()  # timm imports torchvision, which this makes possible beside any torch
    from timm.optim import Lamb

    w, twin = draw(0, 6, 4), draw(0, 6, 4).requires_grad_()
    b, twin_of_b = draw(1, 4), draw(1, 4).requires_grad_()
    groups = [{"params": [twin]}, {"params": [twin_of_b], "weight_decay": 0.0, "always_adapt": False}]
    published = Lamb(groups, lr=0.03, weight_decay=0.1, max_grad_norm=None, always_adapt=True)
    ours = LAMB(learning_rate=0.03, weight_decay=0.1)
    for seed in range(40):
        twin.grad, twin_of_b.grad = draw(seed, 6, 4), draw(seed, 4)
        ours.step({"w": w, "b": b}, {"w": draw(seed, 6, 4), "b": draw(seed, 4)})
        published.step()
    torch.testing.assert_close(w, twin.detach(), rtol=1e-11, atol=1e-11)
    torch.testing.assert_close(b, twin_of_b.detach(), rtol=1e-11, atol=1e-11)


# ---------------------------------------------------------------- Adafactor


def test_adafactor_keeps_a_number_a_row_and_a_number_a_column() -> None:
    optimizer = Adafactor()
    optimizer.step({"w": torch.ones(300, 200)}, {"w": torch.ones(300, 200)})
    groups = [value for value in vars(optimizer).values() if isinstance(value, dict)]
    assert sum(tensor.numel() for group in groups for tensor in group.values()) == 500


def test_adafactor_rebuilds_squares_that_are_products_of_rows_and_columns_exactly() -> None:
    """Divided by the roots of the very squares, every number of the gradient has size 1."""
    gradient = torch.outer(draw(1, 6), draw(2, 4))
    w = draw(3, 6, 4)
    size = 0.01 * float(w.square().mean().sqrt())
    torch.testing.assert_close(step_of(Adafactor(), w, gradient), size * gradient.sign(), rtol=1e-9, atol=0)


@pytest.mark.parametrize(("w", "size"), [(4.0, 4.0), (0.0, 1e-3)])  # weights of no size count as 1e-3
def test_adafactors_step_is_relative_to_the_weights_and_clipped(w: float, size: float) -> None:
    weights, optimizer = torch.full((3, 2), w, dtype=torch.float64), Adafactor(decay_power=2.0)
    assert step_of(optimizer, weights, torch.ones(3, 2)).numpy() == pytest.approx(0.01 * size)
    size = max(float(weights.abs().max()), 1e-3)
    # of its square, v has a quarter: it is twice the root of v, and clipped to 1
    assert step_of(optimizer, weights, torch.full((3, 2), 100.0)).numpy() == pytest.approx(0.01 * size)


def test_adafactor_stands_rows_and_columns_without_a_gradient() -> None:
    gradient = torch.zeros(4, 3)
    gradient[1, 2] = 1.0
    w = torch.ones(4, 3)
    step = step_of(Adafactor(), w, gradient)
    assert step[1, 2] > 0
    assert int((step != 0).sum()) == 1
    assert w.isfinite().all()


# ---------------------------------------------------------------- Prodigy


@pytest.mark.parametrize("d0", [1e-8, 1e-4])
def test_prodigys_d_grows_to_the_distance_of_the_solution_and_not_beyond(d0: float) -> None:
    solution = torch.tensor([[3.0, -2.0], [1.0, 2.5]], dtype=torch.float64)
    w, optimizer, sizes = torch.zeros_like(solution), Prodigy(d0=d0), []
    for _ in range(400):
        optimizer.step({"w": w}, {"w": w - solution})
        sizes.append(optimizer.d)
    assert sizes == sorted(sizes)
    assert 0.05 < sizes[-1] <= 3.0
    assert float((w - solution).abs().max()) < 0.1


def test_prodigys_d_is_one_for_all_parameters() -> None:
    """Half of the parameters is at its solution already, and takes small steps for it."""

    def size(parameters: dict[str, Tensor], solution: dict[str, Tensor]) -> float:
        optimizer = Prodigy(d0=1e-4)
        for _ in range(100):
            optimizer.step(parameters, {name: p - solution[name] for name, p in parameters.items()})
        return optimizer.d

    whole = size({"w": torch.zeros(8, dtype=torch.float64)}, {"w": draw(1, 8)})
    parts = {name: torch.zeros(4, dtype=torch.float64) for name in "ab"}
    assert size(parts, {"a": draw(1, 8)[:4], "b": draw(1, 8)[4:]}) == pytest.approx(whole, rel=1e-12)


# ---------------------------------------------------------------- ADOPT and AdEMAMix


def test_adopts_first_gradient_moves_nothing_and_outliers_are_clipped_at_the_fourth_root() -> None:
    optimizer, w = ADOPT(learning_rate=1.0, beta1=0.0), torch.zeros(2, 2, dtype=torch.float64)
    assert not step_of(optimizer, w, torch.ones(2, 2)).any()
    for k in range(1, 15):
        outlier = torch.full((2, 2), 1e9**k, dtype=torch.float64)
        assert step_of(optimizer, w, outlier).numpy() == pytest.approx(np.full((2, 2), k**0.25))


def test_ademamix_without_its_slow_mean_is_adamw() -> None:
    w, twin = draw(0, 4, 3), draw(0, 4, 3).requires_grad_()
    ours = AdEMAMix(learning_rate=0.03, alpha=0.0, weight_decay=0.1)
    adamw = torch.optim.AdamW([twin], lr=0.03, weight_decay=0.1)
    for seed in range(30):
        twin.grad = draw(seed, 4, 3)
        ours.step({"w": w}, {"w": draw(seed, 4, 3)})
        adamw.step()
    torch.testing.assert_close(w, twin.detach(), rtol=1e-12, atol=1e-12)


def test_ademamix_never_forgets_a_gradient_that_adam_forgets() -> None:
    """One gradient, and then none: the slow mean goes on along it after the fast one is gone."""

    def last_step(alpha: float) -> float:
        optimizer, w = AdEMAMix(learning_rate=1.0, alpha=alpha), torch.zeros(1, 1, dtype=torch.float64)
        steps = [step_of(optimizer, w, torch.full((1, 1), float(t == 0))) for t in range(300)]
        return float(steps[-1])

    assert last_step(5.0) > 1000 * last_step(0.0) > 0


def test_ademamixs_warm_up_ends_at_its_hyperparameters() -> None:
    """With the slow mean as fast as the fast one at first, and not counted."""

    def mean_of_ones(warmup: int, steps: int) -> float:
        optimizer, w = AdEMAMix(beta3=0.99, warmup=warmup), torch.zeros(1, 1, dtype=torch.float64)
        for _ in range(steps):
            step_of(optimizer, w, torch.ones(1, 1))
        return float(optimizer.q["p"])

    # of ones, a mean lacks the product of its betas
    expected = 1.0
    for t in range(1, 6):
        half_life = (1 - t / 5) * math.log(0.5) / math.log(0.9) + t / 5 * math.log(0.5) / math.log(0.99)
        expected *= 0.5 ** (1 / half_life)
    assert mean_of_ones(warmup=5, steps=5) == pytest.approx(1 - expected)
    assert mean_of_ones(warmup=5, steps=7) == pytest.approx(1 - expected * 0.99**2)
    assert mean_of_ones(warmup=0, steps=3) == pytest.approx(1 - 0.99**3)
