"""Holm's and Shaffer's corrections against tables worked out by hand and against their definitions."""

from __future__ import annotations

import math
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.analysis.stepwise import adjusted, holm, holm_counts, multiplicities, shaffer_counts


@pytest.mark.parametrize(
    ("p", "corrected"),
    [
        ([], []),
        ([0.03], [0.03]),
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),  # 4 x .005, 3 x .01, 2 x .03, then .04 < .06
        ([0.6, 0.7], [1.0, 1.0]),
        ([0.02, 0.02, 0.02], [0.06, 0.06, 0.06]),
        ([0.01, 0.02, 1.0], [0.03, 0.04, 1.0]),
    ],
)
def test_tables_by_hand(p: list[float], corrected: list[float]) -> None:
    assert holm(p) == pytest.approx(corrected)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.floats(0.001, 0.999))
def test_rejects_what_the_steps_of_the_paper_reject(p: list[float], alpha: float) -> None:
    rejected = np.zeros(len(p), dtype=bool)
    for step, i in enumerate(np.argsort(p, kind="stable")):
        if p[i] * (len(p) - step) > alpha:
            break
        rejected[i] = True
    assert (holm(p) <= alpha).tolist() == rejected.tolist()


@pytest.mark.parametrize("optimizers", [2, 3, 4, 5, 6])
def test_shaffer_counts_the_pairs_that_can_be_equal_together(optimizers: int) -> None:
    """By trying every way in which the optimizers can fall into groups of equals."""
    possible = {
        sum(groups[a] == groups[b] for a, b in combinations(range(optimizers), 2))
        for groups in product(range(optimizers), repeat=optimizers)
    }
    tests = math.comb(optimizers, 2)
    assert shaffer_counts(optimizers) == [
        max(count for count in possible if count <= tests - step) for step in range(tests)
    ]


def test_shaffers_counts_of_the_paper() -> None:
    assert shaffer_counts(3) == [3, 1, 1]
    assert shaffer_counts(4) == [6, 3, 3, 3, 2, 1]
    assert shaffer_counts(5) == [10, 6, 6, 6, 6, 4, 4, 3, 2, 1]


@given(
    st.sampled_from([1, 3, 6]).flatmap(
        lambda tests: st.tuples(
            st.lists(
                st.sampled_from([0.001, 0.01, 0.0125, 0.02, 0.025, 0.03, 0.05, 0.2, 1.0]),
                min_size=tests,
                max_size=tests,
            ),
            st.sampled_from([holm_counts(tests), shaffer_counts({1: 2, 3: 3, 6: 4}[tests])]),
        )
    ),
    st.sampled_from([0.01, 0.05, 0.2]),
)
def test_each_p_counted_as_the_procedure_counts_it_is_rejected_where_it_rejects(
    family: tuple[list[float], list[int]], alpha: float
) -> None:
    p, counts = family
    counted = multiplicities(p, counts, alpha)
    rejected = adjusted(p, counts) <= alpha
    assert [k * value <= alpha for k, value in zip(counted, p, strict=True)] == list(rejected)
    kept = {k for k, value in zip(counted, p, strict=True) if k * value > alpha}
    assert kept <= {counts[min(rejected.sum(), len(p) - 1)]}
