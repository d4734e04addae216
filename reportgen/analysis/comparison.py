"""Optimizers compared on a table of scores: summaries, pairs with verdicts, standings."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportgen.analysis.intervals import Interval, ignore, mean_intervals
from reportgen.analysis.pair_tests import compare_pairs
from reportgen.analysis.pairs import SEPARATED, Lost, Pair, Problem, Question, Verdict
from reportgen.analysis.scores import AnalysisError, checked
from reportgen.analysis.standings import Standing
from reportgen.experiment.direction import is_accuracy, is_time

Progress = Callable[[int, int], None]

SMALLEST_ALPHA, LARGEST_ALPHA = 0.0001, 0.5


@dataclass(frozen=True)
class Comparison:
    """What a table of scores supports.

    Attributes:
        metric: What the score is called.
        higher_is_better: Whether a higher score is the better one.
        alpha: The chance of a false verdict in a problem: of a false "better" or "worse", and of a false
            "practically the same".
        margin: Up to where a difference is as good as none, in the unit of the score; None where none is.
        against: The optimizer that all others are compared with; None where all pairs are.
        paired: Whether trials of one seed belong together.
        problems: Their names.
        optimizers: Their names.
        summaries: A row for each problem and optimizer, best first, with the columns problem, optimizer,
            trials, unscored, mean, standard_deviation, low, high, interval. The last five are of the finite
            scores; low and high are the interval of 95 % of the mean by the method `interval`, NaN and ""
            where there is none.
        pairs: Every pair of optimizers within a problem that is asked for, the one of the better mean first.
        standings: One for each problem.
        lost: What a trial without a score is called.
    """

    metric: str
    higher_is_better: bool
    alpha: float
    margin: float | None
    against: str | None
    paired: bool
    problems: tuple[str, ...]
    optimizers: tuple[str, ...]
    summaries: pd.DataFrame
    pairs: tuple[Pair, ...]
    standings: tuple[Standing, ...]
    lost: Lost

    def pair(self, problem: str, first: str, second: str) -> Pair:
        """Return the pair as the first sees it.

        Args:
            problem: The problem on which the two are compared.
            first: The optimizer from whose side the difference is seen.
            second: The optimizer that it is compared with.

        Raises:
            KeyError: There is no such pair.
        """
        for pair in self.pairs:
            if pair.problem == problem and (pair.first, pair.second) == (first, second):
                return pair
            if pair.problem == problem and (pair.first, pair.second) == (second, first):
                return pair.mirrored()
        raise KeyError((problem, first, second))

    def standing(self, problem: str) -> Standing:
        """Return the standing of a problem.

        Raises:
            KeyError: There is none.
        """
        for standing in self.standings:
            if standing.problem == problem:
                return standing
        raise KeyError(problem)

    def pairs_table(self) -> pd.DataFrame:
        """Return the pairs as a table, a column for each field of Pair; seeds in a list parted by spaces."""
        table = pd.DataFrame([asdict(pair) for pair in self.pairs], columns=list(Pair.__dataclass_fields__))
        for column in ("only_first", "only_second"):
            table[column] = [" ".join(map(str, seeds)) for seeds in table[column]]
        table["trials"] = [" ".join(map(str, trials)) for trials in table["trials"]]
        table["seeds_for_margin"] = table["seeds_for_margin"].astype("Int64")
        table["verdict"] = table["verdict"].astype(str)
        return table

    def standings_table(self) -> pd.DataFrame:
        """Return a row for each problem: standing as a line, and who may be best."""
        rows = [
            (standing.problem, standing.text(self.lost), " ".join(standing.may_be_best))
            for standing in self.standings
        ]
        return pd.DataFrame(rows, columns=["problem", "standing", "may_be_best"])


def compare(
    table: pd.DataFrame,
    *,
    metric: str = "score",
    alpha: float = 0.05,
    higher_is_better: bool = True,
    margin: float | None = None,
    against: str | None = None,
    paired: bool = True,
    lost: Lost | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Comparison:
    """Compare the optimizers of a table of scores.

    A row is a trial. Trials of one problem with the same seed are paired: they should share what is random
    besides the optimizer (initial weights, batches). A trial has no score where that is missing, NaN or
    infinite, and counts as worse than any that has one; a row that is not there is a missing seed.

    Args:
        table: The columns problem, optimizer, seed, score; the order of the rows changes nothing.
        metric: What the score is called.
        alpha: The chance of a false verdict in a problem.
        higher_is_better: Whether a higher score is the better one.
        margin: Up to where a difference is as good as none, in the unit of the score; without, no two are
            found to be practically the same.
        against: Compare the others with this optimizer alone, which leaves fewer tests to correct for.
        paired: False where trials of one seed share nothing.
        lost: What a trial without a score is called; without, a time until something was MISSED where the
            name of the metric says so, and anything else has NO_SCORE.
        seed: Of the bootstrap and of random sign flips; besides the scores, the result depends on nothing
            else.
        progress: Is told how much is done, and of how much.

    Returns:
        The comparison, its problems sorted by name.

    Raises:
        AnalysisError: The table is not one of scores (see scores.checked), or alpha is out of range; never
            for what the scores are.
    """
    if not SMALLEST_ALPHA <= alpha <= LARGEST_ALPHA:
        raise AnalysisError(
            f"alpha {alpha:g}: is not between {SMALLEST_ALPHA:g} and {LARGEST_ALPHA:g}; 0.05 is customary"
        )
    if margin is not None and not 0 < margin < math.inf:
        raise AnalysisError(f"margin {margin:g}: is not a difference above 0; say how much does not matter")
    scores = checked(table)
    if against is not None and against not in set(scores["optimizer"]):
        known = ", ".join(sorted(set(scores["optimizer"])))
        raise AnalysisError(f"optimizer {against!r}: is not in the table (there are {known}); name another")
    question = Question(alpha, higher_is_better, margin, against, paired, seed)
    shares = is_accuracy(metric) and bool(scores["score"].dropna().between(0, 1).all())
    if margin is not None and shares and margin >= 1:
        raise AnalysisError(
            f"margin {margin:g}: {metric} is a share of 1, so that 0.01 is one point; write it so"
        )
    groups = {str(problem): rows for problem, rows in scores.groupby("problem", sort=True)}
    advance = _counted(groups.values(), against, progress)
    summaries = _summaries(groups, higher_is_better, seed, shares=shares, advance=advance)
    pairs = compare_pairs(
        [Problem(problem, rows, list(summaries[problem]["optimizer"])) for problem, rows in groups.items()],
        question,
        advance=advance,
    )
    standings = [
        _standing(problem, summary, found)
        for (problem, summary), found in zip(summaries.items(), pairs, strict=True)
    ]
    return Comparison(
        metric=metric,
        higher_is_better=higher_is_better,
        alpha=alpha,
        margin=margin,
        against=against,
        paired=paired,
        problems=tuple(found.problem for found in standings),
        optimizers=tuple(sorted(set(scores["optimizer"]))),
        summaries=pd.concat(summaries.values(), ignore_index=True),
        pairs=tuple(chain.from_iterable(pairs)),
        standings=tuple(standings),
        lost=lost or (Lost.MISSED if not higher_is_better and is_time(metric) else Lost.NO_SCORE),
    )


def _counted(
    problems: Iterable[pd.DataFrame], against: str | None, progress: Progress | None
) -> Callable[[int], None]:
    """What counts finished intervals and pairs, and tells `progress` of them."""
    if progress is None:
        return ignore
    total, done = 0, 0
    for rows in problems:
        names = set(rows["optimizer"])
        pairs = math.comb(len(names), 2) if against is None else (len(names) - 1) * (against in names)
        total += len(names) + pairs

    def advance(more: int) -> None:
        nonlocal done
        done += more
        progress(done, total)

    return advance


def _summaries(
    groups: Mapping[str, pd.DataFrame],
    higher_is_better: bool,
    seed: int,
    *,
    shares: bool,
    advance: Callable[[int], None],
) -> dict[str, pd.DataFrame]:
    """For each problem a row for each optimizer, best mean first; who has none comes last; names decide ties.

    shares: whether scores are shares of 1, so that no interval leaves 0 to 1.
    """
    trials = {
        (problem, str(optimizer)): trials["score"].to_numpy()
        for problem, rows in groups.items()
        for optimizer, trials in rows.groupby("optimizer", sort=True)
    }
    finite = [scores[~np.isnan(scores)] for scores in trials.values()]
    intervals = mean_intervals(finite, seed=seed, advance=advance)
    rows: dict[str, list[dict[str, object]]] = {problem: [] for problem in groups}
    for ((problem, optimizer), scores), values, interval in zip(
        trials.items(), finite, intervals, strict=True
    ):
        rows[problem].append(
            _summary(problem, optimizer, scores, values, interval.of_a_share() if shares else interval)
        )
    return {
        problem: pd.DataFrame(of_problem).sort_values(
            "mean", ascending=not higher_is_better, kind="stable", ignore_index=True
        )
        for problem, of_problem in rows.items()
    }


def _summary(
    problem: str,
    optimizer: str,
    scores: NDArray[np.float64],
    values: NDArray[np.float64],
    interval: Interval,
) -> dict[str, object]:
    """The row of an optimizer. values: its finite scores."""
    return {
        "problem": problem,
        "optimizer": optimizer,
        "trials": len(scores),
        "unscored": len(scores) - len(values),
        "mean": values.mean() if len(values) else np.nan,
        "standard_deviation": values.std(ddof=1) if len(values) > 1 else np.nan,
        "low": interval.low,
        "high": interval.high,
        "interval": interval.method,
    }


def _standing(problem: str, summary: pd.DataFrame, pairs: Sequence[Pair]) -> Standing:
    counts = zip(summary["optimizer"], summary["unscored"], summary["trials"], strict=True)
    unscored = {str(name): (int(count), int(trials)) for name, count, trials in counts if count}
    order = tuple(str(name) for name in summary["optimizer"] if name not in unscored)
    better = {
        (pair.first, pair.second) if pair.verdict is Verdict.BETTER else (pair.second, pair.first)
        for pair in pairs
        if pair.verdict in SEPARATED
    }
    return Standing(problem, order, frozenset(better), unscored)
