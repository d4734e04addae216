"""Expected runtime by hand, and as what restarting after a miss takes on average."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from reportgen.analysis.any_time.expected_runtime import expected_runtimes
from reportgen.analysis.targets import time_to_target
from tests.helpers.made_curves import curves_table

MISS = [0.0] * 10


def hit(epoch: int) -> list[float]:
    return [0.0] * (epoch - 1) + [1.0] * (11 - epoch)


def runtimes(table: pd.DataFrame) -> pd.DataFrame:
    return expected_runtimes(time_to_target(table, 1.0), table).set_index("optimizer")


def test_all_epochs_spent_over_the_trials_that_reached_it() -> None:
    diverged = [0.0, 0.0, 0.0, math.nan]  # spent four epochs and no more
    found = runtimes(curves_table(A=[hit(3), hit(5), MISS], B=[MISS, MISS], C=[hit(2), diverged]))
    assert found["expected"].tolist() == [(3 + 5 + 10) / 2, math.inf, (2 + 4) / 1]
    assert found["reached"].tolist() == [2, 0, 1]
    assert found["trials"].tolist() == [3, 2, 2]


def test_the_interval_of_the_rate_is_clopper_and_pearsons() -> None:
    found = runtimes(curves_table(A=[hit(3)] * 10, B=[MISS] * 10))
    # of none or all of n: the tail of 2.5 % is a power of the rate
    assert found.loc["A", "rate_low"] == pytest.approx(0.025 ** (1 / 10))
    assert found.loc["A", "rate_high"] == 1
    assert found.loc["B", "rate_high"] == pytest.approx(1 - 0.025 ** (1 / 10))
    assert found.loc["B", "rate_low"] == 0


def test_it_is_what_restarting_takes() -> None:
    """Trials reach the target at epoch 4 with a chance of 1 in 3, or cost 10 epochs."""
    rng = np.random.default_rng(0)
    spent = []
    for _ in range(4_000):
        total = 0
        while rng.random() > 1 / 3:
            total += 10
        spent.append(total + 4)
    found = runtimes(curves_table(A=[hit(4), MISS, MISS], B=[hit(1)]))
    assert found.loc["A", "expected"] == 24
    assert np.mean(spent) == pytest.approx(24, abs=1)
