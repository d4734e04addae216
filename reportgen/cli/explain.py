"""The command `explain`: what a point of the audit asks, how it is measured, and how to mend it."""

from __future__ import annotations

import re
from pathlib import Path

import click

from reportgen.errors import UserError
from reportgen.files import resources


@click.command(epilog="Example: reportgen explain RG006")
@click.argument("codes", nargs=-1, metavar="[CODE ...]")
def explain(codes: tuple[str, ...]) -> None:
    """Explain points of a report's audit by their codes; without a code, list all of them."""
    pages = {file.stem: file for file in sorted(resources.audit_pages().glob("RG*.md"))}
    for code in codes:
        if code.upper() not in pages:
            raise UserError(f"the audit has no point {code!r}; `reportgen explain` lists all")
    if not codes:
        click.echo("\n".join(f"{code}\t{_title(file)}" for code, file in pages.items()))
    click.echo("\n".join(_without_links(pages[code.upper()]) for code in codes), nl=False)


def _title(page: Path) -> str:
    return page.read_text(encoding="utf-8").partition("\n")[0].partition(": ")[2]


def _without_links(page: Path) -> str:
    """The text of a page; what it links to is not at hand in a terminal."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", page.read_text(encoding="utf-8"))
