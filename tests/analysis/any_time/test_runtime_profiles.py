"""Runtime profiles against counts by hand, and what their targets do not depend on."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from reportgen.analysis.any_time.areas import areas
from reportgen.analysis.any_time.runtime_profiles import (
    TARGETS,
    profile_differences,
    profile_targets,
    runtime_profiles,
)
from reportgen.analysis.any_time.trial_curves import ProblemCurves, lay_out
from tests.helpers.made_curves import curves_table, exponentials

NAN = math.nan


def laid_out(
    higher_is_better: bool = True, paired: bool = True, **curves: list[list[float]]
) -> ProblemCurves:
    return lay_out(curves_table(**curves), higher_is_better=higher_is_better, paired=paired)["p"]


def test_targets_lie_evenly_from_the_worst_start_to_what_half_of_somebodys_trials_reach() -> None:
    # A starts at a median of 0.2 and B at 0.1; three of A's four trials reach 0.6, two of B's four 0.9
    curves = laid_out(
        A=[[0.1, 0.6], [0.2, 0.7], [0.2, 0.8], [0.3, 0.2]], B=[[0.1, 1.0], [0.1, 0.9], [0.1, 0.2], [0.1, 0.1]]
    )
    targets = profile_targets(curves)
    assert len(targets) == TARGETS
    assert targets[-1] == 0.9
    assert np.allclose(np.diff(targets), 0.8 / TARGETS)
    assert np.isclose(targets[0], 0.1 + 0.8 / TARGETS)


def test_targets_are_the_same_whoever_is_who() -> None:
    rng = np.random.default_rng(0)
    runs = {name: rng.random((5, 6)).cumsum(axis=1).tolist() for name in "ABC"}
    swapped = dict(zip("ABC", (runs["C"], runs["A"], runs["B"]), strict=True))
    assert np.array_equal(profile_targets(laid_out(**runs)), profile_targets(laid_out(**swapped)))
    negated = {name: (-np.array(curves)).tolist() for name, curves in runs.items()}
    assert np.array_equal(profile_targets(laid_out(**runs)), -profile_targets(laid_out(False, **negated)))


def test_nobody_beyond_the_worst_start_has_no_targets() -> None:
    assert not len(profile_targets(laid_out(A=[[0.5, 0.4]], B=[[0.5, 0.3]])))


def test_a_profile_counts_pairs_of_a_trial_and_a_target() -> None:
    curves = laid_out(A=[[0.0, 2.0, 1.0], [1.0, 1.0, NAN]], B=[[0.0, 0.0, 4.0], [0.0, 3.0, 4.0]])
    targets = np.array([1.0, 2.0, 3.0, 4.0])
    profile = runtime_profiles(curves, targets).set_index(["optimizer", "epoch"])["share"]
    # A: 0 + 1 of 8, then 2 + 1, and what came after is no better, nor taken away from who diverged
    assert profile["A"].tolist() == [1 / 8, 3 / 8, 3 / 8]
    assert profile["B"].tolist() == [0, 3 / 8, 8 / 8]
    difference = profile_differences(curves, targets)
    assert difference["difference"].tolist() == [1 / 8, 0, -5 / 8]
    assert difference["low"].isna().all()  # two seeds


def test_lower_is_better_is_the_same_the_other_way_round() -> None:
    runs = {"A": [[1.0, 2.0, 4.0]] * 2, "B": [[1.0, 3.0, 3.5]] * 2}
    higher = laid_out(**runs)
    lower = laid_out(False, **{name: (-np.array(curves)).tolist() for name, curves in runs.items()})
    shares = [runtime_profiles(curves, profile_targets(curves))["share"] for curves in (higher, lower)]
    assert shares[0].equals(shares[1])


def test_between_evenly_spaced_targets_a_profile_is_the_rescaled_mean_curve() -> None:
    """For curves that rise within the targets, so that profile and area under the curve weigh alike."""
    curves = lay_out(exponentials(epochs=20, seeds=1, A=0.1, B=0.2))["p"]
    targets = profile_targets(curves)
    profile = runtime_profiles(curves, targets).set_index("optimizer")
    start, end = 1 - math.exp(-0.1), 1 - math.exp(-4.0)
    for name, rate in (("A", 0.1), ("B", 0.2)):
        expected = (1 - np.exp(-rate * curves.epochs) - start) / (end - start)
        assert np.abs(profile.loc[name, "share"] - expected).max() <= 1 / TARGETS
    own = areas([curves]).set_index("optimizer")["score"]
    t = np.linspace(1, 20, 100_001)
    assert own["A"] == pytest.approx((1 - np.exp(-0.1 * t)).mean(), abs=1e-3)


def test_bands_narrow_with_seeds_and_stay_within_what_a_share_can_be() -> None:
    widths = []
    for seeds in (6, 24):
        table = exponentials(epochs=8, seeds=seeds, noise=0.05, A=0.3, B=0.4)
        curves = lay_out(table)["p"]
        profile = runtime_profiles(curves, profile_targets(curves))
        assert profile["low"].ge(0).all()
        assert profile["high"].le(1).all()
        assert (profile["low"] <= profile["share"]).all()
        assert (profile["share"] <= profile["high"]).all()
        difference = profile_differences(curves, profile_targets(curves))
        widths.append((difference["high"] - difference["low"]).max())
    assert widths[1] < 0.6 * widths[0]


def test_paired_trials_that_share_their_luck_are_told_apart_more_sharply() -> None:
    rng = np.random.default_rng(0)
    t = np.arange(1, 11)
    luck = 0.2 * rng.normal(size=10)
    table = curves_table(
        **{
            name: [1 - np.exp(-rate * np.exp(z) * t) for z in luck]
            for name, rate in (("A", 0.2), ("B", 0.22))
        }
    )
    widths = []
    for paired in (True, False):
        curves = lay_out(table, paired=paired)["p"]
        difference = profile_differences(curves, profile_targets(curves))
        widths.append(float((difference["high"] - difference["low"]).max()))
    assert widths[0] < 0.3 * widths[1]


def test_without_a_common_seed_there_is_no_difference_of_paired_trials() -> None:
    table = curves_table(A=[[1, 2]] * 2, B=[[1, 3]] * 2)
    table.loc[table["optimizer"] == "B", "seed"] += 10
    curves = lay_out(table)["p"]
    assert profile_differences(curves, profile_targets(curves)).empty
    assert isinstance(runtime_profiles(curves, profile_targets(curves)), pd.DataFrame)
