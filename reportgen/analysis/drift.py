"""Drift: whether a run of an experiment does as well as the runs before it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from reportgen.analysis.intervals import CONFIDENCE
from reportgen.analysis.sign_flip import sign_flip_test, smallest_p
from reportgen.analysis.stepwise import holm

HEADLINE = ["stage", "setup"]
ALL = "all"
"""The stage and setup of the mean over the headlines: a drop that they share shows there first."""

ROUNDING = 1e-12
"""A smaller difference is none: accuracies are shares of images, and the mean of several runs is rounded."""

COLUMNS = (
    "reference", "stage", "setup", "runs", "n", "before", "now", "difference", "low", "high", "p", "p_holm",
    "change", "diverged", "identical",
)  # fmt: skip


class Change(StrEnum):
    """What became of a headline number."""

    BETTER = "better"
    WORSE = "worse"
    NO_CHANGE_SEEN = "no change seen"
    TOO_FEW_SEEDS = "not enough seeds"


def drift(
    scores: pd.DataFrame, references: Mapping[str, Sequence[pd.DataFrame]], *, alpha: float = 0.05
) -> pd.DataFrame:
    """Compare a run's scores with those of earlier runs, headline by headline.

    A headline is the mean over seeds of a setup in a stage.

    Every headline is compared seed by seed, with the seeds that both have, by the sign-flip test, one-sided:
    p is the chance of a difference as far in this direction. Within a reference all headlines and, where
    there are several, their mean are a family under Holm's correction; the references share alpha. So the
    chance that anything is falsely called worse is at most alpha; and the same for better. The mean is taken
    over the headlines that have most seeds, and a seed counts for it only where every one of them has both
    scores, so that before and now are means of the same setups.

    The change: **worse** or **better** where the corrected p is at most the reference's share of alpha;
    **worse** as well where trials diverged that did not before, diverged of them; **not enough seeds** where
    no data could have told; else **no change seen**, which does not say that nothing changed. That is what
    identical says: every score is that of before.

    Args:
        scores: A row for each trial; the columns stage, setup, seed, score. Higher is better, NaN is a trial
            that diverged.
        references: By name, the scores of one earlier run or of several, whose mean counts for every seed.
        alpha: The chance that anything is falsely called worse.

    Returns:
        A row for each headline in each reference; the columns of COLUMNS.
    """
    tables = [
        _against(name, scores, runs, alpha / len(references)) for name, runs in references.items() if runs
    ]
    compared = [table for table in tables if len(table)]
    return pd.concat(compared, ignore_index=True) if compared else pd.DataFrame(columns=list(COLUMNS))


def runs_by_reference(history: pd.DataFrame, references: Sequence[str]) -> dict[str, list[pd.DataFrame]]:
    """Return the earlier runs that a run is held against, as `drift` takes them.

    Args:
        history: The rows of history.csv: run, started, reference, stage, setup, seed, score.
        references: The names that its column reference may hold.

    Returns:
        By every one of these names the scores of its runs, a table each; no table where there is none.
    """
    return {
        name: [scores for _, scores in history[history["reference"] == name].groupby("run", sort=False)]
        for name in references
    }


def means_over_time(history: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Return the mean of every headline in every run: columns started, run, stage, setup, mean.

    Args:
        history: The rows of history.csv; a run that serves as two references stands there twice.
        now: The scores of the run itself, which comes last, with the columns of history but for reference.
    """
    every = pd.concat([history.drop(columns="reference").drop_duplicates(), now])
    grouped = every.groupby(["started", "run", "stage", "setup"], sort=False)["score"]
    # groupby's own mean adds up in another order than the tables' do, and may round the other way
    return grouped.agg(lambda scores: scores.dropna().mean()).rename("mean").reset_index()


def worse(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `drift` that say that something dropped."""
    return table[table["change"] == Change.WORSE]


@dataclass(frozen=True)
class _Row:
    """A headline against one reference; the columns of COLUMNS."""

    reference: str
    stage: str
    setup: str
    runs: int
    n: int
    before: float
    now: float
    difference: float
    low: float
    high: float
    p: float
    p_holm: float
    change: Change
    diverged: int
    identical: bool


def _against(name: str, scores: pd.DataFrame, runs: Sequence[pd.DataFrame], alpha: float) -> pd.DataFrame:
    earlier = pd.concat([run.assign(run=number) for number, run in enumerate(runs)])
    # a seed counts that every one of these runs has a score of
    before = earlier.groupby([*HEADLINE, "seed"], sort=False)["score"].agg(
        lambda found: found.mean() if found.notna().sum() == len(runs) else np.nan
    )
    now = scores.set_index([*HEADLINE, "seed"])["score"]
    both = pd.concat({"before": before, "now": now}, axis=1, join="inner").astype(float)
    rows = [
        _row(name, str(stage), str(setup), len(runs), seeds)
        for (stage, setup), seeds in both.groupby(HEADLINE, sort=False)
    ]
    if len(rows) > 1:
        rows.append(_row(name, ALL, ALL, len(runs), _mean_of_all(both)))
    tested = [index for index, row in enumerate(rows) if row.n and not row.diverged]
    corrected = holm([rows[index].p for index in tested])
    least = holm([smallest_p(rows[index].n) / 2 for index in tested])
    for index, p_holm, least_holm in zip(tested, corrected, least, strict=True):
        row = replace(rows[index], p_holm=float(p_holm))
        rows[index] = replace(row, change=_change(row, float(least_holm), alpha))
    return pd.DataFrame([asdict(row) for row in rows], columns=list(COLUMNS))


def _mean_of_all(both: pd.DataFrame) -> pd.DataFrame:
    """The mean over the headlines that have most seeds, of the seeds that have all of these scores."""
    counts = both["now"].groupby(HEADLINE).size()
    most = counts[counts == counts.max()].index
    kept = both[both.reset_index("seed").index.isin(most)]
    # a mean that left out what diverged would be one of other setups before than now
    grouped = kept.dropna().groupby("seed")
    return grouped.mean()[grouped.size() == len(most)]


def _row(name: str, stage: str, setup: str, runs: int, seeds: pd.DataFrame) -> _Row:
    whole = seeds.dropna()
    differences = (whole["now"] - whole["before"]).to_numpy()
    differences = np.where(np.abs(differences) < ROUNDING, 0.0, differences)
    test = sign_flip_test(differences, CONFIDENCE)
    difference = float(differences.mean()) if len(differences) else math.nan
    if abs(difference) < ROUNDING:
        difference = 0.0
    diverged = int((seeds["now"].isna() & seeds["before"].notna()).sum())
    return _Row(
        reference=name,
        stage=stage,
        setup=setup,
        runs=runs,
        n=len(differences),
        before=float(whole["before"].mean()),
        now=float(whole["now"].mean()),
        difference=difference,
        low=test.interval.low,
        high=test.interval.high,
        # half of the flips that reach as far do so on the same side
        p=math.nan if not len(differences) else test.p / 2 if difference else 1.0,
        p_holm=math.nan,
        change=Change.WORSE if diverged else Change.TOO_FEW_SEEDS,
        diverged=diverged,
        identical=not differences.any() and bool((seeds["now"].isna() == seeds["before"].isna()).all()),
    )


def _change(row: _Row, least_holm: float, alpha: float) -> Change:
    if row.difference == 0:
        return Change.NO_CHANGE_SEEN
    if least_holm > alpha:
        return Change.TOO_FEW_SEEDS
    if row.p_holm > alpha:
        return Change.NO_CHANGE_SEEN
    return Change.BETTER if row.difference > 0 else Change.WORSE
