"""The chart that Weights & Biases exports: a column for each run, beside its smallest and largest values."""

from __future__ import annotations

from typing import Any

from reportgen.errors import UserError
from reportgen.records.tables.flattening import table_of
from reportgen.records.tables.raw import RawTable, shown
from reportgen.records.tables.reading_notes import Note
from reportgen.records.tables.run_columns import RUN, with_run_columns

FORM = Note("wandb_chart")
MIN, MAX = "__MIN", "__MAX"
PARTS = " - "
GROUP = "Group: "


def understand(table: RawTable) -> RawTable | None:
    """Return the curves of such a table, a row for each step of each run; None for any other table.

    Args:
        table: As it was read.

    Raises:
        UserError: Its columns are means of several runs, or the runs' names tell no optimizer.
    """
    columns = list(table.frame.columns)
    curves = [name for name in columns if {f"{name}{MIN}", f"{name}{MAX}"} <= set(columns) and PARTS in name]
    axes = [name for name in columns if name not in curves and not name.endswith((MIN, MAX))]
    if not curves or len(axes) != 1:
        return None
    (axis,) = axes
    spread = [name for name in curves if _is_spread(table, name)]
    if grouped := [name for name in spread if name.startswith(GROUP)]:
        raise UserError(
            f"{table.path}: {shown(grouped[0])} is the mean of a group of runs; ungroup the runs in W&B, and"
            " export the chart again"
        )
    rows: dict[tuple[str, object], dict[str, Any]] = {}
    lines: dict[tuple[str, object], int] = {}
    for name in curves:
        run, _, metric = name.removeprefix(GROUP).rpartition(PARTS)
        if metric.startswith("_"):  # W&B's own, such as _step
            continue
        for step, cell, line in zip(table.frame[axis], table.frame[name], table.lines, strict=True):
            if str(cell).strip():
                rows.setdefault((run, step), {RUN: run, "epoch": step})[metric] = cell
                lines.setdefault((run, step), line)
    notes = [*table.notes, Note("is_epoch", column=axis)]
    if spread:
        notes.append(Note("mean_of_steps"))
    curve = table_of(
        list(rows.values()), table.path, FORM, lines=list(lines.values()), notes=notes, sparse=True
    )
    return with_run_columns(curve)


def _is_spread(table: RawTable, name: str) -> bool:
    """Whether a value of the column stands for several, which are not the same."""
    return bool((table.frame[f"{name}{MIN}"] != table.frame[f"{name}{MAX}"]).any())
