"""Bands hold all true curves at all epochs at once, as often as promised; simulated."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from reportgen.analysis.any_time.bands import reach_of_means, sign_matrix

Draw = Callable[[np.random.Generator, int, int], NDArray[np.float64]]


def walks(rng: np.random.Generator, n: int, m: int) -> NDArray[np.float64]:
    """Noise of which neighbouring epochs share much."""
    return rng.normal(size=(n, m)).cumsum(axis=1) / np.sqrt(m)


def skewed(rng: np.random.Generator, n: int, m: int) -> NDArray[np.float64]:
    """One exponential number a trial, which matters the more the later."""
    return (rng.exponential(size=(n, 1)) - 1) * np.linspace(0, 1, m)


def covered(draw: Draw, *, n: int, shared: bool, runs: int) -> tuple[int, int]:
    """How often all bands of three means, and of their three differences, hold 0 everywhere."""
    rng = np.random.default_rng(n)
    pairs = [("A", "B"), ("A", "C"), ("B", "C")]
    hits = [0, 0]
    for _ in range(runs):
        of_seed = draw(rng, n, 12)
        samples = {
            name: draw(rng, n, 12) * scale + (of_seed if shared else 0.0)
            for name, scale in zip("ABC", (1, 1, 3), strict=True)
        }
        means = {name: curves.mean(axis=0) for name, curves in samples.items()}
        for kind, contrasts in enumerate(([(name,) for name in samples], pairs)):
            reach = reach_of_means(samples, contrasts, shared=shared, alpha=0.05)
            assert reach is not None
            farthest = [
                np.abs(means[contrast[0]] - (means[contrast[1]] if len(contrast) > 1 else 0.0)).max()
                for contrast in contrasts
            ]
            hits[kind] += bool((farthest <= reach).all())
    return hits[0], hits[1]


@pytest.mark.parametrize(
    ("draw", "n", "shared"),
    [(walks, 6, True), (walks, 10, True), (skewed, 10, True), (walks, 10, False), (walks, 16, True)],
)
def test_all_bands_hold_together_in_95_of_100_tables(draw: Draw, n: int, shared: bool) -> None:
    runs = 200
    for hits in covered(draw, n=n, shared=shared, runs=runs):
        # what 95 % make unlikely, to either side: too narrow, or so wide that it says nothing
        assert stats.binom.cdf(hits, runs, 0.95) > 0.002
        assert stats.binom.sf(hits - 1, runs, 0.95) > 0.0001


def test_one_point_is_the_interval_of_students_t() -> None:
    """Flips of many normal seeds at one epoch are Student's t."""
    rng = np.random.default_rng(0)
    values = rng.normal(size=(20, 1))
    reach = reach_of_means({"A": values}, [("A",)], shared=True, alpha=0.05)
    assert reach is not None
    expected = stats.t.isf(0.025, 19) * values.std(ddof=1) / np.sqrt(20)
    assert reach[0] == pytest.approx(expected, rel=0.06)


def test_too_few_seeds_have_no_bands() -> None:
    curves = np.random.default_rng(0).normal(size=(6, 4))
    assert reach_of_means({"A": curves[:5]}, [("A",)], shared=True, alpha=0.05) is None
    assert reach_of_means({"A": curves}, [("A",)], shared=True, alpha=0.05) is not None
    assert reach_of_means({"A": curves}, [], shared=True, alpha=0.05) is None


def test_curves_that_all_agree_have_a_band_of_no_width() -> None:
    curves = np.tile(np.linspace(0, 1, 5), (8, 1))
    reach = reach_of_means({"A": curves, "B": curves}, [("A", "B")], shared=True, alpha=0.05)
    assert reach is not None
    assert reach.tolist() == [0.0]


def test_a_seed_in_another_row_changes_little_and_a_constant_nothing() -> None:
    curves = np.random.default_rng(0).normal(size=(9, 4))
    given, moved = (
        reach_of_means({"A": values}, [("A",)], shared=True, alpha=0.05) for values in (curves, curves + 7)
    )
    turned = reach_of_means({"A": curves[::-1]}, [("A",)], shared=True, alpha=0.05)
    assert np.allclose(given, moved)  # type: ignore[arg-type]
    assert np.allclose(given, turned)  # type: ignore[arg-type]


def test_flips_are_all_there_are_up_to_a_common_sign_or_random_ones() -> None:
    signs = sign_matrix(4)
    assert len({tuple(row * row[-1]) for row in signs}) == len(signs) == 8
    many = sign_matrix(30)
    assert (many[0] == 1).all()
    assert abs(many[1:].mean()) < 0.01
    assert not np.array_equal(sign_matrix(30, purpose="A"), sign_matrix(30, purpose="B"))
