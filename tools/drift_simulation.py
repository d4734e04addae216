"""Measure what reportgen's drift verdicts promise, on made reruns of which the truth is known.

python tools/drift_simulation.py             some minutes on one core
python tools/drift_simulation.py --quick     a fifth of it, for tests
python tools/drift_simulation.py RUN_DIR     with the noise of this run instead of the homework's
python tools/drift_simulation.py RUN RERUN   with the noise that a run and its rerun show, seed by seed

A rerun's score is mean of the headline + effect of the seed + noise of the rerun. The noise is taken as large
as the spread between seeds, as if a rerun had nothing in common with the runs before: reruns on one machine
with one version of everything are bit for bit the same, so what other versions or machines do lies between.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from reportgen.analysis.drift import drift, worse
from reportgen.randomness import stream
from reportgen.runs import store
from reportgen.runs.history import BASELINE, LATEST, RECENT, scores_of

Headline = tuple[str, str]
Means = Mapping[Headline, float]
DROP = 0.01
RERUNS = 200
SEEDS = 10

HOMEWORK: dict[Headline, float] = {
    ("comparison", "SGD"): 0.0048,
    ("comparison", "SGD_Momentum"): 0.0057,
    ("comparison", "Adam"): 0.0055,
    ("equally tuned", "SGD"): 0.0048,
    ("equally tuned", "SGD_Momentum"): 0.0093,
    ("equally tuned", "Adam"): 0.0118,
    ("tuned", "SGD"): 0.0083,
}
"""The standard deviation of the test accuracy between seeds, of experiments/homework.toml on CIFAR-10."""


def spread_of(folder: Path) -> dict[Headline, float]:
    """The standard deviation between seeds of every headline of a run."""
    scores = scores_of(store.read(folder).results)
    return {
        (str(stage), str(setup)): float(of_setup["score"].std(ddof=1))
        for (stage, setup), of_setup in scores.groupby(["stage", "setup"], sort=False)
        if of_setup["score"].notna().sum() > 1
    }


def noise_between(first: Path, second: Path) -> dict[Headline, float]:
    """The standard deviation of a rerun's own noise, by every headline that both runs have.

    Of two runs with the same seeds the differences have twice its variance.
    """
    both = scores_of(store.read(first).results).merge(
        scores_of(store.read(second).results), on=["stage", "setup", "seed"]
    )
    return {
        (str(stage), str(setup)): float((rows["score_x"] - rows["score_y"]).std(ddof=1) / np.sqrt(2))
        for (stage, setup), rows in both.groupby(["stage", "setup"], sort=False)
        if len(rows) > 1
    }


def rerun(noise: Means, drop: Means, rng: np.random.Generator) -> pd.DataFrame:
    """The scores of one rerun. What seeds have in common cancels, so it is left out."""
    return pd.DataFrame(
        [
            (stage, setup, seed, 0.4 - drop.get((stage, setup), 0.0) + rng.normal(0, spread))
            for (stage, setup), spread in noise.items()
            for seed in range(SEEDS)
        ],
        columns=["stage", "setup", "seed", "score"],
    )


def alarms(noise: Means, drop: Means, reruns: int, rng: np.random.Generator) -> int:
    """How many of so many reruns raise an alarm, each held against one baseline and the runs before it.

    The runs before are without a drop: it is the newest one that has it.
    """
    baseline = rerun(noise, {}, rng)
    before = [rerun(noise, {}, rng) for _ in range(RECENT)]
    found = 0
    for _ in range(reruns):
        now = rerun(noise, drop, rng)
        table = drift(now, {BASELINE: [baseline], LATEST: before})
        found += len(worse(table)) > 0
        before = [*before[1:], rerun(noise, {}, rng) if drop else now]
    return found


def line(what: str, hits: int, runs: int, promised: str) -> str:
    """A rate in percent with its 95 % interval (Clopper & Pearson, 1934) and what was promised."""
    ends = stats.binomtest(hits, runs).proportion_ci(0.95)
    return f"{what:<58} {hits / runs:7.1%}  [{ends.low:6.1%}, {ends.high:6.1%}]   {promised}"


def main() -> None:
    """Print the rates."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("runs", nargs="*", type=Path, help="a run's folder, and that of its rerun")
    parser.add_argument("--quick", action="store_true", help="a fifth of the reruns")
    asked = parser.parse_args()
    match asked.runs:
        case []:
            noise = HOMEWORK
        case [run]:
            noise = spread_of(run)
        case [run, again]:
            noise = noise_between(run, again)
        case _:
            parser.error("name one run, or two")
    sequences = 1 if asked.quick else 5
    print(f"{SEEDS} seeds, {len(noise)} headlines, noise between {min(noise.values()):.2%} and "
          f"{max(noise.values()):.2%}; {sequences} x {RERUNS} reruns a line\n")  # fmt: skip
    tuned = next(reversed(list(noise)))
    for what, drop, promised in (
        ("false alarms, nothing has changed", {}, "at most 5 %"),
        (f"found, every headline {DROP:.0%} lower", dict.fromkeys(noise, DROP), "at least 90 %"),
        (f"found, {' '.join(tuned)} alone {DROP:.0%} lower", {tuned: DROP}, "at least 90 %"),
        (f"found, every headline {DROP / 2:.1%} lower", dict.fromkeys(noise, DROP / 2), ""),
    ):
        rng = stream(0, what)
        hits = sum(alarms(noise, drop, RERUNS, rng) for _ in range(sequences))
        print(line(what, hits, sequences * RERUNS, promised), flush=True)


if __name__ == "__main__":
    main()
