"""The figure of performance profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from reportgen.analysis.findings import FEW
from reportgen.report.figures.drawing import draw_steps, series_of
from reportgen.report.figures.panels import name_curves, panels_beside
from reportgen.report.figures.small_multiples import small_multiples
from reportgen.report.figures.style import COLUMN, PANELS
from reportgen.report.figures.ticks import set_logarithmic, write_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def profiles(
    table: pd.DataFrame, words: Mapping[str, str], setups: Sequence[str], *, width: float = COLUMN
) -> Figure:
    """Return performance profiles with their bands.

    More than FEW optimizers have a panel each.

    Args:
        table: Of analysis.profiles.performance_profile.
        words: The labels factor_log and share.
        setups: Who has which colour. Who has no rows in the table (not in every problem) is not drawn.
        width: Of the figure of few optimizers, in inches.
    """
    by_name = {str(name): rows for name, rows in table.groupby("optimizer", sort=False)}
    all_series = series_of(setups)
    drawn = [name for name in setups if name in by_name]
    series = [all_series[name] for name in drawn]
    if len(drawn) > FEW:
        figure, panels = small_multiples(
            series,
            [by_name[name].set_index("tau")["share"] for name in drawn],
            lambda panel, number: draw_steps(panel, by_name[drawn[number]], "tau", series[number]),
            x=words["factor_log"],
            y=words["share"],
            steps=True,
        )
        _set_axes(panels[0], table)
        return figure
    figure, (panel,) = panels_beside(width, PANELS, series)
    for own in series:
        draw_steps(panel, by_name[own.name], "tau", own)
    _set_axes(panel, table)
    panel.set_xlabel(words["factor_log"])
    panel.set_ylabel(words["share"])
    name_curves(panel, series)
    return figure


def _set_axes(panel: Axes, table: pd.DataFrame) -> None:
    panel.set_xlim(1, float(table["tau"].max()))
    set_logarithmic(panel, "x")
    write_ticks(panel, "y", share=True)
    panel.set_ylim(-0.02, 1.02)
