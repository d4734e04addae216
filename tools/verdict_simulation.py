"""Measure what the verdicts of a margin, of a change and of several looks promise, on made scores.

python tools/verdict_simulation.py               some ten minutes on one core
python tools/verdict_simulation.py --runs 200    half of it

Everything goes through reportgen's own comparison. Printed are rates with their 95 % intervals (Clopper &
Pearson, 1934), and what was promised of them.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rates import Rate

from reportgen.analysis.comparison import compare
from reportgen.analysis.looks import level_of_look
from reportgen.analysis.pairs import SEPARATED, Verdict
from reportgen.analysis.stepwise import adjusted, holm_counts, shaffer_counts
from reportgen.analysis.tuning_changes import changes
from reportgen.randomness import stream

RUNS = 400
NAMES = "ABCDEF"


def table(scores: NDArray[np.float64]) -> pd.DataFrame:
    """Scores (n, k) of k optimizers with n seeds as a table."""
    n, k = scores.shape
    return pd.DataFrame(
        {
            "problem": "p",
            "optimizer": [NAMES[column] for column in range(k) for _ in range(n)],
            "seed": np.tile(np.arange(n), k),
            "score": scores.T.ravel(),
        }
    )


def draw(
    rng: np.random.Generator, n: int, means: Sequence[float], *, paired: bool = True
) -> NDArray[np.float64]:
    """A table of scores (n, k) whose differences of a pair have the standard deviation 1.

    paired: whether seeds have something in common besides.
    """
    noise = rng.normal(size=(n, len(means))) / np.sqrt(2)
    scores: NDArray[np.float64] = np.asarray(means) + paired * rng.normal(size=(n, 1)) + noise
    return scores


def practically_the_same(runs: int, seed: int) -> Iterator[Rate]:
    """How often pairs are called the same that differ by the margin, and pairs that do not differ."""
    for paired in (True, False):
        kind = "paired" if paired else "unpaired"
        for n in (8, 10, 20):
            for means, what, promised in (
                ([0.0, 1.0], "two that differ by the margin", "at most 5 %"),
                ([0.0, 1.0, -1.0], "any pair of three that differ by it or more", "at most 5 %"),
                ([0.0, 0.0], "two that are alike, margin = deviation", ""),
            ):
                rng = stream(seed, f"same {kind} {n} {what}")
                hits = 0
                for _ in range(runs):
                    scores = draw(rng, n, means, paired=paired)
                    found = compare(table(scores), margin=1.0, paired=paired)
                    hits += any(pair.within_margin for pair in found.pairs)
                yield Rate(f"{kind}, {n} seeds, {what}", hits, runs, promised)


def corrections(runs: int, seed: int) -> Iterator[Rate]:
    """False verdicts of any kind, and what Shaffer's procedure sees that Holm's misses."""
    for n in (8, 10, 12):
        rng = stream(seed, f"alike {n}")
        hits = sum(
            any(pair.verdict in SEPARATED for pair in compare(table(draw(rng, n, [0.0] * 3))).pairs)
            for _ in range(runs)
        )
        yield Rate(f"three alike, {n} seeds: any is told apart", hits, runs, "at most 5 %")
    for n in (8, 10):
        rng = stream(seed, f"two of three {n}")
        tables = [compare(table(draw(rng, n, [1.5, 0.0, 0.0]))) for _ in range(runs)]
        for name, counts in (("Holm", holm_counts(3)), ("Shaffer", shaffer_counts(3))):
            both = 0
            for found in tables:
                corrected = adjusted([pair.p for pair in found.pairs], counts)
                true = ["A" in (pair.first, pair.second) for pair in found.pairs]
                both += all(p <= 0.05 for p, is_true in zip(corrected, true, strict=True) if is_true)
            yield Rate(f"one of three better, {n} seeds: both pairs seen, {name}", both, runs, "")


def of_a_change(runs: int, seed: int) -> Iterator[Rate]:
    """How often a change is told where the means are the same before and after."""
    for n in (8, 10):
        for ratio in (0.0, 1.1, 2.0):
            rng = stream(seed, f"change {n} {ratio}")
            tested = inferred = 0
            for _ in range(runs):
                means = [ratio, 0.0, 0.0]
                before, after = (table(draw(rng, n, means)) for _ in range(2))
                changed = changes(before, after)
                assert changed is not None
                tested += any(pair.verdict in SEPARATED for pair in changed.pairs)
                winners = [compare(scores).standings[0].winner for scores in (before, after)]
                inferred += winners[0] != winners[1]
            what = f"{n} seeds, the same means before and after, ratio {ratio}"
            yield Rate(f"{what}: test of the change", tested, runs, "at most 5 %")
            yield Rate(f"{what}: best before, not after", inferred, runs, "not said")


def looks(runs: int, seed: int) -> Iterator[Rate]:
    """How often one who adds seeds until a verdict comes is misled, of three that are alike."""
    for sizes in ((8, 16, 24, 40), (8, 20, 50, 100)):
        rng = stream(seed, f"looks {sizes}")
        paid = unpaid = 0
        for _ in range(runs):
            scores = draw(rng, sizes[-1], [0.0] * 3)
            found = [
                compare(table(scores[:n]), alpha=level_of_look(number)).pairs
                for number, n in enumerate(sizes, start=1)
            ]
            paid += any(pair.verdict in SEPARATED for pairs in found for pair in pairs)
            unpaid += any(min(pair.p_corrected for pair in pairs) <= 0.05 for pairs in found)
        what = f"looks at {', '.join(map(str, sizes))} seeds"
        yield Rate(f"{what}, paid for", paid, runs, "at most 5.5 %")
        yield Rate(f"{what}, each at 5 %", unpaid, runs, "not done")


def lost_scores(runs: int, seed: int) -> Iterator[Rate]:
    """Pairs of which trials are lost at random, and one that is lost more often."""
    for n in (10, 20):
        for share, other, promised in ((0.2, 0.2, "at most 5 %"), (0.6, 0.0, "")):
            rng = stream(seed, f"lost {n} {share} {other}")
            hits = 0
            for _ in range(runs):
                scores = draw(rng, n, [0.0, 0.0])
                scores[rng.random(scores.shape) < np.array([share, other])] = np.nan
                (pair,) = compare(table(scores)).pairs
                hits += pair.verdict in SEPARATED
            what = f"{n} seeds, {share:.0%} and {other:.0%} of the trials lost: told apart"
            yield Rate(what, hits, runs, promised)


def sections(runs: int, seed: int) -> Iterator[tuple[str, Iterator[Rate]]]:
    """Every table under its heading."""
    yield f'"{Verdict.SAME}" at a margin', practically_the_same(runs, seed)
    yield "corrections for several pairs", corrections(runs, seed)
    yield "a change between two comparisons", of_a_change(runs // 2, seed)
    yield "several looks", looks(runs // 4, seed)
    yield "trials without a score", lost_scores(runs, seed)


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=0, help="of all random numbers [default: 0]")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"simulated tables a line [default: {RUNS}]")
    arguments = parser.parse_args()
    started = time.process_time()
    for heading, rates in sections(arguments.runs, arguments.seed):
        print(f"\n{heading}", flush=True)
        for rate in rates:
            print(rate.line(), flush=True)
    print(f"\n{time.process_time() - started:.0f} s of processor time")


if __name__ == "__main__":
    main()
