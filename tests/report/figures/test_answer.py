"""The figure of the first page: its labels stand apart, beside the means that they name, and inside it."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from reportgen.report.figures.answer import LINE, Column, Mark, pushed_apart, slopes
from reportgen.report.figures.answer_narrow import narrow_slopes
from reportgen.report.figures.answer_rows import rows
from reportgen.report.figures.drawing import series_of
from reportgen.report.figures.style import WIDE, style
from reportgen.report.figures.svg import drawn, without_narrow
from reportgen.report.words.numbers import Unit

UNIT = Unit(share=True)
WORDS = {"axis": "accuracy", "before": "before", "after": "after"}


@given(st.lists(st.floats(-50, 250), min_size=1, max_size=12), st.floats(120, 200))
def test_places_keep_their_order_and_a_gap_and_stay_in_the_room(wanted: list[float], room: float) -> None:
    places = pushed_apart(wanted, LINE, room)
    ordered = [place for _, place in sorted(zip(wanted, places, strict=True))]
    assert ordered == sorted(places), "who wants to be above is above"
    assert all(second - first > LINE - 1e-6 for first, second in pairwise(ordered))
    assert min(places) > LINE / 2 - 1e-6
    assert max(places) < room - LINE / 2 + 1e-6
    apart = all(second - first >= LINE for first, second in pairwise(sorted(wanted)))
    if apart and min(wanted) >= LINE / 2 and max(wanted) <= room - LINE / 2:
        assert places == pytest.approx(wanted), "nobody is moved without need"


def column(title: str, means: Sequence[float], names: Sequence[str], reach: float = 0.02) -> Column:
    return Column(
        title,
        tuple(
            Mark(series_of(names)[name], (mean,), mean, mean - reach, mean + reach, f"{name} {mean:.3f}")
            for name, mean in zip(names, means, strict=True)
        ),
    )


def texts(svg: str) -> dict[str, tuple[float, float]]:
    """Where each text of a drawing stands."""
    found = re.findall(
        r'<text [^>]*?(?:x="([\d.]+)" y="([\d.]+)"|translate\(([\d.]+) ([\d.]+)\))[^>]*>([^<]+)', svg
    )
    return {text: (float(x or tx), float(y or ty)) for x, y, tx, ty, text in found}


TWELVE = [f"Optimizer_{number}" for number in range(12)]


def test_twelve_equal_means_have_twelve_labels_that_do_not_touch() -> None:
    before, after = (
        column("before", [0.5 + n / 100 for n in range(12)], TWELVE),
        column("after", [0.9] * 12, TWELVE),
    )
    with style():
        svg = drawn(slopes, before, after, WORDS, UNIT, prefix="a")
    places = texts(svg)
    width = float(re.findall(r'viewBox="0 0 ([\d.]+)', svg)[0])
    assert width == pytest.approx(72 * WIDE)
    for side in (before, after):
        heights = sorted(places[mark.label][1] for mark in side.marks)
        assert all(second - first > LINE - 0.1 for first, second in pairwise(heights))
    rising = [places[mark.label][1] for mark in before.marks]
    assert rising == sorted(rising, reverse=True), "a higher mean stands higher"


def test_for_a_phone_labels_stay_within_the_figure_and_apart_and_paper_has_none_of_it() -> None:
    names = [f"Optimizer_of_a_long_name_with_weight_decay_{number}" for number in range(3)]
    both = [column(title, [0.5, 0.7, 0.9], names) for title in ("before", "after")]
    with style():
        figure = narrow_slopes(*both, WORDS, UNIT)
        two = drawn(slopes, *both, WORDS, UNIT, prefix="a", narrow=narrow_slopes)
        assert without_narrow(two) == drawn(slopes, *both, WORDS, UNIT, prefix="a") != two
        renderer = FigureCanvasAgg(figure).get_renderer()
        boxes = [text.get_window_extent(renderer) for text in figure.findobj(Text) if text.get_text()]
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 for box in boxes)
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    assert {f"{value:.3f}" for value in (0.5, 0.7, 0.9)} <= texts(two).keys(), "after, beside the whole label"


def test_ticks_have_no_decimals_that_say_nothing() -> None:
    def ticks(reach: float) -> list[str]:
        drawing = drawn(rows, [column("", [0.5, 0.5], "AB", reach)], "AB", "x", UNIT, prefix="a")
        return [text for text in texts(drawing) if text.endswith("%")]

    with style():
        wide, near = ticks(0.3), ticks(0.003)
    assert len(wide) > 2
    assert all(re.fullmatch(r"\d+%", text) for text in wide)
    assert len(set(near)) == len(near) > 2, "steps of less than one have their decimal"
    assert all(re.fullmatch(r"\d+\.\d%", text) for text in near), near


def test_who_has_no_mean_has_a_label_and_no_mark() -> None:
    lost = Mark(series_of("AB")["B"], (), math.nan, math.nan, math.nan, "B – ×2/2")
    both = [Column(title, (column("", [0.5], "A").marks[0], lost)) for title in ("before", "after")]
    with style():
        svg = drawn(slopes, *both, WORDS, UNIT, prefix="a")
    assert svg.count("B – ×2/2") == 2
    assert "NaN" not in svg
    assert "nan" not in svg
