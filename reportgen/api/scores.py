"""Anyone's scores compared, for Python: the verdicts as tables, and a report of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from reportgen.analysis import comparison
from reportgen.api.html import box_html, line_html, table_html
from reportgen.errors import UserError
from reportgen.experiment import direction
from reportgen.files.atomic import write_text
from reportgen.records.score_files import Scores, check_size, frame_as_csv, read_all, read_frame
from reportgen.records.tables.reading import Reading

if TYPE_CHECKING:
    from reportgen.report.render import Rendered

PAIR_COLUMNS = ("problem", "first", "second", "n", "difference", "low", "high", "p_corrected", "verdict")
"""What a notebook shows of a pair."""


@dataclass(frozen=True, repr=False)
class Comparison:
    """Optimizers compared on a table of scores.

    Attributes:
        result: All that was computed, as `reportgen.analysis.comparison.Comparison`.
    """

    result: comparison.Comparison
    _scores: Scores
    _reading: Reading
    _sources: tuple[Path, ...] = ()
    _frame: pd.DataFrame | None = None

    @property
    def scores(self) -> pd.DataFrame:
        """The trials that were compared: problem, optimizer, seed, score."""
        return self._scores.table

    @property
    def assumed(self) -> tuple[str, ...]:
        """What was assumed of the tables when they were read, in a sentence each."""
        return self._scores.assumed

    @property
    def table(self) -> pd.DataFrame:
        """A row for each problem and optimizer, best mean first.

        trials and unscored are counts; mean, standard_deviation, low and high (the interval of 95 % of the
        mean) are in the metric's own unit; interval names the method.
        """
        return self.result.summaries.copy()

    @property
    def pairs(self) -> pd.DataFrame:
        """A row for each pair, with the difference of the means, its interval, corrected p and verdict."""
        return self.result.pairs_table()

    @property
    def standings(self) -> pd.DataFrame:
        """A row for each problem, with the order of the means as far as it was shown, and who may be best."""
        return self.result.standings_table()

    @property
    def audit(self) -> pd.DataFrame:
        """A row for each point of a fair comparison of which the table shows anything.

        code and point are its code and its name; passed says whether it holds; muted is empty, since only a
        run's points can be muted; facts are what was found, in English.
        """
        from reportgen.report.sections.audit_points import points_table
        from reportgen.report.sections.table_audit import points_of_table
        from reportgen.report.templates.loading import words_in

        return points_table(points_of_table(self.result, self._scores), words_in(("en",)))

    @property
    def across(self) -> pd.DataFrame:
        """A row for each pair over all problems: how often the first beats the second, and two verdicts.

        verdict is of these problems with new seeds, verdict_new of new problems of this kind; without several
        problems there is no row.
        """
        from reportgen.analysis.across_problems import PairAcross, over_problems

        across = over_problems(self.result, self.scores, stages=self._scores.stages)
        return (
            pd.DataFrame(columns=list(PairAcross.__dataclass_fields__)) if across is None else across.table()
        )

    def report(
        self,
        path: str | Path,
        *,
        languages: Sequence[str] = ("zh-Hant", "en"),
        templates: str | Path | None = None,
        pdf: bool = True,
        paper: str = "a4",
        title: str | None = None,
        author: str | None = None,
        course: str | None = None,
    ) -> Rendered:
        """Write the report of the comparison.

        A table in memory is written beside the report as CSV, since the report carries what it rests on.

        Args:
            path: Where to, without an ending: PATH.html and PATH.pdf, replaced where they are there.
            languages: Of the report, in their order.
            templates: A folder of templates over the program's own.
            pdf: Whether to write a PDF too, which is PDF/A-3u and PDF/UA-1 in one.
            paper: "a4" or "letter".
            title: Of the report, for all languages.
            author: Shown under the title.
            course: Shown above the title.

        Returns:
            Where the files are, how many pages the PDF has, and what its reader should know.

        Raises:
            UserError: No PDF can be made on this machine, or nothing can be written there.
        """
        from reportgen.api.report_options import report_options
        from reportgen.experiment.front_matter import FrontMatter
        from reportgen.report.render_scores import render_scores

        options = report_options(languages=languages, templates=templates, pdf=pdf, paper=paper)
        target = Path(path)
        sources = self._sources
        if self._frame is not None:
            sources = (target.with_name(f"{target.name}.csv"),)
            write_text(sources[0], frame_as_csv(self._frame))
        front_matter = FrontMatter(title, author, course)
        return render_scores(
            self.result,
            self._scores,
            sources,
            target,
            options,
            front_matter=front_matter,
            reading=self._reading,
        )

    def __repr__(self) -> str:
        """Return the comparison by its metric and what the table supports; its tables would fill pages."""
        return f"Comparison({self.result.metric}: {'; '.join(str(self).splitlines())})"

    def __str__(self) -> str:
        """Return a line for each problem."""
        return "\n".join(standing.text(self.result.lost) for standing in self.result.standings)

    def _repr_html_(self) -> str:
        better = "higher" if self.result.higher_is_better else "lower"
        return box_html(
            f"{self.result.metric} ({better} is better)",
            table_html(self.table),
            table_html(self.pairs[list(PAIR_COLUMNS)]),
            *(line_html(line) for line in str(self).splitlines()),
            *([line_html(f"assumed: {'; '.join(self.assumed)}")] if self.assumed else []),
        )


def compare(
    data: pd.DataFrame | str | Path | Sequence[str | Path],
    *,
    metric: str | None = None,
    problem: str | None = None,
    alpha: float = 0.05,
    against: str | None = None,
    margin: float | None = None,
    higher_is_better: bool | None = None,
    optimizer_column: str | None = None,
    seed_column: str | None = None,
    problem_column: str | None = None,
    epoch_column: str | None = None,
    at: str | None = None,
    paired: bool | None = None,
) -> Comparison:
    """Compare optimizers on a table of scores, pair by pair, with tests that hold for all pairs together.

    Trials of one problem with the same seed are paired: they should share what is random besides the
    optimizer.

    Args:
        data: A table with a row for each trial, with its optimizer, seed, metric, and its problem where
            there are several; or with a row for each epoch; or with a column for each optimizer or seed. Or
            files of such tables.
        metric: The column to compare by; without, `score`, else the test accuracy, else the only metric.
        problem: Compare on this one only.
        alpha: The chance of a false verdict in a problem.
        against: Compare the others with this optimizer alone, which needs fewer tests.
        margin: The difference that does not matter, in the metric's unit; without, no two are found to be
            practically the same.
        higher_is_better: Without, it is told from the metric's name.
        optimizer_column: The column of the optimizers; this and the others without are known by their names.
        seed_column: That of the seeds.
        problem_column: That of the problems.
        epoch_column: That of the epochs, where a trial has a row for each.
        at: Which epoch of a trial counts: "last", "best:COLUMN" or "epoch:N".
        paired: Whether trials of one seed belong together; without, where the table has seeds in common.

    Returns:
        What the table supports; what was assumed in reading it is its attribute `assumed`.

    Raises:
        UserError: The table cannot be read as such, or the metric's name does not say which is better.
    """
    scores: Scores
    reading = Reading(
        metric, problem, optimizer_column, seed_column, problem_column, epoch_column, at, paired
    )
    sources: tuple[Path, ...] = ()
    if isinstance(data, pd.DataFrame):
        scores = read_frame(data, reading)
    else:
        sources = tuple(map(Path, [data] if isinstance(data, str | Path) else data))
        scores = read_all(sources, reading)
    check_size(scores.table)
    if higher_is_better is None:
        higher_is_better = False if scores.lower_is_better else direction.higher_is_better(scores.metric)
    if higher_is_better is None:
        raise UserError(
            f"{scores.metric!r}: its name does not say whether higher or lower is better; say"
            " higher_is_better=True or False"
        )
    result = comparison.compare(
        scores.table,
        metric=scores.metric,
        alpha=alpha,
        higher_is_better=higher_is_better,
        margin=margin,
        against=against,
        paired=scores.paired,
    )
    frame = data.copy() if isinstance(data, pd.DataFrame) else None
    return Comparison(result, scores, reading, sources, frame)
