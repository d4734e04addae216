"""A table of the bench: for a terminal, and in Markdown for the manual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reportgen.bench.spread import Spread

NOTHING = "-"


@dataclass(frozen=True)
class Table:
    """Cells as texts, under a title and the names of the columns."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """The table as the manual has it."""
        lines = [self.columns, ["---"] * len(self.columns), *self.rows]
        return "\n".join([f"**{self.title}**", "", *(f"| {' | '.join(cells)} |" for cells in lines)])


def ratio_cell(ratio: Spread) -> str:
    """Return a ratio with its range.

    Args:
        ratio: Of medians.
    """
    return f"{ratio.median:.2f} ({ratio.least:.2f} to {ratio.most:.2f})"
