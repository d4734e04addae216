"""Texts of users in a whole run: none becomes markup, a path, a formula or a command."""

from __future__ import annotations

import csv
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from reportgen.files import resources
from reportgen.records import run_folder
from reportgen.report.page import index
from reportgen.report.templates.loading import own
from tests.helpers.hostile import AUTHOR, CLASSES, FILE, LABELS, TITLE, Run


class Page(HTMLParser):
    """What a browser would make of a page: its elements and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.scripts: list[str] = []
        self.data: list[Any] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data: str) -> None:
        if self.elements and self.cdata_elem == "script":
            if self.elements[-1][1].get("type") == "application/json":
                assert "<" not in data, "data can end no element"
                self.data.append(json.loads(data))
            else:
                self.scripts.append(data)
        else:
            self.text += data


@pytest.fixture(scope="module")
def page(hostile_run: Run) -> Page:
    return Page((hostile_run.folder / "report.html").read_text(encoding="utf-8"))


def test_no_text_becomes_markup(page: Page) -> None:
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"object", "iframe", "embed", "base", "form", "link"}
    assert page.scripts == [own().script()]
    assert all(re.fullmatch(r"[A-Za-z0-9+/=]*", data) for data in page.data)
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")], tag
        if tag == "img":
            assert re.match(r"data:image/(png|jpeg);base64,", attributes["src"] or "")
        if tag == "a":
            assert re.match(r"#|(metrics|results|search)\.csv$", attributes["href"] or "")
    assert [tag for tag, _ in page.elements].count("title") == 1


def test_no_text_becomes_markup_in_the_list_of_runs(hostile_run: Run) -> None:
    listed = Page((hostile_run.place / "output" / "index.html").read_text(encoding="utf-8"))
    assert not {tag for tag, _ in listed.elements} & {"object", "iframe", "embed", "form", "link"}
    assert listed.scripts == [(resources.templates() / index.SCRIPT).read_text(encoding="utf-8")]
    assert len(listed.data) == 1
    for tag, attributes in listed.elements:
        assert not [name for name in attributes if name.startswith("on")], tag
        for address in (attributes.get("href"), attributes.get("src")):
            # of a run, by its own place: no other one, no other scheme, no way up
            assert address is None or re.match(r"x%20%281%29/|#|data:image/png;", address), address
            assert ".." not in (address or "")


@pytest.mark.parametrize("text", [TITLE, AUTHOR, *LABELS, *CLASSES, FILE])
def test_every_text_is_shown_as_it_was_written(page: Page, text: str) -> None:
    squeezed = re.sub(r"\s+", " ", page.text)
    assert re.sub(r"\s+", " ", text) in squeezed


def test_nothing_is_written_beside_the_run(hostile_run: Run) -> None:
    written = {path.relative_to(hostile_run.place) for path in hostile_run.place.rglob("*")}
    outside = [path for path in written if path.parts[0] != "output"]
    assert sorted(map(str, outside)) == sorted(["<i>&{x}.npz", FILE])
    of_runs = {path.parts[1] for path in written if len(path.parts) > 1}
    assert of_runs == {"x (1)", ".trials", "reportgen.sqlite", "index.html"}


def test_no_cell_is_a_formula_and_all_names_come_back(hostile_run: Run) -> None:
    tables = [*hostile_run.folder.glob("*.csv"), *hostile_run.folder.glob("records/*.csv")]
    assert len(tables) >= 3
    for table in tables:
        with table.open(encoding="utf-8", newline="") as file:
            starts = {
                cell[:1] for row in csv.reader(file) for cell in row if not re.fullmatch(r"-[\d.e-]+", cell)
            }
        assert not starts & set("=+-@\t\r"), table.name
    records = run_folder.read(hostile_run.folder)
    assert list(dict.fromkeys(records.results["setup"])) == list(LABELS)
    assert list(dict.fromkeys(records.confusion["true"])) == list(CLASSES)
