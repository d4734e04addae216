"""The layers and the weight gradient against torch's autograd and finite differences."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from reportgen.nn import FullyConnectedLayer, ReLU, WeightGradient

SHAPES = [(1, 1, 1), (1, 5, 3), (2, 1, 4), (6, 5, 4), (17, 8, 2)]
EXACT = {"rtol": 1e-12, "atol": 1e-12}


def random(seed: int, *shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def slopes(function: Callable[[], Tensor], variable: Tensor, step: float = 1e-6) -> Tensor:
    """The gradient of a scalar by central differences, entry by entry."""
    found = torch.empty_like(variable)
    for place in torch.cartesian_prod(*(torch.arange(size) for size in variable.shape)).reshape(
        -1, variable.ndim
    ):
        index = tuple(place.tolist())
        kept = variable[index].item()
        values = []
        for moved in (kept + step, kept - step):
            variable[index] = moved
            values.append(function().item())
        variable[index] = kept
        found[index] = (values[0] - values[1]) / (2 * step)
    return found


def assert_fully_connected_is_right(n: int, d: int, f: int, l2: float, seed: int = 0) -> None:
    x, w, b, dout = random(seed, n, d), random(seed + 1, d, f), random(seed + 2, f), random(seed + 3, n, f)
    layer = FullyConnectedLayer(l2)
    out = layer.forward(x, w, b)
    dx, dw, db = layer.backward(dout)

    twin_x, twin_w, twin_b = (tensor.clone().requires_grad_() for tensor in (x, w, b))
    twin_out = twin_x @ twin_w + twin_b
    per_example = (dout * twin_out).sum(dim=1)
    (twin_dx,) = torch.autograd.grad(per_example.sum(), twin_x, retain_graph=True)
    objective = per_example.mean() + l2 * (twin_w**2).sum()
    twin_dw, twin_db = torch.autograd.grad(objective, (twin_w, twin_b))

    torch.testing.assert_close(out, twin_out.detach(), **EXACT)
    torch.testing.assert_close(dx, twin_dx, **EXACT)  # whole, each example's own
    torch.testing.assert_close(dw, twin_dw, **EXACT)  # averaged, with 2 l2 w
    torch.testing.assert_close(db, twin_db, **EXACT)  # averaged, without L2


@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize(("n", "d", "f"), SHAPES)
def test_fully_connected_layer_agrees_with_autograd(n: int, d: int, f: int, l2: float) -> None:
    assert_fully_connected_is_right(n, d, f, l2)


@settings(max_examples=25, derandomize=True)
@given(
    n=st.integers(1, 12),
    d=st.integers(1, 9),
    f=st.integers(1, 9),
    l2=st.sampled_from([0.0, 1e-4, 2.0]),
    seed=st.integers(0, 1000),
)
def test_fully_connected_layer_agrees_with_autograd_whatever_the_shape(
    n: int, d: int, f: int, l2: float, seed: int
) -> None:
    assert_fully_connected_is_right(n, d, f, l2, seed)


@pytest.mark.parametrize(("n", "d", "f"), SHAPES)
def test_fully_connected_layer_agrees_with_finite_differences(n: int, d: int, f: int) -> None:
    x, w, b, dout = random(0, n, d), random(1, d, f), random(2, f), random(3, n, f)
    layer = FullyConnectedLayer(l2=0.2)
    layer.forward(x, w, b)
    dx, dw, db = layer.backward(dout)

    def total() -> Tensor:
        return (dout * layer.forward(x, w, b)).sum()

    def objective() -> Tensor:
        return total() / n + 0.2 * (w * w).sum()

    torch.testing.assert_close(dx, slopes(total, x), rtol=1e-7, atol=1e-7)
    torch.testing.assert_close(dw, slopes(objective, w), rtol=1e-7, atol=1e-7)
    torch.testing.assert_close(db, slopes(objective, b), rtol=1e-7, atol=1e-7)


def test_a_batch_repeated_twice_doubles_no_average_and_repeats_dx() -> None:
    x, w, b, dout = random(0, 3, 4), random(1, 4, 2), random(2, 2), random(3, 3, 2)
    layer = FullyConnectedLayer(l2=0.1)
    layer.forward(x, w, b)
    dx, dw, db = layer.backward(dout)
    layer.forward(x.repeat(2, 1), w, b)
    dx_twice, dw_twice, db_twice = layer.backward(dout.repeat(2, 1))
    torch.testing.assert_close(dx_twice, dx.repeat(2, 1), **EXACT)
    torch.testing.assert_close(dw_twice, dw, **EXACT)
    torch.testing.assert_close(db_twice, db, **EXACT)


def test_l2_touches_the_weights_and_not_the_biases() -> None:
    x, w, b, dout = random(0, 3, 4), random(1, 4, 2), random(2, 2), random(3, 3, 2)
    without, with_l2 = FullyConnectedLayer(), FullyConnectedLayer(l2=0.5)
    without.forward(x, w, b)
    with_l2.forward(x, w, b)
    (dx, dw, db), (dx_l2, dw_l2, db_l2) = without.backward(dout), with_l2.backward(dout)
    torch.testing.assert_close(dw_l2 - dw, w, **EXACT)  # 2 * 0.5 * w
    assert torch.equal(db_l2, db)
    assert torch.equal(dx_l2, dx)


def test_the_backward_pass_leaves_its_inputs_alone() -> None:
    tensors = random(0, 3, 4), random(1, 4, 2), random(2, 2), random(3, 3, 2)
    kept = [tensor.clone() for tensor in tensors]
    layer = FullyConnectedLayer(l2=0.5)
    layer.forward(*tensors[:3])
    layer.backward(tensors[3])
    assert all(torch.equal(tensor, before) for tensor, before in zip(tensors, kept, strict=True))


@pytest.mark.parametrize("shape", [(1,), (1, 1), (4, 7), (2, 3, 4)])
def test_relu_agrees_with_autograd_and_is_flat_at_zero(shape: tuple[int, ...]) -> None:
    x, dout = random(5, *shape), random(6, *shape)
    x.view(-1)[0] = 0.0  # where max(x, 0) has no slope, both say 0
    layer = ReLU()
    out, dx = layer.forward(x), layer.backward(dout)
    twin = x.clone().requires_grad_()
    (twin_dx,) = torch.autograd.grad((dout * twin.clamp_min(0).where(twin > 0, 0)).sum(), twin)
    assert torch.equal(out, x.clamp(min=0))
    assert torch.equal(dx, twin_dx)
    assert dx.view(-1)[0] == 0


def test_relu_agrees_with_finite_differences() -> None:
    x, dout = random(7, 5, 6), random(8, 5, 6)
    assert x.abs().min() > 1e-4  # away from the kink
    layer = ReLU()
    layer.forward(x)
    dx = layer.backward(dout)

    def total() -> Tensor:
        return (dout * layer.forward(x)).sum()

    torch.testing.assert_close(dx, slopes(total, x), rtol=1e-7, atol=1e-7)


Factors = tuple[WeightGradient, Tensor]


@pytest.fixture(params=SHAPES, ids=str)
def shape(request: pytest.FixtureRequest) -> tuple[int, int, int]:
    return request.param


@pytest.fixture(params=[0.0, 0.3])
def factors(request: pytest.FixtureRequest, shape: tuple[int, int, int]) -> Factors:
    """A weight gradient as factors, and the same one multiplied out by hand."""
    n, d, f = shape
    x, dout, w = random(0, n, d), random(1, n, f), random(2, d, f)
    return WeightGradient(x, dout, w, request.param), torch.einsum("nd,nf->df", x, dout) + (
        2 * request.param * w
    )


BETAS_AND_ALPHAS = pytest.mark.parametrize(("beta", "alpha"), [(1.0, -0.05), (0.9, -0.3), (0.0, 2.0)])


def test_a_weight_gradient_written_out_is_the_product_and_the_l2_term(factors: Factors) -> None:
    gradient, expected = factors
    kept = gradient.w.clone()
    torch.testing.assert_close(gradient.written_out(), expected, **EXACT)
    assert gradient.shape == expected.shape
    assert torch.equal(gradient.w, kept)


@BETAS_AND_ALPHAS
def test_a_weight_gradient_adds_itself_to_another_tensor(factors: Factors, beta: float, alpha: float) -> None:
    gradient, expected = factors
    kept, target = gradient.w.clone(), random(3, *gradient.shape)
    before, place = target.clone(), target.data_ptr()
    gradient.add_to(target, beta=beta, alpha=alpha)
    torch.testing.assert_close(target, beta * before + alpha * expected, **EXACT)
    assert target.data_ptr() == place  # in place
    assert torch.equal(gradient.w, kept)


@BETAS_AND_ALPHAS
def test_a_weight_gradient_adds_itself_to_the_weights(factors: Factors, beta: float, alpha: float) -> None:
    gradient, expected = factors
    before, place = gradient.w.clone(), gradient.w.data_ptr()
    gradient.add_to(gradient.w, beta=beta, alpha=alpha)
    torch.testing.assert_close(gradient.w, beta * before + alpha * expected, **EXACT)
    assert gradient.w.data_ptr() == place


@BETAS_AND_ALPHAS
@pytest.mark.parametrize("own", [True, False], ids=["the weights", "another tensor"])
@pytest.mark.parametrize("l2", [0.0, 0.3])
@pytest.mark.parametrize("short", ["x", "d", "xd"])
def test_factors_of_a_shorter_type_add_themselves_as_their_product_does(
    short: str, l2: float, own: bool, beta: float, alpha: float
) -> None:
    # small whole numbers, whose products and sums bfloat16 holds exactly
    x, dout, w = random(0, 6, 5).round().float(), random(1, 6, 4).round().float(), random(2, 5, 4).float()
    gradient = WeightGradient(
        x.bfloat16() if "x" in short else x, dout.bfloat16() if "d" in short else dout, w, l2
    )
    target = w if own else random(3, 5, 4).float()
    expected = beta * target + alpha * (x.T @ dout + 2 * l2 * w)
    with torch.autocast("cpu", torch.bfloat16):
        gradient.add_to(target, beta=beta, alpha=alpha)
    torch.testing.assert_close(target, expected, rtol=1e-5, atol=1e-5)
    assert target.dtype == torch.float32
