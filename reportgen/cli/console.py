"""Rows for people and for programs: tables on a terminal, lines parted by tabs elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


def print_rows(
    title: str | None, columns: Sequence[str], rows: Sequence[Sequence[str]], console: Console | None = None
) -> None:
    """Print rows, under a heading if any. Away from a terminal: the columns' names, then a line a row."""
    from rich.console import Console

    console = console or Console()
    if not console.is_terminal:
        for row in (columns, *rows):
            console.file.write("\t".join(row) + "\n")
        return
    console.print(draw_table(title, columns, rows))


def draw_table(
    title: str | None,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    whole_first: bool = True,
    right: Collection[str] = (),
    red: Collection[int] = (),
) -> Table:
    """Return a table for a terminal; where that is narrow, cells are folded.

    Args:
        title: Of the table; None for none.
        columns: The names of its columns.
        rows: Their cells, as plain text.
        whole_first: Keep the first column in one piece, so that what it names can be copied.
        right: The columns that are set at the right.
        red: The places of the rows that stand out.
    """
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=title and escape(title), title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(
            column,
            justify="right" if column in right else "left",
            overflow="fold",
            no_wrap=whole_first and number == 0,
        )
    for number, row in enumerate(rows):
        table.add_row(*map(escape, row), style="red" if number in red else None)
    return table
