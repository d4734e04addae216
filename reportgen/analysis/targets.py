"""Time to a target: the first epoch at which a trial's score is good enough, and the seconds until then."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from reportgen.analysis.comparison import Comparison, compare
from reportgen.analysis.intervals import median_interval
from reportgen.analysis.pairs import Lost
from reportgen.analysis.scores import (
    AnalysisError,
    names,
    numbers,
    refuse_duplicates,
    require,
    seeds,
)

COLUMNS = ("problem", "optimizer", "seed", "epoch", "score")
SECONDS = "seconds"
"""A further column, where it is known how long each epoch took."""
TRIAL = ["problem", "optimizer", "seed"]


def default_target(
    epochs: pd.DataFrame, *, reference: str | None = None, higher_is_better: bool = True
) -> dict[str, float]:
    """Return a target for each problem that a trial of the reference optimizer reaches as often as not.

    A trial's score is its best over the epochs, and the target is the median of these over the seeds. As in
    AlgoPerf (Dahl et al., 2023, "Benchmarking neural network training algorithms") and DeepOBS (Schneider et
    al., 2019), what a known optimizer reaches decides, not a number that somebody likes. With no reference
    named it is, in each problem, the optimizer whose median is the worst, among those that finished at least
    half of their trials: then every one of these has a finite median time. If one of the optimizers hardly
    learns, that target is of no interest: name a reference.

    A trial with NaN or an infinite score in its last epoch diverged.

    Args:
        epochs: A row for each epoch of each trial; the columns of COLUMNS.
        reference: The name of an optimizer; without, the worst of those that mostly finish.
        higher_is_better: Whether a higher score is the better one.

    Returns:
        The target by problem, without those in which no optimizer can give one.

    Raises:
        AnalysisError: As `time_to_target`, or the reference is not in the table.
    """
    table = _checked(epochs)
    if reference is not None and reference not in set(table["optimizer"]):
        known = ", ".join(sorted(set(table["optimizer"])))
        raise AnalysisError(f"optimizer {reference!r}: is not in the table (there are {known}); name another")
    sign = 1.0 if higher_is_better else -1.0
    table["score"] = sign * table["score"]
    trials = table.groupby(TRIAL)
    last = trials.tail(1).set_index(TRIAL)["score"]  # not .last(), which looks past a NaN
    best = trials["score"].max().where(np.isfinite(last), -np.inf)
    # the middle one, not the mean of the middle two: half of the trials must really reach it
    medians = best.groupby(["problem", "optimizer"]).quantile(0.5, interpolation="lower")
    candidates = medians[np.isfinite(medians)]
    if reference is not None:
        candidates = candidates[candidates.index.get_level_values("optimizer") == reference]
    return {
        str(problem): sign * float(worst) for problem, worst in candidates.groupby("problem").min().items()
    }


def time_to_target(
    epochs: pd.DataFrame, target: float | Mapping[str, float], *, higher_is_better: bool = True
) -> pd.DataFrame:
    """Return when each trial reached the target: a row for each trial, infinite for a miss.

    Args:
        epochs: A row for each epoch of each trial; the columns of COLUMNS, and SECONDS where it is known: the
            time of that epoch alone. A score of NaN reaches nothing.
        target: For all problems, or by problem; problems without one are left out.
        higher_is_better: Whether a higher score is the better one.

    Returns:
        The columns problem, optimizer, seed, target, epoch, and seconds where the epochs have them: epoch is
        the first whose score is at least the target (at most, if lower is better), and seconds the time of
        all epochs up to its end.

    Raises:
        AnalysisError: Columns are missing, values are no numbers, two rows are of the same epoch of a trial,
            or epochs or seconds are missing, infinite or negative.
    """
    table = _checked(epochs)
    known = [str(problem) for problem in table["problem"].unique()]
    targets = target if isinstance(target, Mapping) else dict.fromkeys(known, target)
    rows = []
    for (problem, optimizer, seed), trial in table.groupby(TRIAL, sort=True):
        if str(problem) not in targets:
            continue
        wanted = float(targets[str(problem)])
        score = trial["score"].to_numpy()
        reached = score >= wanted if higher_is_better else score <= wanted
        first = int(reached.argmax())
        hit = bool(reached.any())
        row = {
            "problem": problem,
            "optimizer": optimizer,
            "seed": seed,
            "target": wanted,
            "epoch": float(trial["epoch"].iloc[first]) if hit else np.inf,
        }
        if SECONDS in table:
            row[SECONDS] = float(trial[SECONDS].iloc[: first + 1].sum()) if hit else np.inf
        rows.append(row)
    return pd.DataFrame(rows, columns=[*TRIAL, "target", *_units(table)])


def summarize_times(times: pd.DataFrame) -> pd.DataFrame:
    """Return how many trials of each problem and optimizer reached the target, and the median times.

    A median is infinite if no more than half of the trials reached the target; so may the ends of its
    interval of 95 % be, which lies between two of the times (intervals.median_interval) and is NaN for fewer
    than 6 trials.

    Args:
        times: Rows of `time_to_target`.

    Returns:
        A row for each problem and optimizer; the columns problem, optimizer, target, trials, reached, epoch,
        epoch_low, epoch_high, and seconds, seconds_low, seconds_high where the times have seconds.
    """
    rows = []
    for (problem, optimizer), trials in times.groupby(["problem", "optimizer"], sort=True):
        row: dict[str, object] = {
            "problem": problem,
            "optimizer": optimizer,
            "target": trials["target"].iloc[0],
            "trials": len(trials),
            "reached": int(np.isfinite(trials["epoch"]).sum()),
        }
        for unit in _units(times):
            values = trials[unit].to_numpy()
            interval = median_interval(values)
            row |= {
                unit: float(np.median(values)),
                f"{unit}_low": interval.low,
                f"{unit}_high": interval.high,
            }
        rows.append(row)
    columns = [f"{unit}{end}" for unit in _units(times) for end in ("", "_low", "_high")]
    return pd.DataFrame(rows, columns=["problem", "optimizer", "target", "trials", "reached", *columns])


def compare_times(times: pd.DataFrame, *, paired: bool = True) -> Comparison:
    """Compare who reaches the target in fewer epochs, seed by seed, by the test that compares scores.

    A trial that misses the target takes longer than any that reaches it, and how long is not known: a pair
    with a miss is tested by ranks, a miss being the last. The order of the means holds those alone whose
    every trial reached the target.

    Args:
        times: Rows of `time_to_target`.
        paired: False where trials of one seed share nothing.
    """
    table = times[TRIAL].assign(score=times["epoch"])
    return compare(table, metric="epoch", higher_is_better=False, paired=paired, lost=Lost.MISSED)


def _units(table: pd.DataFrame) -> list[str]:
    """What time is told in, in a table of epochs or of times."""
    return ["epoch", *([SECONDS] if SECONDS in table else [])]


def _checked(epochs: pd.DataFrame) -> pd.DataFrame:
    require(epochs, COLUMNS)
    table = pd.DataFrame(
        {
            "problem": names(epochs, "problem"),
            "optimizer": names(epochs, "optimizer"),
            "seed": seeds(epochs),
            "epoch": numbers(epochs, "epoch"),
            "score": numbers(epochs, "score"),
            **({SECONDS: numbers(epochs, SECONDS)} if SECONDS in epochs else {}),
        }
    )
    for column in _units(epochs):
        wrong = ~(np.isfinite(table[column]) & (table[column] >= 0))
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            value = float(table[column].iloc[row])
            raise AnalysisError(
                f"row {epochs.index[row]}, column {column}: {value:g} is no time; it must be 0 or more"
            )
    refuse_duplicates(table, (*TRIAL, "epoch"))
    return table.sort_values([*TRIAL, "epoch"], ignore_index=True)
