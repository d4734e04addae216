"""The page of all reports: what it says of each run, and what a reader can do with it in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from reportgen.records.database import Database
from reportgen.records.history import History
from reportgen.report.page import index as module
from reportgen.report.page.index import write_index
from tests.helpers.axe import axe_findings
from tests.helpers.browser import (
    choose,
    chromium,
    click,
    needs_browser,
    screen,
    scripts,
    system_theme,
    webdriver,
)
from tests.helpers.html_tables import tables_of
from tests.helpers.made_run import made_run

HEADLINE = {"zh-Hant": "各自調校後無顯著差異。", "en": "Tuned, <no> optimizer is separable."}
SUMMARY: dict[str, Any] = {
    "title": {"zh-Hant": "優化器比較", "en": "Comparing optimizers"},
    "author": {"zh-Hant": "王小明", "en": "Wang"},
    "data": {"zh-Hant": "手寫數字", "en": "handwritten digits"},
    "headline": HEADLINE,
    "accuracy": {"setup": "Adam", "mean": 0.975, "low": 0.961, "high": 0.989},
    "passed": 10,
    "applicable": 10,
    "change": "worse",
}
DEFECTS = {**SUMMARY, "passed": 3, "defects": 6, "change": "no change seen", "identical": True}
RUNS = {
    "20260102-030405-000000": ("quickstart", None),  # an older version's: nothing was kept of it
    "20260103-030405-000000": ("quickstart", SUMMARY),
    "20260104-030405-000000": ("as-submitted", DEFECTS),
}


def output_of(folder: Path, runs: dict[str, tuple[str, dict[str, Any] | None]]) -> Path:
    """The page of an output folder with these runs."""
    for name, (experiment, summary) in runs.items():
        run = made_run(folder, name=name, experiment=experiment)
        manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
        manifest["times"] |= {"started": f"{name[:4]}-{name[4:6]}-{name[6:8]}T03:04:05+00:00"}
        (run / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        if summary is not None:
            (run / "records" / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    with Database(folder) as database:
        history = History(database, folder)
        history.take_in()
        return write_index(history)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return output_of(tmp_path_factory.mktemp("output"), RUNS)


def test_a_row_says_what_was_kept_of_its_run(path: Path) -> None:
    defects, newer, older = tables_of(path.read_text(encoding="utf-8"))["runs"][1:]
    assert defects[0] == "2026-01-04 03:04"
    assert "含 6\N{NO-BREAK SPACE}項已知缺陷" in defects[1]
    assert "6 known defects" in defects[1]
    assert defects[5:] == ["3 / 10", "數字相同 same numbers"]
    assert "王小明" in newer[1]
    assert newer[2] == "手寫數字handwritten digits"
    assert newer[3] == "".join(HEADLINE.values())
    assert newer[4].split() == ["97.50%", "[96.10%,", "98.90%]", "Adam"]
    assert newer[5:] == ["10 / 10", "較差 worse"]
    assert older[3] == older[5] == older[6] == ""
    assert older[4].split() == ["97.50%", "Adam"]  # from its scores: the interval was not kept


@pytest.mark.parametrize(
    "damaged", ["{", '{"passed": -1}', '{"headline": {"en": 3, "zh-Hant": []}, "change": "x"}', "[]"]
)
def test_a_damaged_summary_is_none(tmp_path: Path, damaged: str) -> None:
    run = made_run(tmp_path)
    (run / "records" / "summary.json").write_text(damaged, encoding="utf-8")
    with Database(tmp_path) as database:
        history = History(database, tmp_path)
        history.take_in()
        (_, row) = tables_of(write_index(history).read_text(encoding="utf-8"))["runs"]
    assert row[3] == row[5] == ""


@pytest.mark.reports
def test_the_summary_is_that_of_the_report(tiny_run: Path) -> None:
    kept = json.loads((tiny_run / "records" / "summary.json").read_text(encoding="utf-8"))
    scores = pd.read_csv(tiny_run / "results.csv").query("stage == 'tuned'")["test_accuracy"]
    half = stats.t.ppf(0.975, len(scores) - 1) * stats.sem(scores)
    found = kept["accuracy"]
    assert (found["setup"], found["mean"]) == ("Adam", pytest.approx(scores.mean()))
    ends = np.clip([scores.mean() - half, scores.mean() + half], 0, 1)
    assert [found["low"], found["high"]] == pytest.approx(ends.tolist())
    rows = tables_of((tiny_run / "report.html").read_text(encoding="utf-8"))["table-audit"][1:]
    assert kept["passed"] == sum(row[1] == "✓" for row in rows)
    assert kept["applicable"] == sum(row[1] in ("✓", "✗") for row in rows)
    page = (tiny_run / "report.html").read_text(encoding="utf-8")
    assert all("".join(text.split())[:30] in "".join(page.split()) for text in kept["headline"].values())


def test_five_hundred_runs_are_less_than_a_megabyte_and_each_summary_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []
    original = module.read_summary
    monkeypatch.setattr(module, "read_summary", lambda folder: read.append(folder) or original(folder))
    runs = {
        f"2026{month:02}{day:02}-030405-000000": ("quickstart", SUMMARY)
        for month in (1, 2)
        for day in range(1, 16)
    }
    names = list(runs)
    few = output_of(tmp_path, {name: runs[name] for name in names[:10]}).stat().st_size
    read.clear()
    many = output_of(tmp_path, {name: runs[name] for name in names[10:]}).stat().st_size
    assert len(read) == len(set(read)) == 30
    assert many + 470 * (many - few) / 20 < 1_000_000


# ---------------------------------------------------------------- in a browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture
def page(browser: webdriver.Chrome, path: Path) -> webdriver.Chrome:
    screen(browser, 1300, 900)
    scripts(browser, run=True)
    system_theme(browser, "light")
    browser.get(path.as_uri())
    browser.execute_script("localStorage.clear()")
    browser.get(path.as_uri())
    return browser


def dates(page: webdriver.Chrome) -> list[str]:
    """The days of the rows that are shown, from above."""
    return [
        row.find_element("css selector", ".date").text[:10]
        for row in page.find_elements("css selector", "#runs tbody tr")
        if row.is_displayed()
    ]


@pytest.mark.browser
class TestInABrowser:
    pytestmark = needs_browser

    def test_it_opens_without_a_complaint_and_with_its_own_letters(self, page: webdriver.Chrome) -> None:
        assert page.get_log("browser") == []
        assert dates(page) == ["2026-01-04", "2026-01-03", "2026-01-02"]
        faces = "return [...document.fonts].filter(face => face.status == 'loaded').map(face => face.family)"
        assert {"Report Sans", "Report Hei TC"} <= {name.strip('"') for name in page.execute_script(faces)}

    def test_the_whole_row_leads_to_its_report(self, page: webdriver.Chrome) -> None:
        verdict = page.find_element("css selector", "#runs tbody tr:nth-child(2) .verdict")
        webdriver.ActionChains(page).move_to_element(verdict).click().perform()
        assert page.current_url.endswith("/quickstart/20260103-030405-000000/report.html")

    def test_rows_are_filtered_by_words_and_by_experiment(self, page: webdriver.Chrome) -> None:
        page.find_element("id", "filter").send_keys("wang WORSE")
        assert dates(page) == ["2026-01-03"]
        assert page.find_element("id", "count").text.startswith("1 / 3")
        page.find_element("id", "filter").clear()
        page.find_element("id", "filter").send_keys(" ")
        page.find_element("css selector", "#experiment option:nth-child(2)").click()
        assert dates(page) == ["2026-01-04"]

    def test_rows_are_sorted_by_a_column_and_back(self, page: webdriver.Chrome) -> None:
        orders = []
        for _ in range(3):
            click(page, "th.audit .sort")
            orders.append(
                (page.find_element("css selector", "th.audit").get_attribute("aria-sort"), dates(page))
            )
        newest_first = ["2026-01-04", "2026-01-03", "2026-01-02"]
        assert orders == [
            ("ascending", newest_first),  # 3 of 10 before 10 of 10; what is empty last
            ("descending", ["2026-01-03", "2026-01-04", "2026-01-02"]),
            (None, newest_first),
        ]

    def test_two_runs_stand_side_by_side_the_older_first(self, page: webdriver.Chrome) -> None:
        boxes = page.find_elements("css selector", "input.choose")
        boxes[0].click()
        assert not page.find_element("id", "pair").is_displayed()
        boxes[1].click()
        pair = page.find_element("id", "pair")
        assert pair.is_displayed()
        links = [link.get_attribute("href") for link in pair.find_elements("css selector", "thead a")]
        assert [link.split("/")[-3] for link in links] == ["quickstart", "as-submitted"]
        rows = {
            cells[0]: cells[1:]
            for row in pair.find_elements("css selector", "tbody tr")
            for cells in [[cell.text for cell in row.find_elements("css selector", "th, td")]]
        }
        assert rows["公平性檢查 Fairness audit"][:2] == ["10 / 10", "3 / 10"]
        assert rows["Adam · 完整訓練 full training"] == ["97.50%", "97.50%", "+0.00"]
        assert rows["實驗 Experiment"][:2] == ["quickstart", "as-submitted"]
        differs = pair.find_elements("css selector", "tr.differs th")
        assert "公平性檢查 Fairness audit" in [cell.text for cell in differs]
        assert "Adam · 完整訓練 full training" not in [cell.text for cell in differs]
        boxes[2].click()  # a third takes the place of the first
        assert [box.is_selected() for box in boxes] == [False, True, True]
        page.find_element("id", "close").click()
        assert not any(box.is_selected() for box in boxes)

    def test_language_and_theme_are_remembered_and_in_the_address(
        self, page: webdriver.Chrome, path: Path
    ) -> None:
        choose(page, "show-en")
        choose(page, "theme-dark")
        assert "lang=en" in page.current_url
        assert "theme=dark" in page.current_url
        page.get(path.as_uri())
        words = page.find_element("css selector", "body").text
        assert "Two" in words or "Tick two reports" in words
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in words.replace("中文", ""))
        assert (
            page.execute_script("return getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 30)"
        )
        assert page.execute_script("return document.documentElement.lang") == "en"

    @pytest.mark.parametrize("width", [390, 1300])
    def test_it_works_without_scripts_and_nothing_is_cut_off(
        self, page: webdriver.Chrome, path: Path, width: int
    ) -> None:
        scripts(page, run=False)
        screen(page, width, 900)
        page.get(path.as_uri())
        assert dates(page) == ["2026-01-04", "2026-01-03", "2026-01-02"]
        assert not page.find_element("css selector", ".tools").is_displayed()
        assert not page.find_elements("css selector", "input.choose")
        scripts(page, run=True)
        assert page.execute_script("return document.documentElement.scrollWidth") <= width
        ends = (
            "return [...document.querySelectorAll('#runs tbody *')].map(e => e.getBoundingClientRect().right)"
        )
        assert max(page.execute_script(ends)) <= width

    @pytest.mark.parametrize(("width", "theme"), [(1300, "light"), (1300, "dark"), (390, "light")])
    def test_axe_finds_nothing(self, page: webdriver.Chrome, width: int, theme: str) -> None:
        screen(page, width, 900)
        system_theme(page, theme)
        for box in page.find_elements("css selector", "input.choose")[:2]:
            page.execute_script("arguments[0].click()", box)
        for language in ("both", "en"):
            choose(page, f"show-{language}")
            assert axe_findings(page) == []
