"""The verdicts of a comparison, as lines for a terminal or for a program."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from rich.console import Console

from reportgen.analysis.comparison import Comparison
from reportgen.analysis.pairs import Pair, Verdict
from reportgen.cli.console import draw_table
from reportgen.errors import printable
from reportgen.report.sections.scores import is_percentage


def describe(comparison: Comparison, console_is_terminal: bool, *, width: int = 100) -> list[str]:
    """Return what was found, line by line.

    On a terminal a table and the standing of each problem, then a sentence for each pair. Elsewhere lines
    with tabs, their kind in front: metric, summary, standing, pair (each with a line of column names) and
    verdict.
    """
    if not console_is_terminal:
        return _plain(comparison)
    lines = []
    for standing in comparison.standings:
        lines += [*_drawn(comparison, standing.problem, width), standing.text(comparison.lost), ""]
        lines += [
            f"- {sentence(comparison, pair)}" for pair in comparison.pairs if pair.problem == standing.problem
        ]
        if standing.within and standing.winner is None and comparison.against is None:
            lines.append(
                f"- not shown to be worse than any other: {', '.join(standing.may_be_best) or 'none'}"
            )
        lines.append("")
    return lines[:-1]


def assumed_lines(assumed: Sequence[str], console_is_terminal: bool) -> list[str]:
    """Return what was assumed in reading the tables: a line, if it was anything; elsewhere with its kind."""
    if not assumed:
        return []
    sentences = printable("; ".join(assumed))
    return [f"assumed: {sentences}", ""] if console_is_terminal else [f"assumed\t{sentences}"]


def sentence(comparison: Comparison, pair: Pair) -> str:
    """The verdict on a pair, and what it rests on."""
    unit = Unit.of(comparison)
    who = f"{pair.first} and {pair.second}"
    what = "no two scores to compare"
    if pair.paired and not pair.n:
        what = "no seed in common"
    if not math.isnan(pair.difference):
        what = unit.difference(pair.difference) + " where both have a score" * pair.ranks
        if pair.interval:
            what += f" {unit.interval(pair.low, pair.high)}"
    lacking = f"{_lost(comparison, pair)}{_lacking(pair)}"
    if pair.verdict is Verdict.TOO_FEW_SEEDS:
        shared = f"{pair.n} shared" if pair.paired else f"{pair.trials[0]} and {pair.trials[1]} trials"
        seeds = f"{shared}, at least {pair.fewest_seeds} needed"
        return f"{who}: too few seeds for a verdict ({seeds}): {what}{lacking}"
    p = pair.p_same_corrected if pair.verdict is Verdict.SAME else pair.p_corrected
    evidence = f"{what}, {p_text(p)} ({_test(pair)}){lacking}"
    if pair.verdict is Verdict.SAME and comparison.margin is not None:
        return f"{who} are practically the same, within {_bare(unit, comparison.margin)}: {evidence}"
    if pair.verdict is Verdict.NOT_SEPARABLE:
        return f"{who} are not separable: {evidence}{_sensitivity(comparison, pair, unit)}"
    within = ""
    if pair.within_margin and comparison.margin is not None:
        within = f", by less than the margin of {_bare(unit, comparison.margin)}"
    return f"{pair.first} is {pair.verdict} than {pair.second}{within}: {evidence}"


def _test(pair: Pair) -> str:
    """Holm, exact sign-flip test, 8 seeds."""
    correction = "Holm" if pair.verdict is Verdict.SAME else pair.correction
    test = "sign-flip test" if pair.paired else "permutation test"
    if pair.verdict is Verdict.SAME:
        test = f"two one-sided {test}s"
    trials = f"{pair.n} seeds" if pair.paired else f"{pair.trials[0]} and {pair.trials[1]} trials"
    return f"{correction}, {'exact' if pair.exact else 'random'} {test}{' of ranks' * pair.ranks}, {trials}"


def _lost(comparison: Comparison, pair: Pair) -> str:
    """Which trials have no score; they count as the worst."""
    sentences = [
        f"; {name}: {comparison.lost} in {count} of {trials}"
        for name, count, trials in (
            (pair.first, pair.unscored_first, pair.trials[0]),
            (pair.second, pair.unscored_second, pair.trials[1]),
        )
        if count
    ]
    return "".join(sentences)


def _bare(unit: Unit, difference: float) -> str:
    return unit.difference(difference).removeprefix("+")


@dataclass(frozen=True)
class Unit:
    """How scores are written: an accuracy as a percentage, anything else as it is."""

    percent: bool

    @staticmethod
    def of(comparison: Comparison) -> Unit:
        """Percentages for accuracies."""
        return Unit(is_percentage(comparison))

    def mean(self, value: float) -> str:
        """71.20 %."""
        if math.isnan(value):
            return ""
        return f"{100 * value:.2f} %" if self.percent else f"{value:.5g}"

    def difference(self, value: float) -> str:
        """+1.20 percentage points."""
        return f"{100 * value:+.2f} percentage points" if self.percent else f"{value:+.4g}"

    def interval(self, low: float, high: float) -> str:
        """[0.40, 2.00], in percent or points where the value is."""
        if math.isnan(low):
            return ""
        return f"[{self._end(low)}, {self._end(high)}]"

    def _end(self, end: float) -> str:
        """An end of an interval; one that is near 0 and not 0 has the digit that shows its side."""
        if not self.percent:
            return f"{end:.4g}"
        return f"{100 * end:.1g}" if 1e-9 < abs(100 * end) < 0.005 else f"{100 * end:.2f}"


def p_text(p: float) -> str:
    """Return a p-value as it is written: p = 0.023, or p < 0.001."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.2g}"


