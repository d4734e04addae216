"""The figure of performance profiles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from reportgen.analysis.findings import FEW
from reportgen.report.figures.drawing import draw_steps, legend_above
from reportgen.report.figures.small_multiples import small_multiples
from reportgen.report.figures.style import WIDTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def profiles(table: pd.DataFrame, words: Mapping[str, str], setups: Sequence[str]) -> Figure:
    """Return performance profiles with their bands.

    More than FEW optimizers have a panel each.

    Args:
        table: Of analysis.profiles.performance_profile.
        words: The labels factor and share.
        setups: Who has which colour.
    """
    from matplotlib.figure import Figure

    by_name = {str(name): rows for name, rows in table.groupby("optimizer", sort=False)}
    if len(setups) > FEW:
        figure, panels = small_multiples(
            setups,
            [by_name[name].set_index("tau")["share"] for name in setups],
            lambda panel, number: draw_steps(panel, by_name[setups[number]], "tau", setups[number], number),
            x=words["factor"],
            y=words["share"],
            steps=True,
        )
        _set_axes(panels[0], table)
        return figure
    figure = Figure(figsize=(WIDTH, 2.5))
    panel: Axes = figure.subplots()
    for name, rows in by_name.items():
        draw_steps(panel, rows, "tau", name, setups.index(name))
    _set_axes(panel, table)
    panel.set_xlabel(words["factor"])
    panel.set_ylabel(words["share"])
    legend_above(figure)
    return figure


def _set_axes(panel: Axes, table: pd.DataFrame) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, PercentFormatter

    panel.set_xscale("log")
    panel.set_xlim(1, float(table["tau"].max()))
    panel.xaxis.set_major_locator(LogLocator(subs=(1, 1.2, 1.5, 2, 3, 5, 7)))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    panel.xaxis.set_minor_formatter(NullFormatter())
    panel.yaxis.set_major_formatter(PercentFormatter(1, 0))
    panel.set_ylim(-0.02, 1.02)
