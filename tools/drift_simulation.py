"""Measure what reportgen's drift verdicts promise, on made reruns of which the truth is known.

python tools/drift_simulation.py             some minutes on one core
python tools/drift_simulation.py --quick     a fifth of the baselines, for tests
python tools/drift_simulation.py RUN_DIR     with the noise of this run instead of the homework's
python tools/drift_simulation.py RUN RERUN   with the noise that a run and its rerun show, seed by seed

A rerun's score is mean of the headline + effect of the seed + noise of the rerun. The noise is taken as large
as the spread between seeds, as if a rerun had nothing in common with the runs before: reruns on one machine
with one version of everything are bit for bit the same, so what other versions or machines do lies between.

Reruns that are held against the same baseline are not independent: a lucky baseline raises alarms again and
again. So the baselines are what is drawn at random, many of them with a few reruns each: the interval of the
rate counts baselines, and how much the rate differs between them is printed beside it.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from reportgen.analysis.drift import drift, worse
from reportgen.experiment.stages import COMPARISON, EQUALLY_TUNED, TUNED
from reportgen.randomness import stream
from reportgen.records import run_folder
from reportgen.records.history import BASELINE, LATEST, RECENT, scores_of

Headline = tuple[str, str]
Means = Mapping[Headline, float]
DROP = 0.01
BASELINES = 200
RERUNS = 5
SEEDS = 10

HOMEWORK: dict[Headline, float] = {
    (COMPARISON, "SGD"): 0.0048,
    (COMPARISON, "SGD_Momentum"): 0.0057,
    (COMPARISON, "Adam"): 0.0055,
    (EQUALLY_TUNED, "SGD"): 0.0048,
    (EQUALLY_TUNED, "SGD_Momentum"): 0.0093,
    (EQUALLY_TUNED, "Adam"): 0.0118,
    (TUNED, "SGD"): 0.0083,
}
"""The standard deviation of the test accuracy between seeds, of experiments/homework.toml on CIFAR-10."""


def spread_of(folder: Path) -> dict[Headline, float]:
    """The standard deviation between seeds of every headline of a run."""
    scores = scores_of(run_folder.read(folder).results)
    return {
        (str(stage), str(setup)): float(of_setup["score"].std(ddof=1))
        for (stage, setup), of_setup in scores.groupby(["stage", "setup"], sort=False)
        if of_setup["score"].notna().sum() > 1
    }


def noise_between(first: Path, second: Path) -> dict[Headline, float]:
    """The standard deviation of a rerun's own noise, by every headline that both runs have.

    Of two runs with the same seeds the differences have twice its variance.
    """
    both = scores_of(run_folder.read(first).results).merge(
        scores_of(run_folder.read(second).results), on=["stage", "setup", "seed"]
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


def alarms(noise: Means, drop: Means, reruns: int, rng: np.random.Generator, *, pinned: int = 1) -> int:
    """How many of so many reruns raise an alarm, each held against one baseline and the runs before it.

    The baseline is the mean of so many pinned runs.

    The runs before are without a drop: it is the newest one that has it.
    """
    baseline = [rerun(noise, {}, rng) for _ in range(pinned)]
    before = [rerun(noise, {}, rng) for _ in range(RECENT)]
    found = 0
    for _ in range(reruns):
        now = rerun(noise, drop, rng)
        table = drift(now, {BASELINE: baseline, LATEST: before})
        found += len(worse(table)) > 0
        before = [*before[1:], rerun(noise, {}, rng) if drop else now]
    return found


def interval(hits: Sequence[int], reruns: int, confidence: float = 0.95) -> tuple[float, float]:
    """The interval of the mean rate, with the baselines as units (Korn & Graubard, 1998).

    The interval of Clopper & Pearson (1934), with as many reruns as independent ones would give the same
    standard error. Where all baselines agree there is no telling it, and every baseline counts once.

    Args:
        hits: alarms of every baseline.
        reruns: how many reruns each of them has.
        confidence: how often such intervals hold the rate.
    """
    shares = np.asarray(hits) / reruns
    rate, baselines = float(shares.mean()), len(shares)
    variance = float(shares.var(ddof=1)) / baselines
    independent = float(baselines)
    if variance:
        # a baseline's own noise is estimated as well, which takes a wider quantile
        of_all, of_baselines = (
            stats.t.ppf((1 + confidence) / 2, n - 1) for n in (baselines * reruns, baselines)
        )
        independent = rate * (1 - rate) / variance * (of_all / of_baselines) ** 2
        independent = min(independent, baselines * reruns)
    alarms, tail = rate * independent, (1 - confidence) / 2
    low = stats.beta.ppf(tail, alarms, independent - alarms + 1) if alarms else 0.0
    high = stats.beta.ppf(1 - tail, alarms + 1, independent - alarms) if rate < 1 else 1.0
    return float(low), float(high)


def spread_between(hits: Sequence[int], reruns: int) -> float:
    """The standard deviation of the rate from baseline to baseline, without the chance of a few reruns.

    Args:
        hits: alarms of every baseline.
        reruns: how many reruns each of them has; two or more.
    """
    shares = np.asarray(hits) / reruns
    by_chance = float((shares * (1 - shares)).mean()) / (reruns - 1)
    return math.sqrt(max(0.0, float(shares.var(ddof=1)) - by_chance))


def line(what: str, hits: Sequence[int], reruns: int, promised: str) -> str:
    """The mean rate with its 95 % interval, its spread from baseline to baseline, and what was promised."""
    low, high = interval(hits, reruns)
    rate = sum(hits) / (len(hits) * reruns)
    spread = f"{100 * spread_between(hits, reruns):4.1f} points"
    return f"{what:<58} {rate:7.1%}  [{low:6.1%}, {high:6.1%}]  {spread}   {promised}"


def main() -> None:
    """Print the rates."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("runs", nargs="*", type=Path, help="a run's folder, and that of its rerun")
    parser.add_argument("--quick", action="store_true", help="a fifth of the baselines")
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
    baselines = BASELINES // 5 if asked.quick else BASELINES
    print(
        f"{SEEDS} seeds, {len(noise)} headlines, noise between {min(noise.values()):.2%} and "
        f"{max(noise.values()):.2%}; {baselines} baselines with {RERUNS} reruns each a line: the mean rate "
        "of alarms, its 95 % interval, and the rate's standard deviation from baseline to baseline\n"
    )
    tuned = next(reversed(list(noise)))
    for what, drop, promised in (
        ("false alarms, nothing has changed", {}, "at most 5 %"),
        (f"false alarms, the baseline being {RECENT} runs", {}, "at most 5 %"),
        (f"found, every headline {DROP:.0%} lower", dict.fromkeys(noise, DROP), "at least 90 %"),
        (f"found, {' '.join(tuned)} alone {DROP:.0%} lower", {tuned: DROP}, "at least 90 %"),
        (f"found, every headline {DROP / 2:.1%} lower", dict.fromkeys(noise, DROP / 2), ""),
    ):
        rng = stream(0, what)
        pinned = RECENT if "baseline being" in what else 1
        hits = [alarms(noise, drop, RERUNS, rng, pinned=pinned) for _ in range(baselines)]
        print(line(what, hits, RERUNS, promised), flush=True)


if __name__ == "__main__":
    main()
