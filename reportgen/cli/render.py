"""The command `render`, and how `run` says where a report is. Needs no torch."""

from __future__ import annotations

import shlex
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.cli.options import latex_option, open_option, rendering_options, report_arguments
from reportgen.errors import UserError
from reportgen.report.options import ReportOptions

if TYPE_CHECKING:
    from reportgen.records.run import Run
    from reportgen.report.render import Rendered


@click.command(epilog="Example: reportgen render output/quickstart/latest --languages en --to handed-in.pdf")
@click.argument("run_folder", type=click.Path(path_type=Path), metavar="RUN_DIR")
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Write the report there, into a folder or as PATH.html and PATH.pdf [default: into the run's folder,"
    " in place of the report there].",
)
@latex_option
@open_option
@rendering_options
def render(
    run_folder: Path, to: Path | None, latex: Path | None, opens: bool, options: ReportOptions
) -> None:
    """Write the HTML and the PDF of a run again, from its stored records."""
    from reportgen.cli.opening import open_report
    from reportgen.records.run import Run
    from reportgen.report import file_names
    from reportgen.report.latex_export.export_folder import check_export

    if latex is not None:
        check_export(latex)
    run = Run.read(run_folder.resolve())
    rendered = report(run, options, None if to is None else file_names.within(to), latex)
    if opens:
        open_report(rendered.html)


def report(
    run: Run, options: ReportOptions, target: Path | None = None, latex: Path | None = None
) -> Rendered:
    """Render a run, in its folder or as the target's files, and print where its report is.

    Args:
        run: The run.
        options: What is asked of the report.
        target: Where it goes, without an ending; None for the run's folder.
        latex: A folder for its tables and figures, for a paper in LaTeX.
    """
    from rich.console import Console

    from reportgen.report.render import render as write_report

    console = Console()
    try:
        # a moving sign on a terminal, nothing elsewhere: this takes some seconds
        with console.status("writing the report") if console.is_terminal else nullcontext():
            rendered = write_report(run, options, target, latex)
    except UserError as error:
        place = [] if target is None else ["--to", str(target)]
        place += [] if latex is None else ["--latex", str(latex)]
        words = ["reportgen", "render", str(run.folder), *place, *report_arguments(options, anywhere=False)]
        again = shlex.join(words)
        raise type(error)(f"{error}; the records are kept: `{again}` tries again") from error
    for line in where(rendered):
        click.echo(line)
    return rendered


def where(rendered: Rendered) -> list[str]:
    """Where the report's files are, a line each, and what the reader should know about them."""
    lines = [f"HTML: {rendered.html.absolute()}"]
    if rendered.pdf is not None:
        lines.append(f"PDF:  {rendered.pdf.absolute()} ({rendered.pages} pages)")
    if rendered.latex is not None:
        lines.append(f"LaTeX: {rendered.latex.absolute()}")
    return lines + [f"note: {note}" for note in rendered.notes]
