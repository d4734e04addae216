"""What a reader takes away from a figure of curves: its numbers, its drawing; the files beside the page."""

from __future__ import annotations

import io
import re
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from reportgen.records.run_folder import TO_THE_LAST_DIGIT
from tests.helpers.browser import choose, needs_browser, webdriver
from tests.helpers.instruments import LOSS, drawn, press, with_curves

pytestmark = needs_browser


@pytest.fixture
def page(page: webdriver.Chrome) -> webdriver.Chrome:
    return with_curves(page)


def saved(page: webdriver.Chrome, figure: str, kind: str) -> tuple[str, str]:
    """The name and the text of the file that a click would save."""
    page.execute_script(
        "URL.createObjectURL = blob => { window.saved = blob; return '#'; };"
        "HTMLAnchorElement.prototype.click = function () { window.named = this.download; };"
    )
    press(page, figure, kind)
    read = "const done = arguments[0]; window.saved.text().then(text => done([window.named, text]))"
    name, text = page.execute_async_script(read)
    return str(name), str(text)


def test_the_saved_table_has_the_numbers_of_the_records(page: webdriver.Chrome, tiny_run: Path) -> None:
    records = pd.read_csv(tiny_run / "metrics.csv", **TO_THE_LAST_DIGIT)
    for key, stage, columns in (
        ("comparison-loss", "comparison", ["training_loss", "validation_loss"]),
        ("tuned", "tuned", ["training_loss", "validation_loss", "training_accuracy", "validation_accuracy"]),
    ):
        name, text = saved(page, f"[data-figure={key}]", "CSV")
        assert name == f"{key}.csv"
        table = pd.read_csv(io.StringIO(text), **TO_THE_LAST_DIGIT)
        rows = records[records["stage"] == stage][["setup", "seed", "epoch", *columns]]
        pd.testing.assert_frame_equal(table, rows.reset_index(drop=True), check_exact=True)


def test_the_saved_drawing_stands_alone(page: webdriver.Chrome) -> None:
    """With its looks inside, in the language that is shown, and every line of the page's."""
    choose(page, "show-en")
    name, text = saved(page, LOSS, "SVG")
    assert name == "comparison-loss.svg"
    root = ElementTree.fromstring(text)
    names = {"s": "http://www.w3.org/2000/svg"}
    words = " ".join("".join(element.itertext()).strip() for element in root.iterfind(".//s:text", names))
    assert "Training" in words
    assert not re.search("[\u3400-\u9fff]", words)
    paths = {path.get("d") for path in root.iterfind(".//s:path", names)}
    assert set(drawn(page, LOSS, "line")) <= paths
    strokes = {path.get("stroke") for path in root.iterfind(".//s:path", names)} - {"none"}
    assert len(strokes) >= 5, "three setups, axes, grid"
    assert not [element for element in root.iter() if element.get("class") or element.get("style")]


def test_links_lead_to_the_files_beside_the_page(page: webdriver.Chrome, tiny_run: Path) -> None:
    links = [link.get_dom_attribute("href") for link in page.find_elements("css selector", ".beside a")]
    assert {"metrics.csv", "results.csv"} <= set(links)
    assert all((tiny_run / link).is_file() for link in links)
