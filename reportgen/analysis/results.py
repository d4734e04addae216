"""Picking rows out of the table of results."""

from __future__ import annotations

from typing import Any

import pandas as pd


def stage(results: pd.DataFrame, name: str) -> pd.DataFrame:
    """The rows of a stage."""
    return results[results["stage"] == name]


def finished(results: pd.DataFrame) -> pd.DataFrame:
    """The rows of the trials that did not diverge."""
    return results[results["status"] == "finished"]


def rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table as dictionaries."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
