"""Measure what is promised of verdicts over all problems, on made scores of which the truth is known.

python tools/problems_simulation.py            some minutes on one core
python tools/problems_simulation.py --quick    a tenth of it, for tests

A score is effect of the problem + effect of the optimizer there + effect of the seed (shared on a problem, as
initial weights and batches are) + noise of the trial. Where trials are lost, they are so by chance, of every
optimizer alike. Printed are rates with their 95 % intervals (Clopper & Pearson, 1934): the interval says what
the simulation itself leaves open.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rates import Rate
from scipy import stats

from reportgen.analysis.across_problems import AcrossProblems, across_problems
from reportgen.analysis.pairs import Verdict
from reportgen.randomness import stream

TOLD = (Verdict.BETTER, Verdict.WORSE)
FEW_RESAMPLES, RESAMPLES = 19, 999
NAMES = "ABCDEF"


@dataclass(frozen=True)
class Laboratory:
    """Where tables of scores come from.

    Attributes:
        problems: How many a table has.
        seeds: How many trials each optimizer has on a problem.
        optimizers: How many there are; effects are those of the first against the others.
        mean: The first optimizer's lead over the others, in standard deviations of a trial's noise.
        between: The standard deviation of that lead between problems.
        seed_effect: The standard deviation of what the trials of a seed have in common.
        lost: The share of trials that are lost.
        spread: The standard deviation of the first optimizer's noise; that of the others is 1.
        paired: Whether the table's seeds are taken as paired.
    """

    problems: int
    seeds: int
    optimizers: int = 3
    mean: float = 0.0
    between: float = 0.0
    seed_effect: float = 1.0
    lost: float = 0.0
    spread: float = 1.0
    paired: bool = True

    def leads(self, rng: np.random.Generator) -> NDArray[np.float64]:
        """The first optimizer's lead on each problem."""
        return self.mean + self.between * rng.normal(size=self.problems)

    def table(self, rng: np.random.Generator, leads: NDArray[np.float64]) -> pd.DataFrame:
        """One table, with these leads."""
        shape = (self.problems, self.optimizers, self.seeds)
        scores = rng.normal(size=shape)
        scores[:, 0] *= self.spread
        scores[:, 0] += leads[:, np.newaxis]
        scores += 3 * rng.normal(size=(self.problems, 1, 1))
        scores += self.seed_effect * rng.normal(size=(self.problems, 1, self.seeds))
        scores[rng.random(shape) < self.lost] = np.nan
        problem, optimizer, seed = (axis.ravel() for axis in np.indices(shape))
        return pd.DataFrame(
            {
                "problem": [f"p{number}" for number in problem],
                "optimizer": [NAMES[number] for number in optimizer],
                "seed": seed,
                "score": scores.ravel(),
            }
        )

    def compared(self, rng: np.random.Generator, resamples: int = FEW_RESAMPLES) -> AcrossProblems:
        """What is found of one table, the leads drawn anew."""
        return self.found(self.table(rng, self.leads(rng)), resamples)

    def found(self, table: pd.DataFrame, resamples: int = FEW_RESAMPLES) -> AcrossProblems:
        """What is found of a table."""
        across = across_problems(table, paired=self.paired, resamples=resamples)
        assert across is not None
        return across

    def __str__(self) -> str:
        """Its size, as the lines of the tables have it."""
        pairing = "paired" if self.paired else "unpaired"
        lost = f", {self.lost:.0%} lost" if self.lost else ""
        return f"{self.problems} problems, {self.seeds} seeds {pairing}{lost}"


# ---------------------------------------------------------------- no difference


def false_verdicts(runs: int, seed: int) -> Iterator[Rate]:
    """How often optimizers that are alike on every problem are told apart, by either test."""
    for laboratory in (
        Laboratory(2, 5),
        Laboratory(5, 3),
        Laboratory(5, 5),
        Laboratory(8, 5),
        Laboratory(8, 5, optimizers=6),
        Laboratory(8, 10, optimizers=2),
        Laboratory(8, 5, lost=0.2),
        Laboratory(5, 5, seed_effect=0, paired=False),
        Laboratory(8, 5, seed_effect=0, lost=0.2, paired=False),
    ):
        rng = stream(seed, f"alike {laboratory}")
        found = [laboratory.compared(rng) for _ in range(runs)]
        what = f"{laboratory.optimizers} optimizers, {laboratory}"
        yield Rate(f"{what}: these", _with_verdict(found), runs, "at most 5 %")
        if laboratory.problems >= 8:
            yield Rate(f"{what}: new", _with_verdict(found, new=True), runs, "at most 5 %")


def no_difference_on_average(runs: int, seed: int) -> Iterator[Rate]:
    """Two that differ on every problem, in either direction: no difference for new ones, one for these."""
    for problems in (8, 12, 20):
        laboratory = Laboratory(problems, 5, optimizers=2, between=1.5)
        rng = stream(seed, f"average {laboratory}")
        found = [laboratory.compared(rng) for _ in range(runs)]
        yield Rate(f"{laboratory}: new", _with_verdict(found, new=True), runs, "at most 5 %")
        yield Rate(f"{laboratory}: these", _with_verdict(found), runs, "true of these problems")


