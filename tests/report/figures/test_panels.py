"""Curves are named at their right ends: in their order, none over another, none outside."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.report.figures.drawing import series_of
from reportgen.report.figures.panels import name_curves, panels_beside, spread
from reportgen.report.figures.style import COLUMN, PANELS


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from([9.0, 18.0])), min_size=1, max_size=12))
def test_names_keep_their_order_and_a_line_apart(given_names: list[tuple[int, float]]) -> None:
    wanted, heights = map(list, zip(*given_names, strict=True))
    middles = spread(wanted, heights, 300)
    order = sorted(range(len(wanted)), key=lambda place: (wanted[place], -place))
    for below, above in pairwise(order):
        assert middles[above] - middles[below] >= (heights[below] + heights[above]) / 2 - 1e-9
    for middle, height in zip(middles, heights, strict=True):
        assert height / 2 - 1e-9 <= middle <= 300 - height / 2 + 1e-9


def test_a_name_that_has_room_stands_where_its_curve_ends() -> None:
    assert spread([20.0, 80.0], [9.0, 9.0], 100) == pytest.approx([20, 80])
    assert spread([50.0, 50.0], [9.0, 9.0], 100) == pytest.approx([54.5, 45.5])


def test_names_are_right_of_the_panel_and_inside_of_the_figure() -> None:
    names = ["SGD", "Adam (learning_rate=0.001, weight_decay=0.01)", "Never finite"]
    series = [series_of(names)[name] for name in names]
    figure, (panel,) = panels_beside(COLUMN, PANELS, series)
    for each, ends in zip(series, ([1.0, 5.0], [2.0, 3.0], [float("nan")] * 2), strict=True):
        panel.plot([1, 2], ends, **each.line)
    name_curves(panel, series)
    texts = {text.get_text().split()[0]: text for text in figure.texts}
    heights = [texts[name.split()[0]].get_position()[1] for name in names]
    assert heights == sorted(heights, reverse=True)
    right = figure.bbox.width
    for text in figure.texts:
        box = text.get_window_extent()
        assert panel.get_window_extent().x1 < box.x0 < box.x1 <= right
