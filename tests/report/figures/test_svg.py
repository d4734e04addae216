"""A drawn figure comes from the cache, and is drawn anew when anything that it shows has changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest
from fontTools.ttLib import TTFont
from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from reportgen.files import resources
from reportgen.report.figures import svg
from reportgen.report.figures.style import style
from reportgen.report.figures.svg_texts import fixed_for_print
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import load

TABLE = pd.DataFrame({"epoch": [1, 2, 3], "name": ["a", "b", "c"], "loss": [3.0, 2.0, 1.0]})
drawings: list[str] = []


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("REPORTGEN_CACHE", str(tmp_path))
    drawings.clear()
    with style():
        yield tmp_path


def line(table: pd.DataFrame, title: str) -> Figure:
    drawings.append(title)
    figure = Figure(figsize=(2, 1))
    panel = figure.subplots()
    panel.plot(table["epoch"], table["loss"])
    panel.set_title(title)
    panel.set_xlabel(numbers.percent(0.5))
    return figure


def other_line(table: pd.DataFrame, title: str) -> Figure:
    return line(table, title)


def drawn(table: pd.DataFrame = TABLE, title: str = "Loss", description: str = "falls") -> Markup:
    return svg.drawn(line, table, title, prefix="f", description=description)


def test_the_second_time_it_is_the_same_and_not_drawn() -> None:
    first = drawn()
    assert drawn(TABLE.copy()) == first
    assert "Loss" in first
    assert "falls" in first
    assert drawings == ["Loss"]


def test_any_change_draws_it_anew() -> None:
    seen = {drawn()}
    changed = TABLE.assign(loss=[3.0, 2.0, 1.0000001])
    seen |= {drawn(changed), drawn(title="Other"), drawn(description="rises")}
    svg.drawn(other_line, TABLE, "Loss", prefix="f", description="falls")
    with numbers.written_in("de"):
        seen.add(drawn())
    with mpl.rc_context({"lines.linewidth": 5}):
        seen.add(drawn())
    assert len(drawings) == 7
    assert len(seen) == 5  # the sixth differs by less than a pixel


def test_a_damaged_entry_is_drawn_anew(empty_cache: Path) -> None:
    first = drawn()
    (entry,) = (empty_cache / "report").iterdir()
    entry.write_bytes(entry.read_bytes()[:-20])
    assert drawn() == first
    assert len(drawings) == 2


def test_another_version_of_the_program_draws_it_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    first = drawn()
    monkeypatch.setattr(svg, "_program", lambda: "another")
    assert drawn() == first
    assert len(drawings) == 2


def long_label(name: str) -> Figure:
    figure = Figure(figsize=(4, 1))
    figure.subplots().set_yticks([0], [name])
    return figure


def test_a_long_name_beside_an_axis_is_not_cut_off() -> None:
    name = "ScheduleFreeAdamW_of_a_long_name"
    drawing = svg.drawn(long_label, name, prefix="x", description="y")
    end = re.search(rf'text-anchor="end"[^>]* x="([\d.]+)"[^>]*>{name}<', drawing)
    assert end
    face = FontProperties(family=["Report Sans"], size=7.5)
    width = TextPath((0, 0), name, prop=face).get_extents().width
    assert float(end[1]) - width > 1


def test_a_reader_chooses_the_language_of_a_label_and_print_has_it_at_a_fixed_place() -> None:
    title = load(resources.templates() / "catalogue.toml", ("zh-Hant", "en"))("figure.loss").label()
    drawing = svg.drawn(line, TABLE, title, prefix="f")
    spans = re.search(r"<text([^>]*)>(<tspan[^>]*>損失</tspan> <tspan[^>]*>Loss</tspan>)</text>", drawing)
    assert spans
    assert re.findall(r'lang="([^"]+)" class="([^"]+)"', spans[2]) == [("zh-Hant-TW", "zh"), ("en", "en")]
    printed = fixed_for_print(drawing)
    assert "tspan" not in printed
    assert "text-anchor" not in printed
    half = re.search(r"<text([^>]*)>50.00%</text>", drawing)
    begun = re.search(r"<text([^>]*)>50.00%</text>", printed)
    assert half
    assert begun
    middle, left = (float(re.search(r' x="([\d.]+)"', text[1])[1]) for text in (half, begun))  # type: ignore[index]
    font = TTFont(resources.templates() / "fonts" / "ReportSans-Regular.ttf")
    advances = sum(font["hmtx"][font.getBestCmap()[ord(char)]][0] for char in "50.00%")
    assert middle - left == pytest.approx(8 * advances / font["head"].unitsPerEm / 2, rel=0.03)
