"""The look that all figures share, and their sizes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from reportgen.report.fonts import faces

COLUMN, WIDE = 125 / 25.4, 170 / 25.4
"""Inches: the column of text of an A4 page, and all that is between its margins. Figures are set at the width
that they are drawn at, so that their letters have the size that is said here."""
NARROW = 93 / 25.4
"""Inches: the column of text on a phone, for drawings that a page has a second time."""
PANELS = 1.7
"""Inches: the height of panels beside each other; three such figures fit a page with their sentences."""
SMALLEST_TYPE = "data-type"
"""The attribute of a drawing that says how large its smallest type is, in points."""


@contextlib.contextmanager
def style() -> Iterator[None]:
    """Give figures, while inside, the look that all share; leaves matplotlib as it was."""
    import matplotlib as mpl

    mpl.use("svg")
    faces.register_with_matplotlib()
    ink, grid = "#2b303a", "#dfe2e7"
    settings: Any = {
        "font.family": ["Report Sans", "Report Hei TC"],
        "font.size": 8,
        "axes.titlesize": 8.5,
        "axes.labelsize": 8,
        "figure.labelsize": 8,
        "xtick.labelsize": 7.5,
        "ytick.labelsize": 7.5,
        "legend.fontsize": 8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": "#7d8590",
        "axes.linewidth": 0.6,
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": grid,
        "grid.linewidth": 0.5,
        "xtick.bottom": False,  # the grid's lines reach the axis: marks beside them would say it twice
        "ytick.left": False,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
        "text.color": ink,
        "axes.labelcolor": ink,
        "xtick.color": ink,
        "ytick.color": ink,
        "lines.linewidth": 1.3,
        "legend.frameon": False,
        "figure.constrained_layout.use": True,
        "svg.fonttype": "none",  # texts stay texts: searchable, and in the page's fonts
        "svg.hashsalt": "reportgen",  # the same ids every time
        "text.parse_math": False,  # a label with two dollar signs is a label
    }
    with mpl.rc_context(settings):
        yield
