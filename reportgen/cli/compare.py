"""The command `compare`: anyone's tables of scores compared, verdicts printed, a report written."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.cli.options import output_option, report_options
from reportgen.errors import ExitCode, UserError
from reportgen.report.options import ReportOptions

if TYPE_CHECKING:
    from reportgen.analysis.comparison import Comparison

FOLDER = "compare"
"""Where in the output folder reports of tables go."""


GENERATOR = b'<meta name="generator" content="reportgen '
"""What a page of the program says of itself."""


@dataclass(frozen=True)
class Report:
    """Where the report goes, and what is asked of it.

    target: without an ending; None for the folder FOLDER of the output folder, under the table's name.
    """

    target: Path | None
    output: Path
    options: ReportOptions


@click.command()
@click.argument("tables", nargs=-1, required=True, metavar="RESULTS.csv ...", type=click.Path(path_type=Path))
@click.option("--metric", help="The column to compare by [default: score, else test_accuracy].")
@click.option("--problem", help="Compare on this problem only.")
@click.option("--alpha", type=float, default=0.05, show_default=True, help="Chance of a false verdict.")
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
@click.option("--no-report", is_flag=True, help="Print the verdicts only.")
@report_options
def compare(  # noqa: PLR0917 - click passes them by name
    tables: tuple[Path, ...],
    metric: str | None,
    problem: str | None,
    alpha: float,
    higher_is_better: bool | None,
    to: Path | None,
    output: Path,
    no_report: bool,
    options: ReportOptions,
) -> ExitCode:
    """Compare the optimizers of any table of scores: verdicts printed, and a report of them.

    A table has the columns optimizer, seed, score, and problem where it has several; a run's results.csv
    will do. Trials of one seed are taken as paired.
    """
    return compare_tables(
        tables,
        metric=metric,
        problem=problem,
        alpha=alpha,
        higher_is_better=higher_is_better,
        report=None if no_report else Report(to, output, options),
    )


def compare_tables(
    paths: Sequence[Path],
    *,
    metric: str | None = None,
    problem: str | None = None,
    alpha: float = 0.05,
    higher_is_better: bool | None = None,
    report: Report | None = None,
) -> ExitCode:
    """Compare the optimizers of one or more CSV files and say what can be said.

    metric: the column to compare by; without, the first of score_tables.DEFAULT_METRICS that is there.
    problem: compare this one only. higher_is_better: without, it is told from the metric's name. Raises
    UserError, and click.UsageError for a metric whose name does not say which is better.
    """
    from rich.console import Console

    from reportgen.analysis.comparison import compare
    from reportgen.cli.progress import counted
    from reportgen.cli.render import where
    from reportgen.cli.verdicts import describe
    from reportgen.records.score_files import check_size, read_all
    from reportgen.report.pdf.writer import PdfUnavailable, check_pdf
    from reportgen.report.render_scores import render_scores

    if report is not None and report.options.pdf and (trouble := check_pdf(report.options.pdf)):
        raise PdfUnavailable(
            f"{trouble} (or leave the PDF out with --no-pdf, or the report with --no-report)"
        )
    scores = read_all(paths, metric=metric, problem=problem)
    check_size(scores.table)
    if higher_is_better is None:
        higher_is_better = told_from(scores.metric)
    with counted("comparing", Console(stderr=True)) as progress:
        found = compare(
            scores.table,
            metric=scores.metric,
            alpha=alpha,
            higher_is_better=higher_is_better,
            progress=progress,
        )
    target = place(report, paths, found) if report is not None else None
    console = Console()
    for line in describe(found, console.is_terminal, width=console.width):
        click.echo(line)
    if report is not None and target is not None:
        with console.status("writing the report") if console.is_terminal else nullcontext():
            rendered = render_scores(found, scores.table, paths, target, report.options)
        for line in where(rendered):
            click.echo(line)
    return ExitCode.DONE


def place(report: Report, paths: Sequence[Path], found: Comparison) -> Path:
    """Where to write a report, without an ending.

    A place that the user named takes the place of an earlier report there, and of no other file: raises
    UserError. Without one, the report is called like its table, with a number where another comparison is.
    """
    if report.target is not None:
        if taken := _foreign(report.target):
            raise UserError(
                f"{taken}: is there already, and is no report of compare; name another place with --to, or"
                " remove it"
            )
        return report.target
    folder = report.output / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{paths[0].stem}-comparison"
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(folder / free for free in names if not _other(folder / free, paths, found))


def _foreign(target: Path) -> Path | None:
    """The file in a report's way that compare did not write; None where there is none."""
    html, pdf = (target.with_name(f"{target.name}{ending}") for ending in (".html", ".pdf"))
    if not html.exists():
        return pdf if pdf.exists() else None
    of_a_run = html.with_name("manifest.json").exists()
    return html if of_a_run or GENERATOR not in html.read_bytes() else None


def _other(target: Path, paths: Sequence[Path], found: Comparison) -> Path | None:
    """The file in a report's way; None where there is none, or only the same tables compared in this way."""
    html, pdf = (target.with_name(f"{target.name}{ending}") for ending in (".html", ".pdf"))
    if not html.exists():
        return pdf if pdf.exists() else None
    from reportgen.report.pdf import attachments

    fingerprint = attachments.fingerprint(attachments.of_tables(found, paths))
    return None if fingerprint.encode() in html.read_bytes() else html


def told_from(metric: str) -> bool:
    """Whether higher is better, by the metric's name. Raises click.UsageError where that does not say it."""
    from reportgen.analysis import direction

    higher_is_better = direction.higher_is_better(metric)
    if higher_is_better is None:
        raise click.UsageError(
            f"{metric!r}: its name does not say whether higher or lower is better; add --higher-is-better or"
            " --lower-is-better",
            click.get_current_context(silent=True),
        )
    return higher_is_better
