"""The schedule-free optimizers: which weights they are judged by."""

from __future__ import annotations

import copy
import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from reportgen.optim.rules.schedule_free_adamw import ScheduleFreeAdamW
from reportgen.optim.rules.schedule_free_sgd import ScheduleFreeSGD

EACH = pytest.mark.parametrize("make", [ScheduleFreeSGD, ScheduleFreeAdamW])


def draw(seed: int, *shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@EACH
@pytest.mark.parametrize("changing", [False, True])
def test_evaluates_what_the_published_one_evaluates(make: type[Any], changing: bool) -> None:
    package = pytest.importorskip("schedulefree")
    published = {
        ScheduleFreeSGD: lambda w: package.SGDScheduleFree([w], lr=0.05, momentum=0.9),
        ScheduleFreeAdamW: lambda w: package.AdamWScheduleFree([w], lr=0.05, betas=(0.9, 0.999)),
    }[make]
    parameters, twin = {"w": draw(0, 4, 3)}, draw(0, 4, 3).requires_grad_()
    ours, theirs = make(learning_rate=0.05), published(twin)
    for step in range(40):
        rate = 0.05 * (1 + math.cos(step) if changing else 1)
        ours.learning_rate = theirs.param_groups[0]["lr"] = rate
        theirs.train()
        twin.grad = twin.detach() + draw(step, 4, 3)
        ours.step(parameters, {"w": parameters["w"] + draw(step, 4, 3)})
        theirs.step()
        theirs.eval()
        torch.testing.assert_close(ours.evaluated(parameters)["w"], twin.detach(), rtol=1e-12, atol=1e-12)
    assert (ours.evaluated(parameters)["w"] - parameters["w"]).abs().max() > 1e-3


def test_with_beta_0_it_takes_sgds_steps_and_evaluates_their_mean() -> None:
    """Polyak's average, as Polyak had it."""
    parameters, w, iterates = {"w": draw(0, 4, 3)}, draw(0, 4, 3).numpy(), []
    optimizer = ScheduleFreeSGD(learning_rate=0.1, beta=0.0)
    for step in range(25):
        optimizer.step(parameters, {"w": parameters["w"] - 1 + draw(step, 4, 3)})
        w = w - 0.1 * (w - 1 + draw(step, 4, 3).numpy())
        iterates.append(w)
        np.testing.assert_allclose(parameters["w"], w, rtol=1e-12)
        np.testing.assert_allclose(
            optimizer.evaluated(parameters)["w"], np.mean(iterates, axis=0), rtol=1e-12
        )


@EACH
def test_before_the_first_step_it_evaluates_what_is_there(make: type[Any]) -> None:
    parameters = {"w": draw(0, 4, 3), "b": draw(1, 3)}
    evaluated = make().evaluated(parameters)
    assert all(torch.equal(evaluated[name], parameter) for name, parameter in parameters.items())


@EACH
def test_looking_changes_nothing(make: type[Any]) -> None:
    def train(*, look: bool) -> dict[str, Tensor]:
        parameters, optimizer = {"w": draw(0, 4, 3)}, make(learning_rate=0.1)
        for step in range(10):
            optimizer.step(parameters, {"w": draw(step, 4, 3)})
            if look:
                before = copy.deepcopy(vars(optimizer))
                optimizer.evaluated(parameters)
                assert str(vars(optimizer)) == str(before)
        return parameters

    assert torch.equal(train(look=True)["w"], train(look=False)["w"])


@EACH
def test_the_start_counts_no_more_than_any_other_place(make: type[Any]) -> None:
    """The first step makes both means the place it leads to: c is 1."""
    parameters, optimizer = {"w": draw(0, 4, 3)}, make(learning_rate=0.1)
    optimizer.step(parameters, {"w": draw(1, 4, 3)})
    torch.testing.assert_close(optimizer.evaluated(parameters)["w"], parameters["w"], rtol=1e-15, atol=1e-15)
    assert not torch.allclose(parameters["w"], draw(0, 4, 3))
