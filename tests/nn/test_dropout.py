"""Dropout by itself and within the classifier: its statistics, its gradient, and where it does nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from reportgen.nn import Classifier, Dropout

EXACT = {"rtol": 1e-12, "atol": 1e-12}


def random(seed: int, *shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def mask(stream: np.random.Generator, shape: tuple[int, ...], rate: float) -> Tensor:
    """What a layer multiplies by, made number by number from the same draws."""
    draws = stream.random(shape, np.float32)
    factors = [0.0 if number < rate else 1 / (1 - rate) for number in draws.ravel().tolist()]
    return torch.tensor(factors, dtype=torch.float64).reshape(shape)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_the_share_that_is_dropped_is_the_rate_and_the_mean_stays(rate: float) -> None:
    out = Dropout(rate, np.random.default_rng(0)).forward(torch.ones(300, 400).double(), training=True)
    assert set(out.unique().tolist()) == {0.0, 1 / (1 - rate)}
    deviation = (rate * (1 - rate)) ** 0.5
    dropped = (out == 0).double()
    assert dropped.mean().item() == pytest.approx(rate, abs=4 * deviation / 120_000**0.5)
    assert out.mean().item() == pytest.approx(1, abs=4 * deviation / (1 - rate) / 120_000**0.5)
    # each entry for itself: rows and columns scatter as independent draws do
    assert dropped.mean(dim=1).std().item() == pytest.approx(deviation / 400**0.5, rel=0.2)
    assert dropped.mean(dim=0).std().item() == pytest.approx(deviation / 300**0.5, rel=0.2)


@pytest.mark.parametrize("shape", [(1,), (1, 1), (6, 5), (2, 3, 4)])
def test_agrees_with_autograd_under_the_same_mask(shape: tuple[int, ...]) -> None:
    x, dout = random(1, *shape), random(2, *shape)
    layer = Dropout(0.25, np.random.default_rng(3))
    out, dx = layer.forward(x, training=True), layer.backward(dout)
    twin = x.clone().requires_grad_()
    twin_out = twin * mask(np.random.default_rng(3), shape, 0.25)
    (twin_dx,) = torch.autograd.grad((dout * twin_out).sum(), twin)
    torch.testing.assert_close(out, twin_out.detach(), **EXACT)
    torch.testing.assert_close(dx, twin_dx, **EXACT)
    assert torch.equal(x, random(1, *shape))  # not in place
    assert torch.equal(dout, random(2, *shape))


def test_agrees_with_finite_differences() -> None:
    x, dout = random(4, 5, 6), random(5, 5, 6)
    layer = Dropout(0.4, np.random.default_rng(0))
    layer.forward(x, training=True)
    dx = layer.backward(dout)

    def total(moved: Tensor) -> Tensor:
        return (dout * Dropout(0.4, np.random.default_rng(0)).forward(moved, training=True)).sum()

    for place in range(30):
        step = torch.zeros(30, dtype=torch.float64)
        step[place] = 1e-6
        slope = (total(x + step.reshape(5, 6)) - total(x - step.reshape(5, 6))) / 2e-6
        assert slope.item() == pytest.approx(dx.view(-1)[place].item(), abs=1e-7)


@pytest.mark.parametrize(
    ("rate", "training"), [(0.5, False), (0.0, True), (0.0, False)], ids=["not training", "rate 0", "both"]
)
def test_hands_on_what_it_gets_and_draws_nothing(rate: float, training: bool) -> None:
    stream, x, dout = np.random.default_rng(7), random(0, 4, 3), random(1, 4, 3)
    layer = Dropout(0.5, stream)
    layer.forward(x, training=True)  # whose mask must not live on
    layer.rate, before = rate, stream.bit_generator.state
    assert torch.equal(layer.forward(x, training=training), x)
    assert torch.equal(layer.backward(dout), dout)
    assert stream.bit_generator.state == before


def test_every_pass_draws_anew_and_the_same_stream_gives_the_same() -> None:
    def passes(seed: int) -> list[list[float]]:
        layer = Dropout(0.5, np.random.default_rng(seed))
        return [layer.forward(torch.ones(40), training=True).tolist() for _ in range(3)]

    first, again = passes(0), passes(0)
    assert first == again
    assert first != passes(1)
    assert first[0] != first[1] != first[2]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_keeps_the_precision(dtype: torch.dtype) -> None:
    layer = Dropout(0.5, np.random.default_rng(0))
    assert layer.forward(torch.ones(9, dtype=dtype), training=True).dtype == dtype
    assert layer.backward(torch.ones(9, dtype=dtype)).dtype == dtype


Make = Callable[..., Classifier]


@pytest.fixture(params=[[], [6], [8, 4, 5]], ids=str)
def hidden(request: pytest.FixtureRequest) -> list[int]:
    return request.param


@pytest.fixture
def make(hidden: list[int]) -> Make:
    """A classifier in float64, biases away from 0; whatever is named differs."""

    def classifier(**settings: object) -> Classifier:
        stream = np.random.default_rng(0)
        made = Classifier(7, hidden, 3, stream, dtype=torch.float64, **settings)
        for number in range(1, len(hidden) + 2):
            made.parameters[f"b{number}"].copy_(
                torch.from_numpy(stream.uniform(0.1, 0.5, [*hidden, 3][number - 1]))
            )
        return made

    return classifier


X, LABELS = random(9, 12, 7), torch.arange(12) % 3


@pytest.mark.parametrize(("rate", "input_rate"), [(0.25, 0.0), (0.0, 0.5), (0.25, 0.125)])
def test_the_classifiers_gradients_agree_with_autograd_under_the_same_masks(
    make: Make, hidden: list[int], rate: float, input_rate: float
) -> None:
    l2, smoothing = 0.02, 0.1
    classifier = make(
        l2=l2,
        label_smoothing=smoothing,
        dropout=rate,
        input_dropout=input_rate,
        dropout_stream=np.random.default_rng(5),
    )
    stream = np.random.default_rng(5)
    for _ in range(2):  # the second pass has masks of its own
        logits = classifier.forward(X, training=True)
        _, loss = classifier.loss.forward(LABELS, logits)
        gradients = classifier.backward()

        twins = {name: p.clone().requires_grad_() for name, p in classifier.parameters.items()}
        out = X
        for number, size in enumerate([7, *hidden], start=1):
            share = rate if number > 1 else input_rate
            if share:
                out = out * mask(stream, (12, size), share)
            out = out @ twins[f"w{number}"] + twins[f"b{number}"]
            out = out.relu() if number <= len(hidden) else out
        twin_loss = torch.nn.functional.cross_entropy(out, LABELS, label_smoothing=smoothing)
        decay = sum((p.square().sum() for name, p in twins.items() if name[0] == "w"), torch.zeros(()))
        expected = torch.autograd.grad(twin_loss + l2 * decay, list(twins.values()))

        torch.testing.assert_close(logits, out.detach(), **EXACT)
        torch.testing.assert_close(loss, twin_loss.detach(), **EXACT)
        for name, gradient in zip(twins, expected, strict=True):
            found = gradients[name]
            found = found if isinstance(found, Tensor) else found.written_out()
            torch.testing.assert_close(found, gradient, **EXACT, msg=lambda m, name=name: name + m)


def test_outside_training_a_classifier_is_the_one_without_dropout(make: Make) -> None:
    stream = np.random.default_rng(5)
    with_dropout = make(dropout=0.5, input_dropout=0.5, dropout_stream=stream)
    without, untouched = make(), stream.bit_generator.state
    assert torch.equal(with_dropout.forward(X), without.forward(X))
    assert torch.equal(with_dropout.predict(X), without.predict(X))
    loss, gradients = with_dropout.loss_and_gradients(X, LABELS)
    expected_loss, expected = without.loss_and_gradients(X, LABELS)
    assert torch.equal(loss, expected_loss)
    assert all(torch.equal(gradients[name], expected[name]) for name in expected)
    assert stream.bit_generator.state == untouched
    assert not torch.equal(with_dropout.forward(X, training=True), without.forward(X))  # but in training


def test_a_copy_is_one_of_its_own_without_dropout_and_with_the_same_objective(make: Make) -> None:
    settings = {"l2": 0.3, "label_smoothing": 0.2, "divide_gradient": True}
    classifier = make(dropout=0.5, dropout_stream=np.random.default_rng(0), **settings)
    copy, plain = classifier.copy(torch.float64), make(**settings)
    assert torch.equal(copy.forward(X, training=True), plain.forward(X))
    torch.testing.assert_close(
        copy.loss_and_gradients(X, LABELS), plain.loss_and_gradients(X, LABELS), **EXACT
    )
    assert torch.equal(copy.l2_term(), plain.l2_term())
    copy.parameters["w1"].zero_()
    assert classifier.parameters["w1"].any()
    single = classifier.copy(torch.float32)
    assert {p.dtype for p in single.parameters.values()} == {torch.float32}
