"""The softmax cross-entropy against autograd, at ordinary logits and at enormous ones."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from reportgen.nn import SoftmaxCrossEntropy

EXACT = {"rtol": 1e-12, "atol": 1e-12}


def random(seed: int, *shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def naive(labels: Tensor, logits: Tensor) -> tuple[Tensor, Tensor]:
    """The definition, as in a textbook, for logits small enough for it."""
    exponentials = logits.exp()
    probabilities = exponentials / exponentials.sum(dim=1, keepdim=True)
    return probabilities, -probabilities[torch.arange(len(labels)), labels].log()


@pytest.mark.parametrize(("n", "k"), [(1, 2), (1, 10), (6, 4), (33, 3)])
def test_agrees_with_the_definition_and_with_autograd(n: int, k: int) -> None:
    logits, labels = random(n, n, k), torch.arange(n) % k
    loss_function = SoftmaxCrossEntropy()
    probabilities, loss = loss_function.forward(labels, logits)
    dlogits = loss_function.backward()

    twin = logits.clone().requires_grad_()
    twin_probabilities, twin_losses = naive(labels, twin)
    (of_each,) = torch.autograd.grad(twin_losses.sum(), twin, retain_graph=True)
    (of_mean,) = torch.autograd.grad(twin_losses.mean(), twin)
    torch.testing.assert_close(probabilities, twin_probabilities.detach(), **EXACT)
    torch.testing.assert_close(loss, twin_losses.mean().detach(), **EXACT)
    assert loss.shape == ()
    torch.testing.assert_close(dlogits, of_each, **EXACT)  # of each example's loss: not divided
    torch.testing.assert_close(dlogits / n, of_mean, **EXACT)


@pytest.mark.parametrize("smoothing", [0.05, 0.5, 0.9])
@pytest.mark.parametrize(("n", "k"), [(1, 2), (1, 10), (6, 4), (33, 3)])
def test_label_smoothing_is_the_cross_entropy_with_a_softened_target(
    n: int, k: int, smoothing: float
) -> None:
    logits, labels = random(n, n, k), torch.arange(n) % k
    loss_function = SoftmaxCrossEntropy(label_smoothing=smoothing)
    probabilities, loss = loss_function.forward(labels, logits)
    dlogits = loss_function.backward()

    twin, target = logits.clone().requires_grad_(), torch.full((n, k), smoothing / k, dtype=torch.float64)
    for row, label in enumerate(labels.tolist()):
        target[row, label] += 1 - smoothing
    twin_probabilities, _ = naive(labels, twin)
    losses = -(target * twin_probabilities.log()).sum(dim=1)
    (of_each,) = torch.autograd.grad(losses.sum(), twin)
    torch.testing.assert_close(probabilities, twin_probabilities.detach(), **EXACT)
    torch.testing.assert_close(loss, losses.mean().detach(), **EXACT)
    torch.testing.assert_close(dlogits, of_each, **EXACT)
    theirs = torch.nn.functional.cross_entropy(logits, labels, label_smoothing=smoothing)
    torch.testing.assert_close(loss, theirs, **EXACT)


def test_with_label_smoothing_the_loss_is_least_where_the_target_is_met() -> None:
    target = torch.tensor([[0.925, 0.025, 0.025, 0.025]], dtype=torch.float64)  # smoothing 0.1, four classes
    loss_function = SoftmaxCrossEntropy(label_smoothing=0.1)
    _, loss = loss_function.forward(torch.tensor([0]), target.log())
    torch.testing.assert_close(loss, -(target * target.log()).sum(), **EXACT)  # its entropy
    torch.testing.assert_close(loss_function.backward(), torch.zeros_like(target), **EXACT)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_agrees_with_finite_differences(smoothing: float) -> None:
    logits, labels, step = random(0, 4, 5), torch.tensor([0, 4, 2, 2]), 1e-6
    loss_function = SoftmaxCrossEntropy(label_smoothing=smoothing)
    loss_function.forward(labels, logits)
    dlogits = loss_function.backward()
    for i in range(4):
        for j in range(5):
            moved = torch.zeros(4, 5, dtype=torch.float64)
            moved[i, j] = step
            _, above = loss_function.forward(labels, logits + moved)
            _, below = loss_function.forward(labels, logits - moved)
            assert 4 * (above - below) / (2 * step) == pytest.approx(dlogits[i, j].item(), abs=1e-7)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("n", [1, 2, 3, 7, 16])
def test_divide_gradient_gives_exactly_the_nth_part_and_the_same_loss(n: int, smoothing: float) -> None:
    logits, labels = random(1, n, 4).float(), torch.arange(n) % 4
    right = SoftmaxCrossEntropy(label_smoothing=smoothing)
    divided = SoftmaxCrossEntropy(label_smoothing=smoothing, divide_gradient=True)
    probabilities, loss = right.forward(labels, logits)
    probabilities_divided, loss_divided = divided.forward(labels, logits)
    assert torch.equal(probabilities, probabilities_divided)
    assert torch.equal(loss, loss_divided)
    assert torch.equal(divided.backward(), right.backward() / n)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("size", [1e4, 1e30])
def test_is_stable_for_huge_finite_logits(size: float, dtype: torch.dtype) -> None:
    logits = torch.tensor(
        [[size, 0, -size], [-size, -size, -size], [size, size, 0], [-size, 0, 0]], dtype=dtype
    )
    loss_function = SoftmaxCrossEntropy()
    probabilities, loss = loss_function.forward(torch.tensor([0, 1, 1, 2]), logits)
    expected = torch.tensor([[1, 0, 0], [1 / 3, 1 / 3, 1 / 3], [0.5, 0.5, 0], [0, 0.5, 0.5]], dtype=dtype)
    torch.testing.assert_close(probabilities, expected)
    torch.testing.assert_close(probabilities.sum(dim=1), torch.ones(4, dtype=dtype))
    assert loss.item() == pytest.approx((torch.tensor(3.0).log() + 2 * torch.tensor(2.0).log()).item() / 4)
    assert loss_function.backward().isfinite().all()


def test_the_loss_of_a_confident_mistake_is_how_wrong_it_was() -> None:
    _, loss = SoftmaxCrossEntropy().forward(torch.tensor([1]), torch.tensor([[1e4, 0.0]]))
    assert loss.item() == 1e4


@settings(max_examples=40, derandomize=True)
@given(
    rows=st.lists(
        st.lists(st.floats(-(2.0**120), 2.0**120, width=32), min_size=3, max_size=3),
        min_size=1,
        max_size=5,
    )
)
def test_probabilities_of_any_finite_logits_are_finite_and_sum_to_one(rows: list[list[float]]) -> None:
    labels = torch.zeros(len(rows), dtype=torch.int64)
    loss_function = SoftmaxCrossEntropy()
    probabilities, loss = loss_function.forward(labels, torch.tensor(rows))
    assert probabilities.isfinite().all()
    torch.testing.assert_close(probabilities.sum(dim=1), torch.ones(len(rows)), rtol=1e-5, atol=1e-5)
    assert (probabilities >= 0).all()
    assert loss >= 0
    assert loss_function.backward().isfinite().all()
