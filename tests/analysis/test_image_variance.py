"""Seeds and images crossed: against the textbook's formulas, and coverage of a known truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from reportgen.analysis.image_variance import Crossed, crossed, differences
from reportgen.analysis.intervals import NO_INTERVAL, Interval, t_interval
from reportgen.analysis.sign_flip import sign_flip_interval

Floats = NDArray[np.float64]


def drawn(rng: np.random.Generator, shape: tuple[int, int], *deviations: float) -> Floats:
    """Values (n, m) of crossed random effects, of mean 0. deviations: of seeds, of images, of both."""
    (n, m), (seeds, images, both) = shape, deviations
    return np.asarray(
        rng.normal(0, seeds, (n, 1)) + rng.normal(0, images, (1, m)) + rng.normal(0, both, (n, m))
    )


def of_table(table: Floats) -> Crossed:
    found = crossed(list(table), [np.arange(table.shape[1])] * len(table))
    assert found is not None
    return found


def test_components_are_those_of_the_analysis_of_variance() -> None:
    table = drawn(np.random.default_rng(1), (7, 40), 0.3, 1.0, 0.8)
    n, m = table.shape
    by_seed, by_image = table.mean(axis=1), table.mean(axis=0)
    of_seeds, of_images = m * by_seed.var(ddof=1), n * by_image.var(ddof=1)
    rest = table - by_seed[:, None] - by_image + table.mean()
    of_both = (rest**2).sum() / ((n - 1) * (m - 1))
    found = of_table(table)
    assert found.both == pytest.approx(of_both)
    assert found.images == pytest.approx((of_images - of_both) / n)
    assert found.seeds == pytest.approx((of_seeds - of_both) / m)
    # seeds + images - both, as textbooks have the variance of the mean
    total = (of_seeds + of_images - of_both) / (n * m)
    assert found.from_seeds + found.from_images == pytest.approx(total)
    assert found.mean == pytest.approx(table.mean())


def test_without_an_images_part_the_interval_stays() -> None:
    table = drawn(np.random.default_rng(2), (6, 30), 1.0, 0.0, 1.0)
    table -= table.mean(axis=0)  # images agree in everything: less than by chance
    found = of_table(table)
    assert found.images < 0
    interval = Interval(-1.0, 2.0, "t")
    assert found.widen(interval) == interval
    assert math.isnan(found.widen(NO_INTERVAL).low)


def test_student_s_interval_becomes_satterthwaite_s() -> None:
    table = drawn(np.random.default_rng(3), (8, 50), 0.4, 2.0, 1.0)
    found = of_table(table)
    wide = found.widen(t_interval(table.mean(axis=1)))
    error = math.sqrt(found.from_seeds + found.from_images)
    reach = stats.t.ppf(0.975, found.freedom) * error
    assert (wide.low, wide.high) == pytest.approx((found.mean - reach, found.mean + reach))
    assert 7 < found.freedom < 7 + 49


def test_seeds_that_agree_in_everything_leave_the_images() -> None:
    row = np.random.default_rng(4).integers(0, 2, 100).astype(float)
    found = of_table(np.array([row] * 5))
    mean = row.mean()
    wide = found.widen(Interval(mean, mean, "equal values"))
    error = row.std(ddof=1) / 10
    assert (wide.high - mean) == pytest.approx(stats.t.ppf(0.975, 99) * error)
    assert (mean - wide.low) == pytest.approx(wide.high - mean)


def test_images_that_no_two_seeds_share_add_nothing() -> None:
    rng = np.random.default_rng(5)
    values = list(rng.normal(size=(4, 25)))
    found = crossed(values, [np.arange(25) + 25 * seed for seed in range(4)])
    assert found is not None
    assert found.from_images == 0
    means = np.array([of_seed.mean() for of_seed in values])
    assert found.from_seeds == pytest.approx(means.var(ddof=1) / 4)


def test_the_order_of_images_and_their_numbers_say_nothing() -> None:
    rng = np.random.default_rng(6)
    pool = rng.normal(size=(5, 60))
    places = [rng.permutation(60)[:40] for _ in range(5)]
    values = [pool[seed, own] for seed, own in enumerate(places)]
    orders = [rng.permutation(40) for _ in range(5)]
    plain = crossed(values, places)
    other = crossed(
        [of_seed[order] for of_seed, order in zip(values, orders, strict=True)],
        [1000 - 7 * own[order] for own, order in zip(places, orders, strict=True)],
    )
    assert plain is not None
    assert other is not None
    assert vars(plain) == pytest.approx(vars(other))


def test_seeds_of_a_group_count_as_one() -> None:
    table = drawn(np.random.default_rng(7), (6, 30), 1.0, 1.0, 1.0)
    groups = [0, 1, 2, 0, 1, 2]
    found = crossed(list(table), [np.arange(30)] * 6, groups)
    means = np.array([(table[place] + table[place + 3]).mean() / 2 for place in range(3)])
    assert found is not None
    assert found.n == 3
    assert found.from_seeds == pytest.approx(means.var(ddof=1) / 3)


def test_too_little_gives_nothing() -> None:
    one = np.array([1.0, 0.0, 1.0])
    assert crossed([one], [np.arange(3)]) is None
    assert crossed([one[:1], one[:1]], [np.arange(1)] * 2) is None
    assert crossed([one, one], [np.arange(3), np.arange(2, 5)]) is None  # one image in common
    assert crossed([one, one], [np.arange(3)] * 2, ["a", "a"]) is None


def covered(seed: int, labs: int, *, share: float) -> tuple[float, float]:
    """How often intervals for these images and for new ones hold a true difference over seeds and images.

    share: of the pool that every seed is tested on.
    """
    rng = np.random.default_rng(seed)
    narrow = wide = 0
    n, m = 8, 60
    for _ in range(labs):
        pool = round(m / share)
        first, second = (drawn(rng, (n, pool), 0.1, 0.5, 0.5) for _ in range(2))
        places = [rng.permutation(pool)[:m] for _ in range(n)]
        values = [[table[row, own] for row, own in enumerate(places)] for table in (first, second)]
        by_seed = np.array([a.mean() - b.mean() for a, b in zip(*values, strict=True)])
        interval = sign_flip_interval(by_seed)
        found = differences(*values, places)
        assert found is not None
        new = found.widen(interval)
        narrow += interval.low <= 0 <= interval.high
        wide += new.low <= 0 <= new.high
    return narrow / labs, wide / labs


@pytest.mark.parametrize("share", [1.0, 0.5], ids=["the same images", "half of a pool"])
def test_the_interval_for_new_images_covers_what_that_for_these_does_not(share: float) -> None:
    narrow, wide = covered(8, 400, share=share)
    assert narrow < 0.9
    assert 0.92 <= wide <= 0.985
