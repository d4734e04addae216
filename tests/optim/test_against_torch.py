"""Every optimizer on every problem, 200 steps beside torch.optim in float64."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from reportgen.nn import WeightGradient
from reportgen.optim import SGD, Adam, Optimizer, SGDMomentum, find

STEPS = 200
Twin = Callable[[Iterable[Tensor]], torch.optim.Optimizer]


@dataclass(frozen=True)
class Pair:
    """One of ours, and the same of torch's."""

    ours: Callable[[], Optimizer]
    twin: Twin


PAIRS = {
    "SGD, defaults": Pair(SGD, lambda p: torch.optim.SGD(p, lr=1e-3)),
    "SGD, 0.05": Pair(lambda: SGD(0.05), lambda p: torch.optim.SGD(p, lr=0.05)),
    "SGD_Momentum, defaults": Pair(SGDMomentum, lambda p: torch.optim.SGD(p, lr=1e-3, momentum=0.9)),
    "SGD_Momentum, 0.5": Pair(
        lambda: SGDMomentum(learning_rate=0.02, momentum=0.5),
        lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.5),
    ),
    "SGD_Momentum, 0": Pair(lambda: SGDMomentum(0.05, momentum=0), lambda p: torch.optim.SGD(p, lr=0.05)),
    "Adam, defaults": Pair(Adam, lambda p: torch.optim.Adam(p, lr=1e-3, betas=(0.9, 0.999), eps=1e-8)),
    "Adam, others": Pair(
        lambda: Adam(learning_rate=0.03, beta1=0.5, beta2=0.9, epsilon=1e-3),
        lambda p: torch.optim.Adam(p, lr=0.03, betas=(0.5, 0.9), eps=1e-3),
    ),
    "Adam, no memory": Pair(
        lambda: Adam(0.01, beta1=0.0, beta2=0.0), lambda p: torch.optim.Adam(p, lr=0.01, betas=(0.0, 0.0))
    ),
}

Start = Callable[[], dict[str, Tensor]]
Slope = Callable[[dict[str, Tensor], int], dict[str, Tensor]]


