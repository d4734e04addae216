"""Render a run and say where its report is. Needs no torch."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import click
from rich.console import Console

from reportgen.errors import UserError
from reportgen.report.page.page import DEFAULT_PAPER
from reportgen.report.pdf.attachments import MANIFEST
from reportgen.report.pdf.writer import DEFAULT_VARIANT, Variant
from reportgen.report.render import Rendered, render
from reportgen.report.templates.loading import read


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
    try:
        # a moving sign on a terminal, nothing elsewhere: this takes some seconds
        with console.status("writing the report") if console.is_terminal else nullcontext():
            rendered = render(folder, languages=languages, pdf=pdf, templates=found, paper=paper)
    except UserError as error:
        if not (folder / MANIFEST).is_file():
            raise
        again = shlex.join(["reportgen", "render", str(folder), *_options(languages, pdf, templates, paper)])
        raise type(error)(f"{error}; the records are kept: `{again}` tries again") from error
    for line in where(rendered):
        click.echo(line)


def _options(
    languages: Sequence[str] | None, pdf: Variant | None, templates: Path | None, paper: str
) -> list[str]:
    """What makes `reportgen render` do the same, where it is not the default."""
    options = {
        "--languages": ",".join(languages or ()),
        "--templates": str(templates or ""),
        "--paper": "" if paper == DEFAULT_PAPER else paper,
        "--pdf-variant": "" if pdf in (None, DEFAULT_VARIANT) else str(pdf),
    }
    words = [word for option, value in options.items() if value for word in (option, value)]
    return [*words, "--no-pdf"] if pdf is None else words


def where(rendered: Rendered) -> list[str]:
    """Where the report's files are, a line each, and what the reader should know about them."""
    lines = [f"HTML: {rendered.html.absolute()}"]
    if rendered.pdf is not None:
        lines.append(f"PDF:  {rendered.pdf.absolute()} ({rendered.pages} pages)")
    return lines + [f"note: {note}" for note in rendered.notes]
