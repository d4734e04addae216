"""Holm's correction against tables worked out by hand and against its definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.analysis.holm import holm, holm_multiplicities


@pytest.mark.parametrize(
    ("p", "adjusted"),
    [
        ([], []),
        ([0.03], [0.03]),
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),  # 4 x .005, 3 x .01, 2 x .03, then .04 < .06
        ([0.6, 0.7], [1.0, 1.0]),
        ([0.02, 0.02, 0.02], [0.06, 0.06, 0.06]),
        ([0.01, 0.02, 1.0], [0.03, 0.04, 1.0]),
    ],
)
def test_tables_by_hand(p: list[float], adjusted: list[float]) -> None:
    assert holm(p) == pytest.approx(adjusted)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.floats(0.001, 0.999))
def test_rejects_what_the_steps_of_the_paper_reject(p: list[float], alpha: float) -> None:
    rejected = np.zeros(len(p), dtype=bool)
    for step, i in enumerate(np.argsort(p, kind="stable")):
        if p[i] * (len(p) - step) > alpha:
            break
        rejected[i] = True
    assert (holm(p) <= alpha).tolist() == rejected.tolist()


@given(
    st.lists(st.sampled_from([0.001, 0.01, 0.0125, 0.02, 0.025, 0.03, 0.05, 0.2, 1.0]), max_size=7),
    st.sampled_from([0.01, 0.05, 0.2]),
)
def test_each_p_counted_as_holm_counts_it_is_rejected_where_holm_rejects(
    p: list[float], alpha: float
) -> None:
    counted = holm_multiplicities(p, alpha)
    assert [k * value <= alpha for k, value in zip(counted, p, strict=True)] == list(holm(p) <= alpha)
    rejected = sum(holm(p) <= alpha)
    kept = {k for k, value in zip(counted, p, strict=True) if k * value > alpha}
    assert kept <= {len(p) - rejected}
    assert sorted(set(counted) - kept, reverse=True) == list(range(len(p), len(p) - rejected, -1))
