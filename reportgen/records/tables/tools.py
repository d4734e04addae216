"""Tables of runs that other programs export, known by their columns."""

from __future__ import annotations

from collections.abc import Callable

from reportgen.records.tables import benchopt, mlflow_table, wandb_chart, wandb_table
from reportgen.records.tables.raw import RawTable

TOOLS: tuple[Callable[[RawTable], RawTable | None], ...] = (
    mlflow_table.understand,
    wandb_chart.understand,
    wandb_table.understand,
    benchopt.understand,
)


def understand(table: RawTable) -> RawTable:
    """Return a table with what its columns mean to the program that wrote it; as it is, if that is unknown.

    Args:
        table: As it was read.

    Raises:
        UserError: It is such a table, and nothing in it can be compared.
    """
    for understand_tool in TOOLS:
        if (understood := understand_tool(table)) is not None:
            return understood
    return table
