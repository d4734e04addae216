"""The HTML under its own policy, and for readers who do not see it as others do."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from reportgen.records.run import Run
from reportgen.report.options import ReportOptions
from reportgen.report.page.colours import contrast
from reportgen.report.page.listings import PANELS, highlight_css
from reportgen.report.page.screen import PANEL_AT_NIGHT, words
from reportgen.report.render import render
from tests.helpers.axe import axe_findings
from tests.helpers.browser import choose, forget, needs_browser, screen, shown, system_theme, webdriver


@pytest.fixture(scope="module")
def alone(tiny_run: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The report in both languages, and made with only one."""
    pages = {"both": tiny_run / "report.html"}
    for language in ("zh-Hant", "en"):
        copy = tmp_path_factory.mktemp(language) / "run"
        shutil.copytree(tiny_run, copy)
        pages[language] = render(Run.read(copy), ReportOptions(languages=(language,), pdf=False)).html
    return pages


class TestInABrowser:
    pytestmark = needs_browser

    @pytest.mark.parametrize(
        ("width", "theme", "languages"),
        [
            (1440, "light", ["en", "both"]),
            (1440, "dark", ["zh"]),
            (390, "light", ["zh"]),
            (390, "dark", ["both"]),
        ],
    )
    def test_axe_finds_nothing(
        self,
        browser: webdriver.Chrome,
        alone: dict[str, Path],
        width: int,
        theme: str,
        languages: list[str],
    ) -> None:
        screen(browser, width, 900)
        system_theme(browser, theme)
        forget(browser)
        browser.get(alone["both"].as_uri())
        for chosen in languages:
            choose(browser, f"show-{chosen}")
            assert axe_findings(browser) == [], chosen

    def test_axe_finds_nothing_in_what_opens(self, browser: webdriver.Chrome, alone: dict[str, Path]) -> None:
        screen(browser, 390, 900)
        system_theme(browser, "light")
        forget(browser)
        browser.get(alone["both"].as_uri())
        browser.execute_script("document.querySelectorAll('.fold').forEach(e => e.click())")
        browser.find_element("css selector", ".open-contents summary").click()
        assert axe_findings(browser) == [], "the contents dropped, code unfolded"
        browser.find_element("css selector", ".display summary").click()
        browser.execute_script(
            "const link = document.querySelector('main a[href=\"#table-audit\"]');"
            "link.scrollIntoView({block: 'end'}); link.focus({focusVisible: true});"
            "document.querySelector('.display').open = true"
        )
        assert shown(browser, ".preview") == [True]
        assert axe_findings(browser) == [], "the display dropped, a preview open"

    @pytest.mark.parametrize("language", ["zh-Hant", "en"])
    def test_axe_finds_nothing_in_a_report_of_one_language(
        self, browser: webdriver.Chrome, alone: dict[str, Path], language: str
    ) -> None:
        screen(browser, 1440, 900)
        system_theme(browser, "light")
        browser.get(alone[language].as_uri())
        assert axe_findings(browser) == []

    def test_axe_does_find_what_is_wrong(self, browser: webdriver.Chrome, alone: dict[str, Path]) -> None:
        system_theme(browser, "light")
        forget(browser)
        browser.get(alone["both"].as_uri())
        browser.execute_script("document.querySelector('main p').style.color = '#bbb'")
        browser.execute_script(
            "const label = document.querySelector('main [role=img] > .alt'); label.replaceChildren();"
            "label.parentNode.removeAttribute('aria-label')"
        )
        assert {rule for rule, *_ in axe_findings(browser)} == {"color-contrast", "role-img-alt"}

    def test_its_policy_lets_it_run_and_nothing_else(
        self, browser: webdriver.Chrome, alone: dict[str, Path], tmp_path: Path
    ) -> None:
        for path in alone.values():
            browser.get(path.as_uri())
            assert browser.get_log("browser") == []
            assert browser.find_elements("css selector", ".sort"), "its own script runs"
        page = alone["both"].read_text(encoding="utf-8")
        bad = tmp_path / "bad.html"
        injected = (
            "<script>window.broken = true</script><style>body { display: none }</style>"
            "<p id=bad style='display:none' onclick='window.broken = true'>x</p>"
            "<img src='https://example.invalid/x.png' onerror='window.broken = true'>"
        )
        bad.write_text(re.sub("(<main[^>]*>)", rf"\1{injected}", page), encoding="utf-8")
        browser.get(bad.as_uri())
        refused = [entry["message"] for entry in browser.get_log("browser")]
        assert len([line for line in refused if "Content Security Policy" in line]) >= 4, refused
        browser.execute_script("document.getElementById('bad').click()")
        assert browser.execute_script("return window.broken") is None
        assert browser.find_element("id", "bad").is_displayed(), "neither style took effect"

    def test_an_altered_script_does_not_run(
        self, browser: webdriver.Chrome, alone: dict[str, Path], tmp_path: Path
    ) -> None:
        page = alone["both"].read_text(encoding="utf-8")
        altered = tmp_path / "altered.html"
        altered.write_text(page.replace("'use strict';", "'use strict'; ", 1), encoding="utf-8")
        browser.get(altered.as_uri())
        assert browser.find_elements("css selector", ".sort") == []
        assert any("script-src" in entry["message"] for entry in browser.get_log("browser"))


def test_the_policy_allows_nothing_by_the_way(alone: dict[str, Path]) -> None:
    page = alone["both"].read_text(encoding="utf-8")
    policy = page.split('http-equiv="Content-Security-Policy" content="')[1].split('"')[0]
    assert "unsafe" not in policy
    assert "*" not in policy
    assert policy.startswith("default-src &#39;none&#39;") or policy.startswith("default-src 'none'")
    assert " style=" not in page.split("<body")[1].split("<script>")[0]


def test_words_in_listings_can_be_read_in_both_themes() -> None:
    css = words(highlight_css())
    pairs = re.findall(r"light-dark\((#\w+), (#\w+)\)", css)
    assert len(pairs) > 20
    for light, dark in pairs:
        assert min(contrast(light, panel) for panel in PANELS) >= 4.5, light
        assert contrast(dark, PANEL_AT_NIGHT) >= 4.5, dark