def draw(seed: int, *shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def bowl(parameters: dict[str, Tensor], _: int) -> dict[str, Tensor]:
    """A quadratic, steep one way and flat the other."""
    return {"w": parameters["w"] * torch.tensor([0.1, 1.0, 10.0], dtype=torch.float64)}


def banana(parameters: dict[str, Tensor], _: int) -> dict[str, Tensor]:
    """Rosenbrock's valley, made gentle enough for every step size here."""
    x, y = parameters["w"]
    return {"w": torch.stack((2 * (x - 1) - 0.4 * x * (y - x * x), 0.2 * (y - x * x)))}


def noise(parameters: dict[str, Tensor], step: int) -> dict[str, Tensor]:
    """Gradients of several shapes that follow no function at all."""
    return {name: draw(1000 * step + i, *p.shape) for i, (name, p) in enumerate(parameters.items())}


def rare(parameters: dict[str, Tensor], step: int) -> dict[str, Tensor]:
    """All zero but at every tenth step, tiny and huge by turns: what a second moment must survive."""
    size = 0.0 if step % 10 else 10.0 ** (-8 if step % 20 else 4)
    return {name: size * draw(step, *p.shape) for name, p in parameters.items()}


PROBLEMS: dict[str, tuple[Start, Slope]] = {
    "bowl": (lambda: {"w": torch.tensor([3.0, -2.0, 1.0], dtype=torch.float64)}, bowl),
    "banana": (lambda: {"w": torch.tensor([-0.5, 0.8], dtype=torch.float64)}, banana),
    "noise": (
        lambda: {"w1": draw(1, 5, 4), "b1": draw(2, 4), "w2": draw(3, 4, 1), "one": draw(4)},
        noise,
    ),
    "rare": (lambda: {"w": draw(5, 3, 2)}, rare),
}


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("pair", PAIRS)
def test_takes_the_same_steps_as_torch(pair: str, problem: str) -> None:
    start, slope = PROBLEMS[problem]
    parameters, twins = start(), start()
    ours, twin = PAIRS[pair].ours(), PAIRS[pair].twin(twins.values())
    for step in range(STEPS):
        ours.step(parameters, slope(parameters, step))
        for name, gradient in slope(twins, step).items():
            twins[name].grad = gradient
        twin.step()
        for name, parameter in parameters.items():
            torch.testing.assert_close(parameter, twins[name], rtol=1e-10, atol=1e-10)
    moved = max((parameters[name] - before).abs().max().item() for name, before in start().items())
    assert moved > 1e-3  # else the comparison would say nothing


@pytest.mark.parametrize("l2", [0.0, 0.05])
@pytest.mark.parametrize("pair", PAIRS)
def test_takes_the_same_steps_with_gradients_kept_as_factors(pair: str, l2: float) -> None:
    parameters, twins = {"w": draw(1, 5, 4)}, [draw(1, 5, 4)]
    ours, twin = PAIRS[pair].ours(), PAIRS[pair].twin(twins)
    for step in range(STEPS):
        x, d = draw(2 * step, 6, 5), draw(2 * step + 1, 6, 4)
        ours.step(parameters, {"w": WeightGradient(x, d, parameters["w"], l2)})
        twins[0].grad = x.T @ d + 2 * l2 * twins[0]
        twin.step()
        torch.testing.assert_close(parameters["w"], twins[0], rtol=1e-10, atol=1e-10)


DECAY = 0.3


def changing(step: int) -> float:
    """What the learning rate is multiplied by; now and then it is 0."""
    return 1 + math.cos(step * math.pi / 4)


@pytest.mark.parametrize("rate", [changing, lambda _: 1.0], ids=["changing", "constant"])
def test_adam_with_weight_decay_is_adamw_on_the_weights(rate: Callable[[int], float]) -> None:
    start, slope = PROBLEMS["noise"]
    parameters, twins = start(), start()
    decaying = [twin for twin in twins.values() if twin.dim() > 1]
    others = [twin for twin in twins.values() if twin.dim() <= 1]
    assert len(decaying) == len(others) == 2
    ours = Adam(0.02, beta1=0.8, beta2=0.95, weight_decay=DECAY)
    twin = torch.optim.AdamW(
        [{"params": decaying, "weight_decay": DECAY}, {"params": others, "weight_decay": 0.0}],
        lr=0.02,
        betas=(0.8, 0.95),
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(twin, rate)
    for step in range(STEPS):
        ours.learning_rate = 0.02 * rate(step)
        gradients = slope(parameters, step)
        ours.step(parameters, gradients)
        for name, gradient in gradients.items():
            twins[name].grad = gradient
        twin.step()
        schedule.step()
        for name, parameter in parameters.items():
            torch.testing.assert_close(parameter, twins[name], rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("momentum", [None, 0.0, 0.9])
def test_sgd_with_weight_decay_is_torchs_with_the_weights_shrunk_before(momentum: float | None) -> None:
    start, slope = PROBLEMS["noise"]
    parameters, twins = start(), start()
    ours = SGD(0.02, DECAY) if momentum is None else SGDMomentum(0.02, momentum, weight_decay=DECAY)
    twin = torch.optim.SGD(twins.values(), lr=0.02, momentum=momentum or 0.0)
    for step in range(STEPS):
        gradients = slope(parameters, step)
        ours.step(parameters, gradients)
        for name, gradient in gradients.items():
            twins[name].grad = gradient
            twins[name] *= 1 - 0.02 * DECAY if name.startswith("w") else 1
        twin.step()
        for name, parameter in parameters.items():
            torch.testing.assert_close(parameter, twins[name], rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("kept", ["factors", "written out"])
@pytest.mark.parametrize("decay", [0.0, DECAY])
@pytest.mark.parametrize("momentum", [None, 0.9])
def test_a_learning_rate_that_changes_enters_the_velocity_with_its_own_gradient(
    momentum: float | None, decay: float, kept: str
) -> None:
    l2, rate, start = 0.05, 0.05, {"w": draw(1, 5, 4), "b": draw(2, 4)}
    parameters = {name: p.clone() for name, p in start.items()}
    ours = SGD(rate, decay) if momentum is None else SGDMomentum(rate, momentum, weight_decay=decay)
    w, b = start["w"], start["b"]
    v, u = torch.zeros_like(w), torch.zeros_like(b)
    for step in range(STEPS):
        x, d, now = draw(3 * step, 6, 5), draw(3 * step + 1, 6, 4), rate * changing(step)
        dw = WeightGradient(x, d, parameters["w"], l2)
        ours.learning_rate = now
        ours.step(parameters, {"w": dw if kept == "factors" else dw.written_out(), "b": d.sum(dim=0)})
        v = (momentum or 0) * v - now * (x.T @ d + 2 * l2 * w)
        u = (momentum or 0) * u - now * d.sum(dim=0)
        w, b = w - now * decay * w + v, b + u
        torch.testing.assert_close(parameters["w"], w, rtol=1e-10, atol=1e-10)
        torch.testing.assert_close(parameters["b"], b, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", ["SGD", "SGD_Momentum", "Adam"])
def test_without_a_slope_the_weights_shrink_geometrically_and_the_biases_stay(name: str) -> None:
    parameters = {"w": draw(0, 3, 2), "b": draw(1, 2)}
    start, shrunk = {key: p.clone() for key, p in parameters.items()}, 1.0
    optimizer = find(name).make(learning_rate=0.1, weight_decay=DECAY)
    for step in range(50):
        optimizer.learning_rate = 0.1 * changing(step)
        shrunk *= 1 - 0.1 * changing(step) * DECAY
        optimizer.step(parameters, {key: torch.zeros_like(p) for key, p in parameters.items()})
    torch.testing.assert_close(parameters["w"], shrunk * start["w"], rtol=1e-10, atol=0)
    assert torch.equal(parameters["b"], start["b"])
    assert shrunk < 0.3
