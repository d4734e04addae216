"""Test images as a source of variance: seeds and images crossed.

Trials of several seeds are tested on the same images, or on images of which they share some. What two seeds
agree on, image by image, is the images' part: with other images it would have come out otherwise, and more
seeds do not make it smaller.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from reportgen.analysis.intervals import CONFIDENCE, Interval
from reportgen.analysis.tails import satterthwaite_freedom, student_quantile

Values = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Crossed:
    """The components of variance of crossed random effects, by moments, and what they do to a mean.

    A value is mean + effect of its seed + effect of its image + what is of both alone. The components are
    variances of one effect; estimates of them may come out below zero.

    Attributes:
        mean: Of the seeds' means.
        n: How many seeds there are, or groups of seeds.
        seeds: The component of seeds.
        images: That of images: the mean covariance of two seeds over the images that both were tested on.
        both: That of what is of a seed and an image together.
        from_seeds: The variance of the mean as the seeds or groups show it: that of their means over n.
        from_images: What shared images add to it: what the seeds' own spread cannot show. At least 0.
        freedom: Of the two together, by Satterthwaite's rule.
    """

    mean: float
    n: int
    seeds: float
    images: float
    both: float
    from_seeds: float
    from_images: float
    freedom: float

    def widen(self, interval: Interval) -> Interval:
        """Return the interval for new images as well, made of one for these images.

        Its ends are moved away from the mean by the ratio of the standard errors with and without images,
        and of Student's quantiles; never towards it. So Student's interval becomes Satterthwaite's, and an
        interval of another method keeps its shape and its level.

        Args:
            interval: Of the mean, over seeds; one that is NaN stays so.
        """
        name = f"{interval.method}, images crossed"
        if self.from_images == 0 or math.isnan(interval.low):
            return interval
        total = math.sqrt(self.from_seeds + self.from_images)
        if self.from_seeds == 0:  # seeds that agree in everything leave the images alone
            reach = _quantile(self.freedom) * total
            return Interval(interval.low - reach, interval.high + reach, name)
        factor = total / math.sqrt(self.from_seeds) * _quantile(self.freedom) / _quantile(self.n - 1)
        return replace(
            interval,
            low=self.mean - max(factor, 1.0) * (self.mean - interval.low),
            high=self.mean + max(factor, 1.0) * (interval.high - self.mean),
            method=name,
        )


def crossed(
    values: Sequence[Values], images: Sequence[Places], groups: Sequence[Hashable] | None = None
) -> Crossed | None:
    """Return the components of variance of values by seed and image.

    With s2 the variance of the n seeds' means, B the component of images, m the images of a seed and o those
    that two seeds share, the variance of the mean is s2 / n + B o / m^2: what two seeds share does not show
    in s2, and all that they do not share does. With the same images for every seed (o = m) this is the usual
    estimate of a two-way crossed design, seeds + images - both (Searle, Casella & McCulloch, Variance
    Components, 1992, section 4.5; for incomplete ones Gao & Owen, Electronic Journal of Statistics 11, 2017);
    where no two seeds share an image it is s2 / n, as images are nested in seeds. An estimate of B below 0
    counts as 0, and its degrees of freedom as o - 1, which is fewer than it has.

    Args:
        values: Of each seed, one an image (m,): 1 for a right answer and 0 for a wrong one, or differences.
        images: Of each seed, which images these are (m,), by numbers that mean the same for every seed.
        groups: Of each seed, which group it belongs to; groups are of one size. Seeds of a group share more
            than the rest does, such as a search, and count as one: n is then the number of groups, and s2 the
            variance of their means. None where every seed stands for itself.

    Returns:
        The components; None for fewer than two seeds or images, or where seeds have too few in common to tell
        the images' component from.
    """
    seeds, group = np.unique(list(range(len(values)) if groups is None else groups), return_inverse=True)
    n = len(seeds)
    if n < 2 or min(len(of_seed) for of_seed in values) < 2:
        return None
    known, places = np.unique(np.concatenate(list(images)), return_inverse=True)
    there, table = np.zeros((len(values), len(known))), np.zeros((len(values), len(known)))
    ends = np.cumsum([0, *map(len, values)])
    means = np.array([of_seed.mean() for of_seed in values])
    for seed in range(len(values)):
        columns = places[ends[seed] : ends[seed + 1]]
        there[seed, columns] = 1.0
        # without the seed's mean: a covariance does not change by it, and nothing is lost to rounding
        table[seed, columns] = values[seed] - means[seed]
    shared = there @ there.T
    sums = table @ there.T
    products = table @ table.T - sums * sums.T / np.maximum(shared, 1.0)
    pairs = group[:, np.newaxis] != group
    freedom_of_pairs = np.maximum(shared[pairs] - 1, 0)
    if not freedom_of_pairs.any():
        return None if shared[pairs].any() else _nested(values, means, _by_group(means, group))
    of_images = float(products[pairs].sum() / freedom_of_pairs.sum())
    sizes = there.sum(axis=1)
    within = float(np.mean(np.diag(products) / (sizes - 1)))
    # the covariance of two seeds' means that one unit of the images' component makes
    weight = float((shared / np.outer(sizes, sizes))[pairs].mean())
    from_seeds = float(_by_group(means, group).var(ddof=1)) / n
    from_images = max(of_images, 0.0) * weight
    return Crossed(
        mean=float(means.mean()),
        n=n,
        seeds=float(means.var(ddof=1)) - within * float((1 / sizes).mean()) + of_images * weight,
        images=of_images,
        both=within - of_images,
        from_seeds=from_seeds,
        from_images=from_images,
        freedom=satterthwaite_freedom(
            from_seeds, n - 1, from_images, max(float(shared[pairs].mean()) - 1, 1.0)
        ),
    )


def differences(
    first: Sequence[Values],
    second: Sequence[Values],
    images: Sequence[Places],
    groups: Sequence[Hashable] | None = None,
) -> Crossed | None:
    """Return `crossed` of the differences of two optimizers, seed by seed and image by image.

    Args:
        first: Of each seed, the values of one optimizer (m,).
        second: Those of the other one, for the same seeds and images.
        images: Of each seed, which images these are (m,).
        groups: Of each seed, which group it belongs to; None where every seed stands for itself.
    """
    return crossed([a - b for a, b in zip(first, second, strict=True)], images, groups)


def _nested(values: Sequence[Values], means: Values, by_group: Values) -> Crossed:
    """Every group has images of its own: the spread of the means has all that varies."""
    n = len(by_group)
    within = float(np.mean([of_seed.var(ddof=1) for of_seed in values]))
    sizes = np.array([len(of_seed) for of_seed in values])
    seeds = float(means.var(ddof=1)) - within * float((1 / sizes).mean())
    from_seeds = float(by_group.var(ddof=1)) / n
    return Crossed(float(means.mean()), n, seeds, math.nan, math.nan, from_seeds, 0.0, n - 1.0)


def _by_group(means: Values, group: NDArray[np.int64]) -> Values:
    return np.array([means[group == number].mean() for number in range(int(group.max()) + 1)])


def _quantile(freedom: float) -> float:
    return float(student_quantile((1 - CONFIDENCE) / 2, freedom))
