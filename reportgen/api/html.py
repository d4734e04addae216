"""What a notebook shows of a run, a comparison or a verification: small tables, every text escaped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import pandas as pd


def table_html(table: pd.DataFrame, *, percent: Sequence[str] = ()) -> str:
    """Return a table as HTML.

    Args:
        table: A row a line; NaN and missing values are empty cells.
        percent: The columns of shares of 1, written in percent.
    """
    shown = pd.DataFrame(
        {
            column: [_cell(value, percent=column in percent) for value in table[column]]
            for column in table.columns
        }
    )
    return shown.to_html(index=False, escape=True, border=0)


def box_html(title: str, *parts: str) -> str:
    """Return a title and the parts under it as one element.

    Args:
        title: A text.
        parts: HTML.
    """
    return f"<div><p><strong>{escape(title)}</strong></p>{''.join(parts)}</div>"


def line_html(text: str) -> str:
    """Return a text as a paragraph."""
    return f"<p>{escape(text)}</p>"


def _cell(value: object, *, percent: bool) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NA:
        return ""
    if isinstance(value, float):
        return f"{100 * value:.2f} %" if percent else f"{value:.4g}"
    return str(value)
