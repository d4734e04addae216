"""Optimizers compared on a table of scores: summaries, pairs with verdicts, standings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from reportgen.analysis.intervals import mean_interval
from reportgen.analysis.pairs import Pair, Verdict, compare_pairs
from reportgen.analysis.scores import AnalysisError, checked
from reportgen.analysis.standings import Standing

SMALLEST_ALPHA, LARGEST_ALPHA = 0.0001, 0.5


@dataclass(frozen=True)
class Comparison:
    """What a table of scores supports.

    summaries: a row for each problem and optimizer, best first, with the columns problem, optimizer, trials,
    diverged, mean, standard_deviation, low, high, interval. The last five are of the finite scores; low and
    high are the interval of 95 % of the mean by the method `interval`, NaN and "" where there is none.
    pairs: every pair of optimizers within a problem, the one of the better mean first. standings: one for
    each problem.
    """

    metric: str
    higher_is_better: bool
    alpha: float
    problems: tuple[str, ...]
    optimizers: tuple[str, ...]
    summaries: pd.DataFrame
    pairs: tuple[Pair, ...]
    standings: tuple[Standing, ...]

    def pair(self, problem: str, first: str, second: str) -> Pair:
        """The pair as the first sees it. Raises KeyError if there is none."""
        for pair in self.pairs:
            if pair.problem == problem and (pair.first, pair.second) == (first, second):
                return pair
            if pair.problem == problem and (pair.first, pair.second) == (second, first):
                return pair.mirrored()
        raise KeyError((problem, first, second))

    def standing(self, problem: str) -> Standing:
        """The standing of a problem. Raises KeyError if there is none."""
        for found in self.standings:
            if found.problem == problem:
                return found
        raise KeyError(problem)

    def pairs_table(self) -> pd.DataFrame:
        """The pairs as a table, a column for each field of Pair; seeds that one lacks parted by spaces."""
        table = pd.DataFrame([asdict(pair) for pair in self.pairs], columns=list(Pair.__dataclass_fields__))
        for column in ("only_first", "only_second"):
            table[column] = [" ".join(map(str, seeds)) for seeds in table[column]]
        table["seeds_needed"] = table["seeds_needed"].astype("Int64")
        table["verdict"] = table["verdict"].astype(str)
        return table

    def standings_table(self) -> pd.DataFrame:
        """A row for each problem: standing as a line, and who may be best."""
        rows = [(found.problem, found.text(), " ".join(found.may_be_best)) for found in self.standings]
        return pd.DataFrame(rows, columns=["problem", "standing", "may_be_best"])


def compare(
    table: pd.DataFrame,
    *,
    metric: str = "score",
    alpha: float = 0.05,
    higher_is_better: bool = True,
    seed: int = 0,
) -> Comparison:
    """Compare the optimizers of a table with the columns problem, optimizer, seed, score.

    A row is a trial. Trials of one problem with the same seed are paired: they should share what is random
    besides the optimizer (initial weights, batches). A score that is missing, NaN or infinite is a diverged
    trial; a row that is not there is a missing seed. metric: what the score is called. alpha: the chance of
    a false verdict in a problem. seed: of the bootstrap and of random sign flips; the result depends on
    nothing else, in particular not on the order of the rows.

    Problems are sorted by name. Raises AnalysisError (see scores.checked), never for what the scores are.
    """
    if not SMALLEST_ALPHA <= alpha <= LARGEST_ALPHA:
        raise AnalysisError(
            f"alpha {alpha:g}: is not between {SMALLEST_ALPHA:g} and {LARGEST_ALPHA:g}; 0.05 is customary"
        )
    scores = checked(table)
    shares = metric.endswith("accuracy") and bool(scores["score"].dropna().between(0, 1).all())
    summaries: list[pd.DataFrame] = []
    pairs: list[Pair] = []
    standings: list[Standing] = []
    for problem, rows in scores.groupby("problem", sort=True):
        summary = _summary(str(problem), rows, higher_is_better, seed, shares=shares)
        order = list(summary["optimizer"])
        found = compare_pairs(
            str(problem), rows, order, alpha=alpha, higher_is_better=higher_is_better, seed=seed
        )
        summaries.append(summary)
        pairs.extend(found)
        standings.append(_standing(str(problem), summary, found))
    return Comparison(
        metric=metric,
        higher_is_better=higher_is_better,
        alpha=alpha,
        problems=tuple(found.problem for found in standings),
        optimizers=tuple(sorted(set(scores["optimizer"]))),
        summaries=pd.concat(summaries, ignore_index=True),
        pairs=tuple(pairs),
        standings=tuple(standings),
    )


def _summary(
    problem: str, rows: pd.DataFrame, higher_is_better: bool, seed: int, *, shares: bool
) -> pd.DataFrame:
    """A row for each optimizer, the best mean first; who has none comes last, and names decide ties.

    shares: whether scores are shares of 1, so that no interval leaves 0 to 1.
    """
    found = []
    for optimizer, trials in rows.groupby("optimizer", sort=True):
        values = trials["score"].dropna().to_numpy()
        interval = mean_interval(values, seed=seed)
        interval = interval.of_a_share() if shares else interval
        found.append(
            {
                "problem": problem,
                "optimizer": str(optimizer),
                "trials": len(trials),
                "diverged": len(trials) - len(values),
                "mean": values.mean() if len(values) else np.nan,
                "standard_deviation": values.std(ddof=1) if len(values) > 1 else np.nan,
                "low": interval.low,
                "high": interval.high,
                "interval": interval.method,
            }
        )
    table = pd.DataFrame(found)
    return table.sort_values("mean", ascending=not higher_is_better, kind="stable", ignore_index=True)


def _standing(problem: str, summary: pd.DataFrame, pairs: Sequence[Pair]) -> Standing:
    counts = zip(summary["optimizer"], summary["diverged"], summary["trials"], strict=True)
    lost = {str(name): (int(diverged), int(trials)) for name, diverged, trials in counts if diverged}
    order = tuple(str(name) for name in summary["optimizer"] if name not in lost)
    both = [pair for seen in pairs for pair in (seen, seen.mirrored())]
    better = {(pair.first, pair.second) for pair in both if pair.verdict is Verdict.BETTER}
    ranked = frozenset(pair for pair in better if set(pair) <= set(order))
    return Standing(problem, order, ranked, lost)
