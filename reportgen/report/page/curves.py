"""The curves that the HTML's reader can examine: JSON that templates/curves.js draws them of."""

from __future__ import annotations

import base64
import json
import math
import re
import zlib
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from reportgen.analysis.intervals import CONFIDENCE
from reportgen.analysis.tails import student_quantile
from reportgen.report.figures.curve_data import CurveFigure, Curves, Line
from reportgen.report.figures.marks import Look, look
from reportgen.report.page.screen import hue
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Phrase
from reportgen.report.words.languages import css_class, html_lang

MARKER = 6.5
"""Pixels: the height of a marker."""


def encode(curves: Curves, setups: Sequence[str], body: str) -> Markup:
    """Return the curves of the figures that a page has: as JSON, deflated, in base64.

    Args:
        curves: Of all figures that there may be.
        setups: Those that can be picked out, in the report's order.
        body: The HTML of the page's sections.
    """
    keys = re.findall(r'data-figure="([^"]+)"', body)
    figures = {key: curves[key] for key in keys if key in curves}
    seeds = max((len(line.seeds) for figure in figures.values() for line in figure.lines), default=0)
    data = {
        "signs": numbers.writing().signs,
        "places": numbers.writing().places,
        "quantiles": [float(student_quantile((1 - CONFIDENCE) / 2, freedom)) for freedom in range(1, seeds)],
        "setups": [{"name": name, "look": _look(look(name, setups))} for name in setups],
        "figures": {key: _figure(figure) for key, figure in figures.items()},
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup('"{}"').format(base64.b64encode(zlib.compress(text.encode(), 9)).decode("ascii"))


def _figure(figure: CurveFigure) -> dict[str, Any]:
    return {
        "x": _passages(figure.x),
        "columns": [figure.owner_column, figure.x_column],
        "parts": [
            {"title": _passages(part.title), "written": part.written, "geometric": part.geometric}
            for part in figure.parts
        ],
        "lines": [_line(line) for line in figure.lines],
        "panels": [
            {
                "title": _passages(panel.title),
                "lines": [*panel.lines],
                "behind": [*panel.behind],
                "y": panel.y,
            }
            for panel in figure.panels
        ],
        "logarithmicX": figure.logarithmic_x,
        "logarithmic": figure.logarithmic,
        "shared": figure.shared,
        "steps": figure.steps,
        "fromZero": figure.from_zero,
    }


def _line(line: Line) -> dict[str, Any]:
    values: dict[str, Any] = (
        {"seeds": [*line.seeds], "values": [_numbers(own) for own in line.seeds.values()]}
        if line.seeds
        else {"mean": _numbers(line.mean), "low": _numbers(line.low), "high": _numbers(line.high)}
    )
    return {
        "name": _passages(line.name),
        "owner": line.owner,
        "column": line.column,
        "part": line.part,
        "look": _look(line.look),
        "x": _numbers(line.x),
        **values,
        "ringed": _numbers(line.ringed),
        "lost": _numbers(line.lost),
        "dots": [_numbers(dot) for dot in line.dots],
        "given": line.given,
        "banded": line.banded,
    }


def _numbers(values: Sequence[float]) -> list[float | str | None]:
    """Numbers as JSON has them: none for NaN, an infinity as text, whole ones without a point."""
    written: list[float | str | None] = []
    for value in map(float, values):
        if math.isnan(value):
            written.append(None)
        elif math.isinf(value):
            written.append(str(value))
        else:
            written.append(int(value) if value.is_integer() and abs(value) < 2**53 else value)
    return written


def _passages(title: Phrase | str) -> list[list[str]]:
    """A text in each language: its code, its class, and what it says; one without these in all languages."""
    if isinstance(title, str):
        return [["", "", title]]
    passages = [
        [html_lang(passage.language), css_class(passage.language), passage.text.striptags()]
        for passage in title.passages()
    ]
    return [["", "", passages[0][2]]] if len({text for _, _, text in passages}) == 1 else passages


def _look(own: Look) -> dict[str, str]:
    dashes = "" if isinstance(own.dashes, str) else " ".join(f"{length:g}" for length in own.dashes[1])
    return {"hue": hue(own.color), "dashes": dashes, "marker": _marker_path(own.marker)}


def _marker_path(marker: str) -> str:
    """A marker around the origin as a path of SVG."""
    from matplotlib.markers import MarkerStyle
    from matplotlib.path import Path
    from matplotlib.transforms import Affine2D

    if not marker:
        return ""
    style = MarkerStyle(marker)
    enlarged = style.get_transform() + Affine2D().scale(MARKER, -MARKER)
    path = style.get_path().transformed(enlarged)
    letters = {Path.MOVETO: "M", Path.LINETO: "L", Path.CURVE3: "Q", Path.CURVE4: "C", Path.CLOSEPOLY: "Z"}
    return "".join(
        letters[code] + ("" if code == Path.CLOSEPOLY else " ".join(f"{value:.2f}" for value in points))
        for points, code in path.iter_segments(simplify=False)
    )
