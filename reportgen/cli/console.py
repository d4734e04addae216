"""Rows for people and for programs: tables on a terminal, lines parted by tabs elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def print_rows(
    title: str | None, columns: Sequence[str], rows: Sequence[Sequence[str]], console: Console | None = None
) -> None:
    """Print rows, under a heading if any. Away from a terminal: the columns' names, then a line a row."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = console or Console()
    if not console.is_terminal:
        for row in (columns, *rows):
            console.file.write("\t".join(row) + "\n")
        return
    table = Table(title=title and escape(title), title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column == columns[0])
    for row in rows:
        table.add_row(*map(escape, row))
    console.print(table)
