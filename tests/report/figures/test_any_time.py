"""The figures of whole curves draw what the tables say, each optimizer in its own colour."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from reportgen.analysis.any_time.runtime_profiles import (
    profile_differences,
    profile_targets,
    runtime_profiles,
)
from reportgen.analysis.any_time.trial_curves import lay_out
from reportgen.report.figures.any_time import profile_curves, profile_gaps, score_curves
from reportgen.report.figures.marks import look
from reportgen.report.figures.small_multiples import GREY
from tests.helpers.made_curves import exponentials

WORDS = {"epoch": "Epoch", "score": "accuracy", "reached_share": "Share", "gap": "Difference"}
TABLE = exponentials(epochs=6, seeds=6, noise=1e-2, B=0.1, C=0.2, E=0.3)
CURVES = lay_out(TABLE)["p"]
TARGETS = profile_targets(CURVES)
SETUPS = ("A", "B", "C", "D", "E")
"""Some of which are on other problems alone."""


def lines(figure: Figure) -> dict[str, Any]:
    """The values of each line by its colour."""
    drawn = [line for panel in figure.axes for line in panel.get_lines()]
    return {to_hex(line.get_color()): np.asarray(line.get_ydata(), dtype=float) for line in drawn}


def test_profiles_are_those_of_the_table_and_their_last_step_can_be_seen() -> None:
    profiles = runtime_profiles(CURVES, TARGETS)
    figure = profile_curves(profiles, SETUPS, WORDS)
    drawn = lines(figure)
    for name in "BCE":
        shares = profiles.loc[profiles["optimizer"] == name, "share"].to_numpy()
        assert drawn[look(name, SETUPS).color].tolist() == [*shares, shares[-1]]
    assert figure.axes[0].get_xlim() == (1, 6.5)


def test_mean_curves_are_means() -> None:
    drawn = lines(score_curves(TABLE, "score", SETUPS, WORDS, False))
    for name in "BCE":
        means = TABLE[TABLE["optimizer"] == name].groupby("epoch")["score"].mean()
        assert drawn[look(name, SETUPS).color] == pytest.approx(means.to_numpy())


def test_gaps_are_the_first_less_the_second_whichever_way_they_are_asked_for() -> None:
    differences = profile_differences(CURVES, TARGETS)
    asked = [("C", "B"), ("E", "C")]
    figure = profile_gaps(differences, asked, SETUPS, WORDS, "{} {}".format)
    shares = runtime_profiles(CURVES, TARGETS).set_index(["optimizer", "epoch"])["share"]
    for panel, (first, second) in zip(figure.axes, asked, strict=True):
        assert panel.get_title(loc="left") == f"{first} {second}"
        drawn = np.asarray(panel.get_lines()[-1].get_ydata(), dtype=float)[:-1]
        assert drawn == pytest.approx((shares[first] - shares[second]).to_numpy())
        (band,) = panel.collections
        heights = band.get_paths()[0].vertices[:, 1]
        assert heights.min() < drawn.min() < drawn.max() < heights.max()


def test_many_optimizers_have_a_panel_each_with_the_others_in_grey() -> None:
    rates = {name: 0.1 + 0.05 * place for place, name in enumerate("ABCDEF")}
    table = exponentials(epochs=4, seeds=6, noise=1e-2, **rates)
    curves = lay_out(table)["p"]
    for figure in (
        profile_curves(runtime_profiles(curves, profile_targets(curves)), tuple("ABCDEFG"), WORDS),
        score_curves(table, "score", tuple("ABCDEFG"), WORDS, False),
    ):
        panels = [panel for panel in figure.axes if panel.get_lines()]
        assert len(panels) == 6
        for place, panel in enumerate(panels):
            colors = [to_hex(line.get_color()) for line in panel.get_lines()]
            assert colors.count(GREY) == 5
            assert colors[-1] == look("ABCDEF"[place], "ABCDEFG").color
