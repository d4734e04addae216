"""The command `render`, and how `run` says where a report is. Needs no torch."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from reportgen.cli.options import language_list, paper_option, pdf_variant_option, templates_option
from reportgen.errors import UserError

if TYPE_CHECKING:
    from reportgen.report.pdf.writer import Variant
    from reportgen.report.render import Rendered


@click.command()
@click.argument("run_folder", type=click.Path(path_type=Path), metavar="RUN_DIR")
@click.option("--languages", callback=lambda c, p, v: v and language_list(c, p, v), help="Other languages.")
@templates_option
@paper_option
@click.option("--no-pdf", is_flag=True, help="Write the HTML only.")
@pdf_variant_option
def render(  # noqa: PLR0917 - click passes them by name
    run_folder: Path,
    languages: tuple[str, ...] | None,
    templates: Path | None,
    paper: str,
    no_pdf: bool,
    pdf_variant: Literal["a-3u", "ua-1"],
) -> None:
    """Write the HTML and the PDF of a run again, from its stored records."""
    report(run_folder.resolve(), languages, None if no_pdf else pdf_variant, templates, paper)


def report(
    folder: Path,
    languages: Sequence[str] | None,
    pdf: Variant | None,
    templates: Path | None = None,
    paper: str = "a4",
) -> None:
    """Render a run and print where its report is.

    pdf: what the PDF declares to be; None for no PDF. templates: a folder of the user's.
    """
    from rich.console import Console

    from reportgen.report.pdf.attachments import MANIFEST
    from reportgen.report.render import render as write_report
    from reportgen.report.templates.loading import read

    console = Console()
    own_templates = read(templates)
    try:
        # a moving sign on a terminal, nothing elsewhere: this takes some seconds
        with console.status("writing the report") if console.is_terminal else nullcontext():
            rendered = write_report(
                folder, languages=languages, pdf=pdf, templates=own_templates, paper=paper
            )
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
    from reportgen.report.page.page import DEFAULT_PAPER
    from reportgen.report.pdf.writer import DEFAULT_VARIANT

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
