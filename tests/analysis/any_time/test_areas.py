"""Areas under curves of which the integral is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from reportgen.analysis.any_time.areas import areas
from reportgen.analysis.any_time.trial_curves import lay_out
from reportgen.analysis.comparison import compare
from reportgen.analysis.pairs import Verdict
from tests.helpers.made_curves import curves_table, exponentials


def test_the_area_of_straight_lines_is_their_middle_also_on_uneven_epochs() -> None:
    table = curves_table(A=[[0, 1, 2, 3, 4, 5]], B=[[5, 5, 5, 5, 5, 5]])
    uneven = table[table["epoch"].isin([1, 2, 5, 6])]
    for rows in (table, uneven):
        found = areas(lay_out(rows).values()).set_index("optimizer")["score"]
        assert found.to_dict() == {"A": 2.5, "B": 5.0}


def test_the_area_of_an_exponential_is_its_integral() -> None:
    found = areas(lay_out(exponentials(epochs=400, seeds=1, A=0.01, B=0.02)).values())
    for rate, area in zip((0.01, 0.02), found["score"], strict=True):
        integral = 1 - (math.exp(-rate) - math.exp(-400 * rate)) / rate / 399
        assert area == pytest.approx(integral, abs=1e-5)


def test_a_trial_that_diverges_after_the_last_common_epoch_has_none_either() -> None:
    table = curves_table(A=[[1, 2, 3, math.nan], [1, 2, 3]], B=[[1, 2, 3], [1, 2, 3]])
    found = areas(lay_out(table).values())
    assert found["score"].isna().tolist() == [True, False, False, False]


def test_a_trial_that_diverged_has_none_and_takes_its_optimizer_out() -> None:
    rng = np.random.default_rng(0)
    runs = {name: (rng.random((8, 5)) + place).tolist() for place, name in enumerate("ABC")}
    runs["C"][3][2:] = [math.nan] * 3
    found = areas(lay_out(curves_table(**runs)).values())
    assert found["score"].isna().sum() == 1
    comparison = compare(found, metric="area")
    assert comparison.pair("p", "B", "A").verdict is Verdict.BETTER
    assert comparison.pair("p", "C", "A").verdict is not Verdict.BETTER
