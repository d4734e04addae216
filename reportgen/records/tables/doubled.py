"""Trials that stand twice in a table: refused, with what tells the two apart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from reportgen.errors import UserError
from reportgen.records.tables.column_names import is_metric
from reportgen.records.tables.raw import RawTable, shown
from reportgen.records.tables.roles import Roles


def refuse_doubled(rows: pd.DataFrame, keys: list[str], table: RawTable, roles: Roles) -> None:
    """Raise UserError for a trial that stands twice.

    Args:
        rows: The columns problem, optimizer, seed, and epoch where trials have several; their index is that
            of the table's rows.
        keys: Those of them that no two rows share.
        table: The table, whose further columns may tell why.
        roles: What its columns are for.
    """
    doubled = rows.duplicated(keys).to_numpy()
    if not doubled.any():
        return
    second = int(np.argmax(doubled))
    first = int(np.argmax((rows[keys] == rows[keys].iloc[second]).all(axis=1).to_numpy()))
    row = rows.iloc[second].to_dict()
    trial = f"{row['optimizer']} with seed {row['seed']} on {row['problem']}"
    if "epoch" in keys:
        trial += f" at epoch {row['epoch']}"
    here, there = (table.place(int(rows.index[number])) for number in (second, first))
    remedy = _remedy(rows, keys, table, roles)
    raise UserError(f"{here}: {trial} stands already in {there}; {remedy}")


def _remedy(rows: pd.DataFrame, keys: list[str], table: RawTable, roles: Roles) -> str:
    """What to do about it."""
    repeated = rows[rows.duplicated(keys, keep=False)]
    taken = {roles.optimizer, roles.seed, *roles.problems, *(roles.epochs[:1] if "epoch" in keys else ())}
    for name in table.frame.columns:
        if not name or name in taken or is_metric(name):
            continue
        cells = table.frame[name].loc[repeated.index].astype(str)
        if (cells.groupby([repeated[key] for key in keys]).nunique() > 1).any():
            return (
                f"they differ in {shown(name)}: keep the rows of one, write it into the optimizers' names, or"
                f" compare each as a problem with --problem-column {name}"
            )
    if roles.seed is None:
        return "name the column that tells trainings of one optimizer apart with --seed-column"
    return "keep one of them"
