"""Standings and pairs as a whole comparison shows them: no more than the verdicts say."""

from __future__ import annotations

import pandas as pd
import pytest

from reportgen.analysis.comparison import compare
from reportgen.analysis.pairs import Verdict
from tests.helpers.made_tables import RISING, plus, random_table, table


def test_standings_say_no_more_than_the_verdicts() -> None:
    # B's own noise hides it between A and C, which are clearly apart
    noise = [(-1.0) ** seed * (1 + seed / 12) for seed in range(12)]
    scores = table(
        A=plus([float(seed) for seed in range(12)], 0.3),
        B=[seed + e for seed, e in enumerate(noise)],
        C=[seed - 0.3 + seed / 100 for seed in range(12)],
        D=[seed - 9.0 for seed in range(12)],
    )
    found = compare(scores)
    standing = found.standings[0]
    assert standing.text("no score") == "A, B, C > D (A > C)"
    assert standing.may_be_best == ("A", "B")
    assert standing.winner is None


# "not separable" is not transitive: nobody is separated from A, and B and C are far apart
INTRANSITIVE = {
    "A": [0.7, 0.9, 0.65, 0.92, 0.66, 0.93, 0.95, 0.7, 0.92, 0.68],
    "B": [0.79, 0.791, 0.792, 0.793, 0.794, 0.795, 0.796, 0.797, 0.798, 0.799],
    "C": [0.76, 0.7612, 0.7624, 0.7636, 0.7648, 0.766, 0.7672, 0.7684, 0.7696, 0.7708],
}


def test_who_is_shown_worse_than_another_may_not_be_best() -> None:
    found = compare(table(**INTRANSITIVE))
    assert found.pair("p", "B", "C").verdict is Verdict.BETTER
    for name in "BC":
        assert found.pair("p", "A", name).verdict is Verdict.NOT_SEPARABLE
    (standing,) = found.standings
    assert standing.text("no score") == "A, B, C (B > C)"
    assert standing.may_be_best == ("A", "B")
    assert standing.winner is None


def test_where_each_is_worse_than_another_none_may_be_best() -> None:
    # each pair shares seeds of its own
    rows = [
        {"problem": "p", "optimizer": name, "seed": 10 * block + seed, "score": score + seed / 100}
        for block, (above, below) in enumerate(["AB", "BC", "CA"])
        for name, score in ((above, 2.0), (below, 1.0))
        for seed in range(7)
    ]
    (standing,) = compare(pd.DataFrame(rows)).standings
    assert standing.better == {("A", "B"), ("B", "C"), ("C", "A")}
    assert standing.text("no score") == "A, B, C (A > B; B > C; C > A)"
    assert (standing.winner, standing.may_be_best) == (None, ())


def test_a_pair_can_be_seen_from_both_sides() -> None:
    found = compare(random_table(2, 9, effect=2, seed=1))
    one, other = found.pair("p", "A", "B"), found.pair("p", "B", "A")
    assert (one.verdict, other.verdict) == (Verdict.WORSE, Verdict.BETTER)
    assert (one.difference, one.low, one.high) == (-other.difference, -other.high, -other.low)
    assert (one.wins, one.ties, one.losses) == (other.losses, other.ties, other.wins)
    assert one.mirrored() == other
    with pytest.raises(KeyError):
        found.pair("p", "A", "Z")


def test_names_decide_between_equal_means() -> None:
    for higher in (True, False):
        found = compare(table(C=RISING, A=RISING, B=RISING), higher_is_better=higher)
        assert found.standings[0].order == ("A", "B", "C")
