"""Measure what the any-time comparison promises, on made learning curves of which the truth is known.

python tools/any_time_simulation.py            some minutes on one core
python tools/any_time_simulation.py --quick    a tenth of the tables, for tests

A curve is level * (1 - exp(-rate * epoch)) + noise. Level and rate differ from seed to seed, the rate in part
alike for all optimizers of a seed, as initial weights and batches are. The truth is the mean of 20,000 such
curves. Printed is how often all intervals of a table hold it together, with the interval of Clopper & Pearson
(1934), which says what the simulation itself leaves open.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rates import Rate

from reportgen.analysis.any_time.exchange_rate import exchange_rates, first_crossing
from reportgen.analysis.any_time.runtime_profiles import (
    profile_differences,
    profile_targets,
    reached_shares,
    runtime_profiles,
)
from reportgen.analysis.any_time.trial_curves import ProblemCurves, TrialCurves
from reportgen.randomness import stream

TABLES = 1_000
EPOCHS = np.arange(1.0, 31.0)
MANY = 20_000
IN_PROFILE = 2_000
"""So many of them are enough for the truth of a profile, whose targets are another in every table."""


@dataclass(frozen=True)
class Laboratory:
    """Where curves come from.

    Attributes:
        what: Describes it in a line.
        rates: The mean rate of each optimizer.
        spread: Of the logarithm of a trial's own rate, by optimizer.
        skewed: Whether that is drawn from an exponential distribution instead of a normal one.
        paired: Whether trials of one seed share a part of their rate.
    """

    what: str
    rates: Sequence[float]
    spread: Sequence[float]
    skewed: bool = False
    paired: bool = True

    def draw(self, n: int, rng: np.random.Generator) -> ProblemCurves:
        """Curves of n seeds."""
        of_seed = 0.1 * rng.normal(size=(n, 1))
        trials = {}
        for index, (rate, spread) in enumerate(zip(self.rates, self.spread, strict=True)):
            if not self.paired:
                of_seed = 0.1 * rng.normal(size=(n, 1))
            own = rng.exponential(size=(n, 1)) - 1 if self.skewed else rng.normal(size=(n, 1))
            level = 0.7 + 0.02 * rng.normal(size=(n, 1))
            curves = level * (1 - np.exp(-rate * np.exp(spread * own + of_seed) * EPOCHS))
            curves = curves + 0.01 * rng.normal(size=curves.shape)
            best = np.maximum.accumulate(curves, axis=1)
            trials[f"O{index}"] = TrialCurves(tuple(range(n)), curves, best, np.zeros(n, dtype=bool))
        return ProblemCurves("p", True, self.paired, EPOCHS, EPOCHS[-1], trials)

    @cached_property
    def truth(self) -> ProblemCurves:
        """So many curves that their means are as good as true."""
        return self.draw(MANY, stream(1, self.what))

    @cached_property
    def few_of_truth(self) -> ProblemCurves:
        """Some of them."""
        return self.draw(IN_PROFILE, stream(2, self.what))

    @cached_property
    def leads(self) -> dict[tuple[str, str], float]:
        """The true lead of the first of each pair."""
        means = {name: trials.scores.mean(axis=0) for name, trials in self.truth.trials.items()}
        leads = {}
        for first, second in self.truth.pairs:
            better, worse = (first, second) if means[first][-1] >= means[second][-1] else (second, first)
            lead = EPOCHS[-1] - first_crossing(EPOCHS, means[better], means[worse][-1])
            leads[first, second] = lead if better == first else -lead
        return leads


LABORATORIES = (
    Laboratory("three optimizers", (0.15, 0.18, 0.21), (0.15, 0.15, 0.15)),
    Laboratory("three, skewed", (0.15, 0.18, 0.21), (0.15, 0.15, 0.15), skewed=True),
    Laboratory("three alike", (0.15, 0.15, 0.15), (0.15, 0.15, 0.15)),
    Laboratory("five, one of them unsteady", (0.15, 0.18, 0.21, 0.24, 0.27), (0.15, 0.15, 0.15, 0.15, 0.6)),
    Laboratory("three, unpaired", (0.15, 0.18, 0.21), (0.15, 0.15, 0.15), paired=False),
)
SEEDS = (8, 10, 20)


def bands_hold(laboratory: Laboratory, curves: ProblemCurves) -> tuple[bool, bool]:
    """Whether all bands of profiles, and all of their differences, hold the truth at every epoch."""
    targets = profile_targets(curves)
    true = {
        name: shares.mean(axis=0) for name, shares in reached_shares(laboratory.few_of_truth, targets).items()
    }
    profiles = runtime_profiles(curves, targets)
    of_profiles = _inside(profiles, np.concatenate([true[name] for name in curves.optimizers]))
    differences = profile_differences(curves, targets)
    gaps = np.concatenate([true[first] - true[second] for first, second in curves.pairs])
    return of_profiles, _inside(differences, gaps)


def _inside(table: pd.DataFrame, true: NDArray[np.float64]) -> bool:
    return bool(((table["low"].to_numpy() <= true) & (true <= table["high"].to_numpy())).all())


def leads_hold(laboratory: Laboratory, curves: ProblemCurves) -> bool | None:
    """Whether all intervals of leads hold the truth; None where so few seeds give none."""
    for (first, second), lead in zip(curves.pairs, exchange_rates(curves), strict=True):
        if math.isnan(lead.low):
            return None
        seen = lead if (lead.first, lead.second) == (first, second) else lead.mirrored()
        if not seen.low <= laboratory.leads[first, second] <= seen.high:
            return False
    return True


KINDS = ("profiles", "differences", "exchange rates")


def coverage(laboratory: Laboratory, n: int, tables: int, seed: int) -> dict[str, int | None]:
    """In how many tables of n seeds the intervals of each of KINDS hold; None where there are none."""
    rng = stream(seed, f"{laboratory.what} {n}")
    hits: dict[str, int | None] = dict.fromkeys(KINDS, 0)
    for _ in range(tables):
        curves = laboratory.draw(n, rng)
        held = (*bands_hold(laboratory, curves), leads_hold(laboratory, curves))
        for kind, hit in zip(KINDS, held, strict=True):
            count = hits[kind]
            hits[kind] = None if hit is None or count is None else count + hit
    return hits


def lines(tables: int, seed: int) -> Iterator[str]:
    """A line for each laboratory, number of seeds and kind of interval."""
    for laboratory in LABORATORIES:
        for n in SEEDS:
            for kind, count in coverage(laboratory, n, tables, seed).items():
                name = f"{laboratory.what}, {n} seeds: {kind}"
                if count is None:
                    yield f"{name:<60} too few seeds for any"
                    continue
                yield Rate(name, count, tables, "").line(60).rstrip()


def main() -> None:
    """Print the rates."""
    parser = argparse.ArgumentParser(description="Measure what the any-time comparison promises.")
    parser.add_argument("--seed", type=int, default=0, help="of all random numbers [default: 0]")
    parser.add_argument("--quick", action="store_true", help="a tenth of the simulated tables")
    arguments = parser.parse_args()
    tables = TABLES // 10 if arguments.quick else TABLES
    print(
        f"seed {arguments.seed}, {tables} tables a line; promised: 95 % for all intervals of a table at once"
    )
    for line in lines(tables, arguments.seed):
        print(line, flush=True)


if __name__ == "__main__":
    main()
