"""Time to a target on curves drawn by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
import pytest

from reportgen.analysis.pairs import Verdict
from reportgen.analysis.scores import AnalysisError
from reportgen.analysis.targets import compare_times, default_target, summarize_times, time_to_target

NAN, INF = math.nan, math.inf


def curves(problem: str = "p", **by_optimizer: Sequence[Sequence[float]]) -> pd.DataFrame:
    """A curve of scores for each seed of each optimizer; every epoch e takes e seconds."""
    return pd.DataFrame(
        [
            {"problem": problem, "optimizer": o, "seed": s, "epoch": e, "score": score, "seconds": float(e)}
            for o, seeds in by_optimizer.items()
            for s, curve in enumerate(seeds)
            for e, score in enumerate(curve, start=1)
        ]
    )


def test_the_first_epoch_that_reaches_it_and_all_seconds_until_then() -> None:
    found = time_to_target(curves(A=[[0.1, 0.5, 0.9, 0.2], [0.1, 0.2, 0.3, 0.4]], B=[[0.5]]), 0.5)
    assert found["epoch"].tolist() == [2, INF, 1]
    assert found["seconds"].tolist() == [1 + 2, INF, 1]
    assert found["target"].tolist() == [0.5] * 3
    assert found["optimizer"].tolist() == ["A", "A", "B"]


def test_lower_is_better() -> None:
    found = time_to_target(curves(A=[[3.0, 2.0, 1.0]]), 2.0, higher_is_better=False)
    assert found["epoch"].tolist() == [2]


def test_a_diverged_epoch_reaches_nothing() -> None:
    losses = curves(A=[[NAN, NAN]], B=[[0.9, NAN]])
    assert time_to_target(losses, 0.5)["epoch"].tolist() == [INF, 1]
    assert time_to_target(losses, 0.5, higher_is_better=False)["epoch"].tolist() == [INF, INF]


def test_epochs_count_by_their_number_not_their_row() -> None:
    table = curves(A=[[0.1, 0.6, 0.9]])
    assert time_to_target(table[::-1], 0.5).equals(time_to_target(table, 0.5))
    skipping = table.assign(epoch=[10, 20, 30])
    assert time_to_target(skipping, 0.5)["epoch"].tolist() == [20]


def test_each_problem_has_its_own_target() -> None:
    both = pd.concat([curves(A=[[0.1, 0.6]]), curves("q", A=[[0.1, 0.6]]), curves("r", A=[[1.0]])])
    found = time_to_target(both, {"p": 0.1, "q": 0.6})
    assert found["problem"].tolist() == ["p", "q"]
    assert found["epoch"].tolist() == [1, 2]


def test_the_summary_has_the_median_and_infinite_ones() -> None:
    curve = {t: [0.0] * (t - 1) + [1.0] for t in range(1, 9)}
    table = curves(
        A=[curve[t] for t in (1, 2, 3, 4, 5, 8)],
        B=[curve[2], curve[3], [0.0], [0.0]],
        C=[curve[2], [0.0], [0.0]],
    )
    found = summarize_times(time_to_target(table, 1.0)).set_index("optimizer")
    assert found["trials"].tolist() == [6, 4, 3]
    assert found["reached"].tolist() == [6, 2, 1]
    assert found["epoch"].tolist() == [3.5, INF, INF]
    assert (found.loc["A", "epoch_low"], found.loc["A", "epoch_high"]) == (1, 8)  # 6 values: all of them
    assert found.loc["A", "seconds"] == (6 + 10) / 2
    assert math.isnan(found.loc["B", "epoch_low"])
    assert summarize_times(time_to_target(table, {})).empty


def test_the_default_target_is_the_weakest_optimizers_median_best() -> None:
    table = curves(
        A=[[0.5, 0.9], [0.6, 0.8], [0.2, 0.7]],
        B=[[0.7, 0.3], [0.2, 0.5], [0.1, 0.6]],  # best: .7, .5, .6
        C=[[0.1, NAN], [0.1, INF], [0.0, 0.0]],  # most of it diverged
    )
    assert default_target(table) == {"p": 0.6}
    assert default_target(table, reference="A") == {"p": 0.8}
    assert default_target(table, reference="C") == {}
    losses = table.assign(score=-table["score"])
    assert default_target(losses, higher_is_better=False) == {"p": -0.6}
    times = summarize_times(time_to_target(table, default_target(table))).set_index("optimizer")
    assert math.isfinite(times.loc["A", "epoch"])
    assert math.isfinite(times.loc["B", "epoch"])


def test_with_an_even_number_half_reach_the_default_target() -> None:
    table = curves(A=[[0.1], [0.2], [0.3], [0.4]])
    assert default_target(table) == {"p": 0.2}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seconds": [1.0, -1.0]}, "row 1, column seconds: -1 is no time"),
        ({"seconds": [1.0, NAN]}, "row 1, column seconds: nan is no time"),
        ({"epoch": [1, INF]}, "row 1, column epoch: inf is no time"),
        ({"epoch": [1, 1]}, "problem p, optimizer A, seed 0, epoch 1: stands in more than one row"),
        ({"score": [0.1, "good"]}, "row 1, column score: 'good' is not a number"),
    ],
)
def test_wrong_tables_are_refused(change: dict[str, list[object]], message: str) -> None:
    table = curves(A=[[0.1, 0.2]]).assign(**change)
    with pytest.raises(AnalysisError, match=message):
        time_to_target(table, 0.5)


def test_an_unknown_reference_is_refused() -> None:
    with pytest.raises(AnalysisError, match="optimizer 'Z': is not in the table"):
        default_target(curves(A=[[0.1]]), reference="Z")
    with pytest.raises(AnalysisError, match="no column 'score'"):
        default_target(curves(A=[[0.1]]).drop(columns="score"))


def test_without_seconds_time_is_told_in_epochs_alone() -> None:
    table = curves(A=[[0.1, 0.6]], B=[[0.1, 0.2]])
    times = time_to_target(table.drop(columns="seconds"), 0.5)
    assert times.equals(time_to_target(table, 0.5).drop(columns="seconds"))
    summary = summarize_times(times)
    assert summary["epoch"].tolist() == [2, INF]
    assert not [column for column in summary if "seconds" in column]


def test_who_is_earlier_is_tested_by_epochs_and_a_miss_is_later_than_any() -> None:
    late = [0.0] * 5 + [1.0]
    times = time_to_target(
        curves(
            A=[[0.0] * (seed % 2) + [1.0] * 3 for seed in range(8)],
            B=[[0.0] * (2 + seed % 3) + [1.0] * 3 for seed in range(8)],
            C=[late] * 7 + [[0.0] * 6],  # far behind, but nobody knows how far in the last one
        ),
        0.5,
    )
    found = compare_times(times)
    (standing,) = found.standings
    assert standing.order == ("A", "B")
    assert standing.winner == "A"
    assert found.pair("p", "A", "B").p == 2 / 2**8
    assert found.pair("p", "A", "C").ranks
    assert found.pair("p", "A", "C").verdict is Verdict.BETTER
