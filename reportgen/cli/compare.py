"""The command `compare`: anyone's tables of scores compared, verdicts printed, a report written."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.cli.options import (
    front_matter_options,
    latex_option,
    open_option,
    output_option,
    reading_options,
    scores_report_options,
)
from reportgen.errors import ExitCode
from reportgen.experiment.front_matter import NO_FRONT_MATTER, FrontMatter
from reportgen.records.tables.reading import AS_IT_IS, Reading
from reportgen.report.options import ReportOptions

if TYPE_CHECKING:
    from reportgen.analysis.audit.points import Point
    from reportgen.analysis.comparison import Comparison
    from reportgen.records.score_files import Scores

FOLDER = "compare"
"""Where in the output folder reports of tables go."""


@dataclass(frozen=True)
class Report:
    """Where the report goes, and what is asked of it.

    target: without an ending; None for the folder FOLDER of the output folder, under the table's name.
    front_matter: what stands above it. opens: whether it is opened when it is written. latex: a folder for
    its tables and figures, for a paper in LaTeX.
    """

    target: Path | None
    output: Path
    options: ReportOptions
    front_matter: FrontMatter = NO_FRONT_MATTER
    opens: bool = False
    latex: Path | None = None

    def place(self, paths: Sequence[Path], comparison: Comparison, reading: Reading, scores: Scores) -> Path:
        """Return where to write the report, without an ending. Raises UserError where another file is."""
        from reportgen.report import file_names

        if self.target is not None:
            return file_names.named(self.target)
        return file_names.free(self.output / FOLDER, paths, comparison, reading, scores)


@click.command(epilog="Example: reportgen compare scores.csv --metric accuracy")
@click.argument("tables", nargs=-1, required=True, metavar="TABLE ...", type=click.Path(path_type=Path))
@reading_options
@click.option("--alpha", type=float, default=0.05, show_default=True, help="Chance of a false verdict.")
@click.option(
    "--against", metavar="OPTIMIZER", help="Compare the others with this one only, which needs fewer tests."
)
@click.option(
    "--margin",
    type=float,
    help="Difference that does not matter, in the metric's unit (0.01 is a point of accuracy); without, no"
    " two are found to be practically the same.",
)
@click.option(
    "--higher-is-better/--lower-is-better",
    default=None,
    help="Which scores are the better ones [default: told from the metric's name].",
)
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the report goes, without an ending [default: compare/TABLE-comparison in the output folder].",
)
@output_option
@latex_option
@click.option("--no-report", is_flag=True, help="Print the verdicts only.")
@open_option
@front_matter_options
@scores_report_options
def compare(  # noqa: PLR0917 - click passes them by name
    tables: tuple[Path, ...],
    reading: Reading,
    alpha: float,
    against: str | None,
    margin: float | None,
    higher_is_better: bool | None,
    to: Path | None,
    output: Path,
    latex: Path | None,
    no_report: bool,
    opens: bool,
    front_matter: FrontMatter,
    options: ReportOptions,
) -> ExitCode:
    """Compare the optimizers of any table of scores: verdicts printed, and a report of them.

    A table has a row for each trial, with its optimizer, its seed, its score, and its problem where there
    are several; or a row for each epoch; or a column for each optimizer, or for each seed. Columns are known
    by usual names, and what was assumed is printed. - is standard input. Trials of one seed are taken as
    paired.
    """
    if no_report and latex is not None:
        raise click.UsageError(
            "--latex writes tables and figures of the report, which --no-report leaves out"
        )
    return compare_tables(
        tables,
        reading,
        alpha=alpha,
        against=against,
        margin=margin,
        higher_is_better=higher_is_better,
        report=None if no_report else Report(to, output, options, front_matter, opens, latex),
    )


def compare_tables(
    paths: Sequence[Path],
    reading: Reading = AS_IT_IS,
    *,
    alpha: float = 0.05,
    against: str | None = None,
    margin: float | None = None,
    higher_is_better: bool | None = None,
    report: Report | None = None,
) -> ExitCode:
    """Compare the optimizers of one or more tables and say what can be said.

    Args:
        paths: the files; `-` for standard input.
        reading: what is known of them.
        alpha: the chance of a false verdict.
        against: compare the others with this optimizer alone.
        margin: the difference that does not matter; without, no two are found to be practically the same.
        higher_is_better: without, it is told from the metric's name.
        report: without, none is written.

    Returns:
        ExitCode.DONE.

    Raises:
        UserError: where the tables cannot be compared, or the report cannot be written.
        click.UsageError: for a metric whose name does not say which is better.
    """
    from rich.console import Console

    from reportgen.analysis.across_problems import over_problems
    from reportgen.analysis.comparison import compare
    from reportgen.cli.across_problems import describe_across
    from reportgen.cli.opening import open_report
    from reportgen.cli.progress import counted
    from reportgen.cli.render import where
    from reportgen.cli.standard_input import as_files
    from reportgen.cli.verdicts import assumed_lines, describe
    from reportgen.records.score_files import check_size, read_all
    from reportgen.report.latex_export.export_folder import check_export
    from reportgen.report.pdf.writer import PdfUnavailable, check_pdf
    from reportgen.report.render_scores import render_scores
    from reportgen.report.sections.table_audit import points_of_table

    if report is not None and report.options.pdf and (trouble := check_pdf()):
        raise PdfUnavailable(
            f"{trouble} (or leave the PDF out with --no-pdf, or the report with --no-report)"
        )
    if report is not None and report.latex is not None:
        check_export(report.latex)
    with as_files(paths) as files:
        scores = read_all(files, reading)
        check_size(scores.table)
        if higher_is_better is None:
            higher_is_better = False if scores.lower_is_better else told_from(scores.metric)
        with counted("comparing", Console(stderr=True)) as progress:
            comparison = compare(
                scores.table,
                metric=scores.metric,
                alpha=alpha,
                higher_is_better=higher_is_better,
                margin=margin,
                against=against,
                paired=scores.paired,
                progress=progress,
            )
        target = report.place(files, comparison, reading, scores) if report is not None else None
        console = Console()
        across = over_problems(comparison, scores.table, stages=scores.stages)
        for line in [
            *assumed_lines(scores.assumed, console.is_terminal),
            *describe(comparison, console.is_terminal, width=console.width),
            *describe_across(across, console.is_terminal),
            *audit_lines(points_of_table(comparison, scores), console.is_terminal),
        ]:
            click.echo(line)
        if report is not None and target is not None:
            with console.status("writing the report") if console.is_terminal else nullcontext():
                rendered = render_scores(
                    comparison,
                    scores,
                    files,
                    target,
                    report.options,
                    front_matter=report.front_matter,
                    reading=reading,
                    across=across,
                    latex=report.latex,
                )
            for line in where(rendered):
                click.echo(line)
            if report.opens:
                open_report(rendered.html)
    return ExitCode.DONE


def audit_lines(points: Sequence[Point], console_is_terminal: bool) -> list[str]:
    """Return a line for each point of a fair comparison of which the table shows that it does not hold."""
    from reportgen.report.sections.table_audit import failed_lines
    from reportgen.report.templates.loading import words_in

    failed = list(failed_lines(points, words_in(("en",))))
    if console_is_terminal:
        return ["", *(f"audit: {code} {name}: {found}" for code, name, found in failed)] if failed else []
    return ["\t".join(("audit", *cells)) for cells in failed]


def told_from(metric: str) -> bool:
    """Whether higher is better, by the metric's name. Raises click.UsageError where that does not say it."""
    from reportgen.experiment import direction

    higher_is_better = direction.higher_is_better(metric)
    if higher_is_better is None:
        raise click.UsageError(
            f"{metric!r}: its name does not say whether higher or lower is better; add --higher-is-better or"
            " --lower-is-better",
            click.get_current_context(silent=True),
        )
    return higher_is_better
