"""Learning-rate schedules against torch.optim.lr_scheduler and against closed forms."""

from __future__ import annotations

import itertools
import math
import warnings

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.optim import lr_scheduler

from reportgen.optim import SCHEDULES, Schedule


def ours(schedule: Schedule, epochs: int, batches: int) -> list[float]:
    """The factors of all epochs, one after the other."""
    found = [schedule.factors(epoch, epochs, batches) for epoch in range(1, epochs + 1)]
    assert all(len(factors) == batches for factors in found)
    return list(itertools.chain(*found))


class Torchs:
    """The learning rates of torch's own schedulers, one a step, from a learning rate of 1."""

    def __init__(self) -> None:
        self.optimizer = torch.optim.SGD([torch.zeros(1)], lr=1.0)

    def cosine(self, steps: int) -> lr_scheduler.LRScheduler:
        return lr_scheduler.CosineAnnealingLR(self.optimizer, T_max=steps)

    def step(self, at: list[int], factor: float) -> lr_scheduler.LRScheduler:
        return lr_scheduler.MultiStepLR(self.optimizer, milestones=at, gamma=factor)

    def constant(self) -> lr_scheduler.LRScheduler:
        return lr_scheduler.ConstantLR(self.optimizer, factor=1.0)

    def after_warmup(self, scheduler: lr_scheduler.LRScheduler, steps: int) -> lr_scheduler.LRScheduler:
        linear = lr_scheduler.LinearLR(self.optimizer, start_factor=1 / steps, total_iters=steps - 1)
        return lr_scheduler.SequentialLR(self.optimizer, [linear, scheduler], milestones=[steps])

    def rates(self, scheduler: lr_scheduler.LRScheduler, steps: int) -> list[float]:
        found = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a scheduler inside another
            for _ in range(steps):
                found.append(self.optimizer.param_groups[0]["lr"])
                self.optimizer.step()
                scheduler.step()
        return found


@pytest.mark.parametrize(("epochs", "batches"), [(1, 1), (1, 7), (6, 1), (5, 8)])
def test_cosine_is_torchs(epochs: int, batches: int) -> None:
    torchs, steps = Torchs(), epochs * batches
    expected = torchs.rates(torchs.cosine(steps), steps)
    assert ours(Schedule("cosine"), epochs, batches) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("at", [(2,), (2, 4), (4, 2), (1, 2, 3)])
@pytest.mark.parametrize("factor", [0.1, 0.5])
def test_step_is_torchs(at: tuple[float, ...], factor: float) -> None:
    torchs = Torchs()
    expected = torchs.rates(torchs.step([epoch * 6 for epoch in at], factor), 30)
    assert ours(Schedule("step", at=at, factor=factor), 5, 6) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("warmup", [1, 2, 0.5])
def test_warmup_and_then_a_cosine_is_torchs(warmup: float) -> None:
    torchs, steps = Torchs(), int(warmup * 8)
    expected = torchs.rates(torchs.after_warmup(torchs.cosine(40 - steps), steps), 40)
    found = ours(Schedule("cosine", warmup_epochs=warmup), 5, 8)
    assert found == pytest.approx(expected, abs=1e-12)
    assert found[steps - 1] == found[steps] == 1  # where one meets the other


def test_warmup_and_then_steps_is_torchs() -> None:
    torchs = Torchs()
    # SequentialLR counts from its milestone on
    expected = torchs.rates(torchs.after_warmup(torchs.step([3 * 8 - 8, 4 * 8 - 8], 0.2), 8), 40)
    found = ours(Schedule("step", warmup_epochs=1, at=(3, 4), factor=0.2), 5, 8)
    assert found == pytest.approx(expected, rel=1e-12)


def test_constant_is_1_after_a_linear_warmup() -> None:
    assert ours(Schedule(), 3, 4) == [1.0] * 12
    assert ours(Schedule(warmup_epochs=1), 2, 4) == [0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 1.0, 1.0]


def test_it_steps_as_soon_as_the_epochs_are_over_also_a_half_one() -> None:
    assert ours(Schedule("step", at=(1, 2.5), factor=0.5), 3, 2) == [1, 1, 0.5, 0.5, 0.5, 0.25]
    assert ours(Schedule("step", at=(9,)), 3, 2) == [1] * 6  # never, within three epochs


@settings(max_examples=100, derandomize=True)
@given(
    name=st.sampled_from(SCHEDULES),
    epochs=st.integers(1, 12),
    batches=st.integers(1, 9),
    warmup=st.floats(0, 0.99),
    at=st.lists(st.floats(0.1, 12), min_size=1, max_size=3),
)
def test_it_rises_through_the_warmup_and_never_after(
    name: str, epochs: int, batches: int, warmup: float, at: list[float]
) -> None:
    schedule = Schedule(name, warmup_epochs=warmup * epochs, at=tuple(at) if name == "step" else ())
    factors, steps = ours(schedule, epochs, batches), warmup * epochs * batches
    rising = [factor for step, factor in enumerate(factors) if step < steps]
    assert all(0 < factor <= 1 for factor in factors)
    assert rising == pytest.approx([min((step + 1) / steps, 1) for step in range(len(rising))], rel=1e-12)
    assert factors[len(rising) :] == sorted(factors[len(rising) :], reverse=True)


@pytest.mark.parametrize("warmup", [0, 2])
@pytest.mark.parametrize("steps", [3, 50, 1000])
def test_a_cosine_is_half_way_down_in_the_middle_and_ends_near_0(warmup: int, steps: int) -> None:
    after = ours(Schedule("cosine", warmup_epochs=warmup), 4 + warmup, steps)[warmup * steps :]
    assert after[0] == 1
    assert after[2 * steps] == pytest.approx(0.5, abs=1e-12)
    assert after[-1] == pytest.approx(math.sin(math.pi / (8 * steps)) ** 2, abs=1e-12)
    assert 0 < after[-1] < 0.02
