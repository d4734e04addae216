"""The command `render`, and how `run` says where a report is. Needs no torch."""

from __future__ import annotations

import shlex
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.cli.options import rendering_options, report_arguments
from reportgen.errors import UserError
from reportgen.report.options import ReportOptions

if TYPE_CHECKING:
    from reportgen.records.run import Run
    from reportgen.report.render import Rendered


@click.command()
@click.argument("run_folder", type=click.Path(path_type=Path), metavar="RUN_DIR")
@rendering_options
def render(run_folder: Path, options: ReportOptions) -> None:
    """Write the HTML and the PDF of a run again, from its stored records."""
    from reportgen.records.run import Run

    report(Run.read(run_folder.resolve()), options)


def report(run: Run, options: ReportOptions) -> None:
    """Render a run and print where its report is."""
    from rich.console import Console

    from reportgen.report.render import render as write_report

    console = Console()
    try:
        # a moving sign on a terminal, nothing elsewhere: this takes some seconds
        with console.status("writing the report") if console.is_terminal else nullcontext():
            rendered = write_report(run, options)
    except UserError as error:
        again = shlex.join(
            ["reportgen", "render", str(run.folder), *report_arguments(options, anywhere=False)]
        )
        raise type(error)(f"{error}; the records are kept: `{again}` tries again") from error
    for line in where(rendered):
        click.echo(line)


def where(rendered: Rendered) -> list[str]:
    """Where the report's files are, a line each, and what the reader should know about them."""
    lines = [f"HTML: {rendered.html.absolute()}"]
    if rendered.pdf is not None:
        lines.append(f"PDF:  {rendered.pdf.absolute()} ({rendered.pages} pages)")
    return lines + [f"note: {note}" for note in rendered.notes]
