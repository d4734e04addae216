"""Render a run and say where its report is. Needs no torch."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import click
from rich.console import Console

from reportgen.errors import UserError
from reportgen.report.pdf import Variant
from reportgen.report.render import DEFAULT_PAPER, Rendered, render
from reportgen.report.templates import read


def report(
    folder: Path,
    languages: Sequence[str] | None,
    pdf: Variant | None,
    templates: Path | None = None,
    paper: str = DEFAULT_PAPER,
) -> None:
    """Render a run and print where its report is.

    pdf: what the PDF declares to be; None for no PDF. templates: a folder of the user's.
    """
    console = Console()
    found = read(templates)
    again = f"reportgen render {folder}{f' --templates {templates}' if templates else ''}"
    try:
        # a moving sign on a terminal, nothing elsewhere: this takes some seconds
        with console.status("writing the report") if console.is_terminal else nullcontext():
            rendered = render(folder, languages=languages, pdf=pdf, templates=found, paper=paper)
    except UserError as error:
        raise type(error)(f"{error}; the records are kept: `{again}` tries again") from error
    for line in where(rendered):
        click.echo(line)


def where(rendered: Rendered) -> list[str]:
    """Where the report's files are, a line each, and what the reader should know about them."""
    lines = [f"HTML: {rendered.html.absolute()}"]
    if rendered.pdf is not None:
        lines.append(f"PDF:  {rendered.pdf.absolute()} ({rendered.pages} pages)")
    return lines + [f"note: {note}" for note in rendered.notes]