def _sensitivity(comparison: Comparison, pair: Pair, unit: Unit) -> str:
    """What so many seeds would have shown, and how many the margin takes."""
    if math.isnan(pair.detectable):
        return ""
    seeds = "seeds" if pair.paired else "trials"
    line = f"; such {seeds} show a difference of {_bare(unit, pair.detectable)} with 80 % power"
    if comparison.margin is not None and pair.seeds_for_margin and pair.seeds_for_margin > pair.n:
        line += (
            f", and the margin of {_bare(unit, comparison.margin)} takes about {pair.seeds_for_margin} seeds"
        )
    return line


def _lacking(pair: Pair) -> str:
    """Which seeds one has and the other has not."""
    sentences = [
        f"; {name} lacks {len(seeds)} of {other}'s seeds"
        for name, other, seeds in (
            (pair.first, pair.second, pair.only_second),
            (pair.second, pair.first, pair.only_first),
        )
        if seeds
    ]
    return "".join(sentences)


def _drawn(comparison: Comparison, problem: str, width: int) -> list[str]:
    unit = Unit.of(comparison)
    better = "higher" if comparison.higher_is_better else "lower"
    of_problem = comparison.summaries[comparison.summaries["problem"] == problem]
    columns = ("optimizer", "trials", "no score", "mean", "95 % interval")
    rows = [
        (
            str(row["optimizer"]),
            str(row["trials"]),
            str(row["unscored"]),
            unit.mean(row["mean"]),
            unit.interval(row["low"], row["high"]),
        )
        for row in of_problem.to_dict("records")
    ]
    title = f"{problem}: {comparison.metric} ({better} is better)"
    table = draw_table(title, columns, rows, whole_first=False, right=columns[1:])
    console = Console(file=io.StringIO(), width=width, color_system=None, force_terminal=False)
    with console.capture() as captured:
        console.print(table)
    return captured.get().splitlines()


def _plain(comparison: Comparison) -> list[str]:
    better = "higher" if comparison.higher_is_better else "lower"
    facts = {
        "metric": printable(comparison.metric),
        "better": better,
        "alpha": comparison.alpha,
        "margin": math.nan if comparison.margin is None else comparison.margin,
        "against": comparison.against or "",
        "paired": str(comparison.paired).lower(),
    }
    tables = (
        ("metric", pd.DataFrame([facts])),
        ("summary", comparison.summaries),
        ("standing", comparison.standings_table()),
        ("pair", comparison.pairs_table()),
    )
    lines = []
    for kind, table in tables:
        lines.append("\t".join((kind, *table.columns)))
        lines += ["\t".join((kind, *map(cell_text, row))) for row in table.itertuples(index=False, name=None)]
    return lines + [f"verdict\t{pair.problem}\t{sentence(comparison, pair)}" for pair in comparison.pairs]


def cell_text(value: object) -> str:
    """Return a cell of a plain table: nothing for a missing value, ten digits of a number."""
    if pd.isna(value):  # type: ignore[call-overload]
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value)
