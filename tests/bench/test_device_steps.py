"""Many trials as one program, timed beside one after the other: the same numbers, then the shares of time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from reportgen.bench.agreement import relative_difference
from reportgen.bench.device_steps import BATCHED, rows_of, title_of, ways_on
from reportgen.bench.made_images import made_images
from reportgen.bench.measured_on import this_machine
from reportgen.bench.outcome import Outcome
from reportgen.bench.start import start_of
from reportgen.bench.steps import WayTimes, WorkTimes
from reportgen.bench.ways.batched_trials import Together
from reportgen.bench.ways.own import Own
from reportgen.bench.works import WORKS, Work

SMALL = [
    replace(work, hidden=work.hidden and (6,), shape=(4, 3, 1), steps=5)
    for work in WORKS
    if work.dtype == "float32"
]


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.mark.parametrize("work", SMALL, ids=lambda work: work.name)
def test_what_is_timed_as_one_program_computes_the_same(work: Work) -> None:
    start = start_of(work, *made_images(work))
    one = Own(work, start, engine="textbook", device="cpu")
    together = Together(work, start, trials=3, device="cpu")
    for way in (one, together):
        way.epoch()
    assert relative_difference(one.weights(), together.weights(), start.parameters) < 1e-4


def test_every_round_begins_at_the_same_weights() -> None:
    start = start_of(SMALL[0], *made_images(SMALL[0]))
    together = Together(SMALL[0], start, trials=2, device="cpu")
    together.epoch()
    together.keep()
    together.measure()
    after = together.weights()
    together.measure()
    again = together.weights()
    assert all(np.array_equal(after[name], again[name]) for name in after)
    assert not np.array_equal(after["w1"], start.parameters["w1"])


def test_a_table_has_each_trial_s_share_and_ratios_to_the_batched() -> None:
    machine = this_machine()
    textbook, _, torch_nn = ways_on("cpu")
    times = [
        WayTimes(textbook.name, wall=[4e-4, 2e-4, 6e-4], processor=[1.0] * 3),
        WayTimes(BATCHED, wall=[1e-4, 1e-4, 2e-4], processor=[1.0] * 3),
        WayTimes(torch_nn.name, absent="there is none"),
    ]
    outcome = Outcome(machine, 3, False, None, begun="2026-01-01", device="a card")
    outcome.on_device = [WorkTimes(SMALL[0], times)]
    ((name, *cells),) = rows_of(outcome)
    assert name.startswith("tuned: ")
    assert cells == ["400 (200 to 600); 4.00 (2.00 to 4.00)", "100 (100 to 200)", "-"]
    assert "a card" in title_of(outcome)
