"""A figure of curves as data: a page whose reader may zoom in and read values off draws it itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reportgen.report.figures.marks import Look
from reportgen.report.words.catalogue import Phrase


@dataclass(frozen=True)
class Part:
    """What a figure shows of each owner of curves, such as the training loss.

    Attributes:
        title: Its name.
        written: How its values are written: as percent, loss, score or two_digits.
        geometric: Whether means are geometric, and differences ratios.
    """

    title: Phrase
    written: str
    geometric: bool = False


@dataclass(frozen=True)
class Line:
    """A curve: the values of each seed at every x, or, where there are no seeds, its values and their band.

    Attributes:
        name: What it is called beside its values.
        owner: The setup that it is of.
        column: Of its values in a table, as metrics.csv calls it.
        part: The place of its part among the figure's.
        look: How it is drawn.
        x: Rising.
        seeds: The values of each seed, NaN where it has none.
        mean: The values, where there are no seeds.
        low: Where their band ends below; empty where they have none.
        high: Where it ends above.
        ringed: The x of the points that have a ring.
        lost: The x at which it has no value, since training diverged there.
        dots: The x and the value of single seeds, where these are no curves.
        given: The x that the experiment gives.
        banded: Whether its band is drawn.
    """

    name: Phrase | str
    owner: str
    column: str
    part: int
    look: Look
    x: Sequence[float]
    seeds: Mapping[str, Sequence[float]] = field(default_factory=dict)
    mean: Sequence[float] = ()
    low: Sequence[float] = ()
    high: Sequence[float] = ()
    ringed: Sequence[float] = ()
    lost: Sequence[float] = ()
    dots: Sequence[tuple[float, float]] = ()
    given: float | None = None
    banded: bool = True


@dataclass(frozen=True)
class Panel:
    """One of the drawings beside each other.

    Attributes:
        title: What stands above it.
        lines: The places of its lines among the figure's.
        behind: Those of the lines that stand behind them in grey.
        y: The ends of its vertical axis; None for those of what is drawn.
    """

    title: Phrase | str
    lines: Sequence[int]
    behind: Sequence[int] = ()
    y: tuple[float, float] | None = None


@dataclass(frozen=True)
class CurveFigure:
    """A figure whose curves can be examined.

    Attributes:
        x: What its horizontal axis is called.
        x_column: The same in a table.
        parts: What is shown of each owner.
        lines: All curves.
        panels: The drawings beside each other.
        owner_column: What the column of owners is called in a table.
        logarithmic_x: Whether the horizontal axis is logarithmic.
        logarithmic: Whether the vertical axes are, at first.
        shared: Whether all panels have the same vertical axis.
        steps: Whether a line stays where it is until the next x.
        from_zero: Whether the vertical axis begins at 0.
    """

    x: Phrase
    x_column: str
    parts: Sequence[Part]
    lines: Sequence[Line]
    panels: Sequence[Panel]
    owner_column: str = "setup"
    logarithmic_x: bool = False
    logarithmic: bool = False
    shared: bool = False
    steps: bool = False
    from_zero: bool = False


Curves = Mapping[str, CurveFigure]
"""Figures by their keys in a page."""
