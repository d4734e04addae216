"""Measure what reportgen's comparison promises, on made scores of which the truth is known.

python tools/simulation.py            a minute or two on one core
python tools/simulation.py --quick    a tenth of it, for tests

A score is effect of the optimizer + effect of the seed (shared, as initial weights and batches are) + noise
of the trial. Printed are rates with their 95 % intervals (Clopper & Pearson, 1934): the interval says what
the simulation itself leaves open.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from rates import Rate

from reportgen.analysis.intervals import Interval, bca_interval, t_interval
from reportgen.analysis.power import power, seeds_needed
from reportgen.analysis.sign_flip import fewest_seeds, p_value, sign_flip_interval, smallest_p
from reportgen.analysis.stepwise import adjusted, shaffer_counts
from reportgen.randomness import stream

Noise = Callable[[np.random.Generator, int, int], NDArray[np.float64]]
ALPHA = 0.05
SEED_EFFECT = 1.0

# of the bootstrap: fewer than the program's, and enough for a rate
RESAMPLES = 1_999


# ---------------------------------------------------------------- noise, (n, k) of mean zero


def normal(rng: np.random.Generator, n: int, k: int) -> NDArray[np.float64]:
    """The same normal noise for every optimizer."""
    return rng.normal(size=(n, k))


def skewed(rng: np.random.Generator, n: int, k: int) -> NDArray[np.float64]:
    """The same exponential noise for every optimizer: differences of two are symmetric all the same."""
    return rng.exponential(size=(n, k)) - 1


def unequal(rng: np.random.Generator, n: int, k: int) -> NDArray[np.float64]:
    """Normal noise, up to four times as strong for one optimizer as for another."""
    return rng.normal(size=(n, k)) * np.geomspace(0.5, 2, k)


def unequal_skewed(rng: np.random.Generator, n: int, k: int) -> NDArray[np.float64]:
    """Exponential noise of unequal strength: differences are not symmetric, which the test does not cover."""
    return skewed(rng, n, k) * np.geomspace(0.5, 2, k)


COVERED: tuple[Noise, ...] = (normal, skewed, unequal)


# ---------------------------------------------------------------- (a) no true difference


def corrected(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """The corrected p of every pair of columns of scores (n, k), as compare() computes it."""
    columns = scores.T
    p_values = [p_value(a - b) for a, b in combinations(columns, 2)]
    return adjusted(p_values, shaffer_counts(len(columns)))


def draw(rng: np.random.Generator, noise: Noise, n: int, means: Sequence[float]) -> NDArray[np.float64]:
    """A table of scores (n, k)."""
    scores: NDArray[np.float64] = (
        np.asarray(means) + SEED_EFFECT * rng.normal(size=(n, 1)) + noise(rng, n, len(means))
    )
    return scores


def false_verdicts(
    runs: int, seed: int, *, noises: Sequence[Noise] = COVERED, promised: str = "at most 5 %"
) -> Iterator[Rate]:
    """How often optimizers that are alike are told apart, by noise, optimizers k and seeds n."""
    for noise in noises:
        for k in (3, 4, 6):
            for n in (6, 10, 20):
                rng = stream(seed, f"{noise.__name__} {k} {n}")
                tables = (draw(rng, noise, n, [0.0] * k) for _ in range(runs))
                hits = sum(bool((corrected(table) <= ALPHA).any()) for table in tables)
                yield Rate(f"{noise.__name__}, {k} optimizers, {n} seeds", hits, runs, promised)


# ---------------------------------------------------------------- (b) a true difference


def powers(runs: int, seed: int) -> Iterator[Rate]:
    """How often one pair's difference is seen, against the power computed for it."""
    for pairs in (1, 3, 15):
        for n in (8, 10, 11, 12, 15, 20):
            for ratio in (0.8, 1.2, 1.8):
                level = ALPHA / pairs
                computed = power(n, ratio, level)
                if not 0.2 < computed < 0.98:
                    continue
                what = f"ratio {ratio}, {n} seeds, level .05/{pairs}"
                hits = seen(stream(seed, what), n, ratio, level, runs)
                yield Rate(what, hits, runs, f"computed {computed:.1%}")