def noise_of_another_size(runs: int, seed: int) -> Iterator[Rate]:
    """Two of which neither beats the other more often, and one has three times the noise."""
    for paired in (True, False):
        for seeds in (5, 10):
            laboratory = Laboratory(
                8, seeds, optimizers=2, spread=3, seed_effect=float(paired), paired=paired
            )
            rng = stream(seed, f"noise {laboratory}")
            found = [laboratory.compared(rng) for _ in range(runs)]
            yield Rate(f"{laboratory}: these", _with_verdict(found), runs, "no promise")


# ---------------------------------------------------------------- a difference


def powers(runs: int, seed: int) -> Iterator[Rate]:
    """How often the first of three is told from the others, by either test."""
    for problems, seeds in ((5, 5), (8, 5), (8, 10), (20, 5)):
        for mean in (0.5, 1.0):
            laboratory = Laboratory(problems, seeds, mean=mean, between=0.5)
            rng = stream(seed, f"power {laboratory} {mean}")
            found = [laboratory.compared(rng) for _ in range(runs)]
            what = f"lead {mean} ± 0.5, {laboratory}"
            yield Rate(f"{what}: these", _told(found), runs, "")
            if problems >= 8:
                yield Rate(f"{what}: new", _told(found, new=True), runs, "")


# ---------------------------------------------------------------- intervals


def coverages(runs: int, seed: int) -> Iterator[Rate]:
    """How often the interval of 95 % holds the probability on these problems."""
    for problems, seeds in ((2, 5), (5, 3), (5, 5), (8, 5), (8, 10)):
        for mean, between in ((0.0, 0.0), (0.0, 2.0), (1.0, 1.0), (2.0, 1.0)):
            for laboratory in (
                Laboratory(problems, seeds, optimizers=2, mean=mean, between=between),
                Laboratory(
                    problems, seeds, optimizers=2, mean=mean, between=between, seed_effect=0, paired=False
                ),
            ):
                # the same problems in every table: it is they that the interval is about
                leads = mean + between * stats.norm.ppf((np.arange(problems) + 0.5) / problems)
                truth = _probability(laboratory, leads)
                rng = stream(seed, f"coverage {laboratory} {mean} {between}")
                hits = without = 0
                for _ in range(runs):
                    pair = laboratory.found(laboratory.table(rng, leads), RESAMPLES).pair("A", "B")
                    without += bool(np.isnan(pair.low_alone))
                    hits += bool(pair.low_alone <= truth <= pair.high_alone)
                if runs > without:
                    yield Rate(f"P = {truth:.2f}, {laboratory}", hits, runs - without, "95 %")


def _probability(laboratory: Laboratory, leads: NDArray[np.float64]) -> float:
    """That a trial of the first is better than one of another, of any seeds, over the problems.

    Of two trials of the same seed, one pair in n, the seed's effect cancels; it is in the other pairs.
    """
    noise = laboratory.spread**2 + 1
    alike, apart = (
        float(stats.norm.cdf(leads / np.sqrt(noise + 2 * effect**2)).mean())
        for effect in (0.0, laboratory.seed_effect)
    )
    if not laboratory.paired:
        return apart
    return alike / laboratory.seeds + apart * (1 - 1 / laboratory.seeds)


# ---------------------------------------------------------------- counting


def _with_verdict(found: list[AcrossProblems], *, new: bool = False) -> int:
    """In how many tables any pair has a verdict."""
    return sum(any((p.verdict_new if new else p.verdict) in TOLD for p in across.pairs) for across in found)


def _told(found: list[AcrossProblems], *, new: bool = False) -> int:
    """In how many tables the first is told to be better than the second."""
    pairs = [across.pair("A", "B") for across in found]
    return sum((pair.verdict_new if new else pair.verdict) is Verdict.BETTER for pair in pairs)


def sections(runs: int, seed: int) -> Iterator[tuple[str, Iterator[Rate]]]:
    """Every table under its heading."""
    yield "(a) alike on every problem: tables with a false verdict", false_verdicts(runs, seed)
    yield "(a) alike on average over problems alone", no_difference_on_average(runs, seed)
    yield "(a) alike but for the size of the noise: beyond what is assumed", noise_of_another_size(runs, seed)
    yield "(b) power for one of three", powers(runs, seed)
    yield "(c) coverage of the interval of 95 %, where there is one", coverages(runs, seed)


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0, help="of all random numbers [default: 0]")
    parser.add_argument("--quick", action="store_true", help="a tenth of the simulated tables")
    arguments = parser.parse_args()
    runs = 40 if arguments.quick else 400
    print(
        f"seed {arguments.seed}, alpha 0.05, {runs} simulated tables a line; these: on these problems, with"
    )
    print("new seeds; new: on new problems. Rates with their 95 % intervals, and what is promised")
    for heading, rates in sections(runs, arguments.seed):
        start = time.perf_counter()
        print(f"\n{heading}")
        for rate in rates:
            print("  " + rate.line(), flush=True)
        print(f"  ({time.perf_counter() - start:.0f} s)")


if __name__ == "__main__":
    main()
