"""The power of the sign-flip test, and how many seeds it needs to see a difference."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import special

from reportgen.analysis.intervals import welch_error
from reportgen.analysis.sign_flip import fewest_seeds
from reportgen.analysis.tails import student_quantile

POWER = 0.80
MOST_SEEDS = 1000
SIMULATED_UP_TO = 12
SIMULATIONS = 2000


def power(n: int, ratio: float, level: float) -> float:
    """Return the chance that n differences give p <= level, and on the right side.

    Up to SIMULATED_UP_TO seeds the test itself is run on SIMULATIONS tables drawn once and for all; beyond,
    where t and the sign-flip test hardly differ, it is Student's noncentral t at the level that the sign-flip
    test really has, a multiple of 2 / 2^n. `tools/simulation.py` measures what this is worth.

    Args:
        n: How many differences there are, one a seed.
        ratio: The true mean difference over the standard deviation of the differences (Cohen's d_z), taken as
            positive; the differences are taken as normal.
        level: The largest p that rejects.
    """
    if n < fewest_seeds(level):
        return 0.0
    ratio = abs(ratio)
    if math.isinf(ratio):
        return 1.0
    if n <= SIMULATED_UP_TO:
        return _simulated(n, ratio, level)
    return float(_noncentral_t(np.array([n]), ratio, level)[0])


@cache
def seeds_needed(ratio: float, level: float, wanted: float = POWER) -> int | None:
    """Return the least number of seeds with this power; None if it is more than MOST_SEEDS.

    Never less than the least at which the test can reach the level at all.

    Args:
        ratio: The mean difference over the standard deviation of the differences (Cohen's d_z).
        level: The largest p that rejects.
        wanted: The power, between 0 and 1.
    """
    fewest = fewest_seeds(level)
    if math.isinf(ratio):
        return fewest
    seeds = np.arange(fewest, MOST_SEEDS + 1)
    promised = _noncentral_t(seeds, abs(ratio), level)
    # t promises a little too much for few seeds, never much too little: the simulation has the last word
    for n, chance in zip(seeds.tolist(), promised.tolist(), strict=True):
        if chance >= wanted - 0.05 and power(n, ratio, level) >= wanted:
            return int(n)
    return None


@cache
def detectable_ratio(n: int, level: float, wanted: float = POWER) -> float:
    """Return the ratio that n differences show with this power; NaN where they can show none.

    Args:
        n: How many differences there are, one a seed.
        level: The largest p that rejects.
        wanted: The power, between 0 and 1.
    """
    if n < fewest_seeds(level):
        return math.nan
    low, high = 0.0, 1.0
    while power(n, high, level) < wanted:
        low, high = high, 2 * high
    while high - low > 0.005 * high:
        middle = (low + high) / 2
        if power(n, middle, level) < wanted:
            low = middle
        else:
            high = middle
    return high


def detectable_shift(first: NDArray[np.float64], second: NDArray[np.float64], level: float) -> float:
    """Return the difference of two means that unpaired scores show with the power POWER.

    By Student's t with Welch's degrees of freedom, near which the permutation test is. NaN where neither
    sample spreads.

    Args:
        first: The scores of the one (n,), n >= 2.
        second: The scores of the other (m,), m >= 2.
        level: The largest p that rejects.
    """
    error, freedom = welch_error(first, second)
    if not error:
        return math.nan
    return float(error * (student_quantile(level / 2, freedom) + student_quantile(1 - POWER, freedom)))


def effect_ratio(differences: NDArray[np.float64]) -> float:
    """Return the mean over the standard deviation of differences (n,), n >= 2.

    It is infinite if they are equal and not zero.
    """
    scale = float(np.abs(differences).max())
    if scale == 0:
        return 0.0
    scaled = differences / scale
    mean, deviation = float(scaled.mean()), float(scaled.std(ddof=1))
    # equal differences leave a deviation of a few units in the last place
    return mean / deviation if deviation > 1e-12 else math.copysign(math.inf, mean)


def _noncentral_t(n: NDArray[np.int_], ratio: float, level: float) -> NDArray[np.float64]:
    steps = np.exp2(np.minimum(n - 1, 52))
    reached = np.maximum(np.floor(level * steps), 1) / steps
    threshold = student_quantile(reached / 2, n - 1)
    powers = 1 - special.nctdtr(n - 1, ratio * np.sqrt(n), threshold)
    # far from the threshold the series of nctdtr gives up, where the power is 1 (or 0) to all digits
    clear = ratio * np.sqrt(n) > threshold
    chances: NDArray[np.float64] = np.where(np.isfinite(powers), powers, clear.astype(float))
    return chances


def _simulated(n: int, ratio: float, level: float) -> float:
    noise, flips = _noise(n), _half_of_flips(n)
    samples = noise + ratio
    observed = samples.sum(axis=1)
    # with its twin of all signs turned, each of these flips stands for two of the 2^n
    reached = np.abs(samples @ flips.T) >= np.abs(observed)[:, np.newaxis] * (1 - 1e-12)
    return float(((reached.mean(axis=1) <= level) & (observed > 0)).mean())


@cache
def _noise(n: int) -> NDArray[np.float64]:
    return np.random.default_rng(n).standard_normal((SIMULATIONS, n))


@cache
def _half_of_flips(n: int) -> NDArray[np.float64]:
    bits = np.arange(2 ** (n - 1))[:, np.newaxis] >> np.arange(n) & 1
    return np.where(bits, -1.0, 1.0)