def recommendations(runs: int, seed: int) -> Iterator[Rate]:
    """How often a difference is seen with the number of seeds recommended for it."""
    for pairs in (1, 3, 15):
        for ratio in (0.6, 0.8, 1.0, 1.3, 1.6, 2.0, 3.0):
            n = seeds_needed(ratio, ALPHA / pairs)
            if n is None:
                continue
            what = f"ratio {ratio}, {n} seeds recommended, level .05/{pairs}"
            hits = seen(stream(seed, what), n, ratio, ALPHA / pairs, runs)
            promised = "more than 80 % (least possible)" if n == fewest_seeds(ALPHA / pairs) else "about 80 %"
            yield Rate(what, hits, runs, promised)


def seen(rng: np.random.Generator, n: int, ratio: float, level: float, runs: int) -> int:
    """In how many of the runs n normal differences of this ratio have p <= level, on the right side."""
    samples = rng.normal(ratio, 1, (runs, n))
    return sum(sample.sum() > 0 and p_value(sample) <= level for sample in samples)


# ---------------------------------------------------------------- (c) intervals


def bca(values: NDArray[np.float64]) -> Interval:
    """The bootstrap interval with fewer resamples."""
    return bca_interval(values, resamples=RESAMPLES)


Sample = Callable[[np.random.Generator, int], NDArray[np.float64]]
Method = Callable[[NDArray[np.float64]], Interval]

SHAPES: dict[str, Sample] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "heavy-tailed (t, 3 df)": lambda rng, n: rng.standard_t(3, n),
    "skewed (exponential)": lambda rng, n: rng.exponential(size=n) - 1,
}
METHODS: dict[str, Method] = {"BCa": bca, "Student's t": t_interval, "sign flips": sign_flip_interval}


def coverages(runs: int, seed: int) -> Iterator[Rate]:
    """How often intervals of 95 % hold the true mean, of scores or of differences of this shape."""
    for shape, sample in SHAPES.items():
        for n in (5, 6, 10, 20):
            for name, interval in METHODS.items():
                if name == "sign flips" and smallest_p(n) > 0.05:
                    continue
                rng = stream(seed, f"{shape} {n}")  # the same samples for every method
                ends = [interval(sample(rng, n)) for _ in range(runs)]
                hits = sum(found.low <= 0 <= found.high for found in ends)
                yield Rate(f"{shape}, {n} seeds, {name}", hits, runs, "95 %")


# ---------------------------------------------------------------- the command


def sections(runs: int, seed: int) -> Iterator[tuple[str, Iterator[Rate]]]:
    """Every table under its heading."""
    yield "(a) no difference: comparisons with a false verdict", false_verdicts(runs, seed)
    yield (
        "(a) no difference of means, but of shape: beyond what the test assumes",
        false_verdicts(runs, seed, noises=(unequal_skewed,), promised="no promise"),
    )
    yield "(b) power of one pair, measured and computed", powers(runs, seed)
    yield "(b) power with the recommended number of seeds", recommendations(runs, seed)
    yield "(c) coverage of 95 % intervals", coverages(runs, seed)


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description="Measure what reportgen's comparison promises.")
    parser.add_argument("--seed", type=int, default=0, help="of all random numbers [default: 0]")
    parser.add_argument("--quick", action="store_true", help="a tenth of the simulated comparisons")
    arguments = parser.parse_args()
    runs = 100 if arguments.quick else 1_000
    print(f"seed {arguments.seed}, alpha {ALPHA}, {runs} simulated tables a line (half in one section)")
    print("rates with their 95 % intervals, and what is promised")
    for heading, rates in sections(runs, arguments.seed):
        start = time.perf_counter()
        print(f"\n{heading}")
        for rate in rates:
            print("  " + rate.line(), flush=True)
        print(f"  ({time.perf_counter() - start:.0f} s)")


if __name__ == "__main__":
    main()
