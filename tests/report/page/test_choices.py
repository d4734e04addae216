"""Languages and theme in a real browser: in the address, remembered, and everywhere in the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helpers.browser import choose, click, needs_browser, webdriver

pytestmark = needs_browser

HAN = re.compile("[\u3400-\u9fff]")


def state(page: webdriver.Chrome) -> tuple[str, str, str]:
    """The languages and the theme that are chosen, and the language that the page says it is in."""
    chosen = page.execute_script(
        "return [...document.querySelectorAll('[name=shown]:checked, [name=theme]:checked')].map(e => e.id)"
    )
    return (*chosen, page.execute_script("return document.documentElement.lang"))


def test_what_was_chosen_stands_in_the_address_and_is_remembered(
    page: webdriver.Chrome, tiny_run: Path
) -> None:
    report = (tiny_run / "report.html").as_uri()
    assert state(page) == ("show-both", "theme-auto", "zh-Hant-TW")
    assert page.current_url == report, "nothing was chosen"
    choose(page, "show-en")
    choose(page, "theme-dark")
    assert page.current_url == f"{report}?lang=en&theme=dark"
    page.get(report)
    assert state(page) == ("show-en", "theme-dark", "en"), "remembered"
    page.get(f"{report}?lang=zh&theme=light#sec-audit")
    assert state(page) == ("show-zh", "theme-light", "zh-Hant-TW"), "the address wins"
    top = "return document.getElementById('sec-audit').getBoundingClientRect().top"
    assert 0 < page.execute_script(top) < 150
    page.get(f"{report}?lang=tlh&theme=#nowhere")
    assert state(page) == ("show-en", "theme-dark", "en"), "what there is not counts as not asked for"
    assert page.get_log("browser") == []


def test_where_nothing_may_be_kept_all_still_works(page: webdriver.Chrome, tiny_run: Path) -> None:
    refuse = (
        "Storage.prototype.getItem = Storage.prototype.setItem = History.prototype.replaceState ="
        " () => { throw new DOMException('refused', 'SecurityError') }"
    )
    command = "Page.addScriptToEvaluateOnNewDocument"
    added = page.execute_cdp_cmd(command, {"source": refuse})
    try:
        page.get((tiny_run / "report.html").as_uri())
        choose(page, "show-en")
        assert state(page) == ("show-en", "theme-auto", "en")
        assert page.find_elements("css selector", ".sort"), "the rest of the script ran"
        assert page.get_log("browser") == []
    finally:
        page.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)


@pytest.mark.parametrize(("language", "foreign"), [("en", HAN), ("zh", re.compile(r"\b(the|of|with|and)\b"))])
def test_alone_a_language_is_alone_in_text_names_and_title(
    page: webdriver.Chrome, language: str, foreign: re.Pattern[str]
) -> None:
    choose(page, f"show-{language}")
    page.execute_script("document.querySelectorAll('pre, code, #table-checks').forEach(e => e.remove())")
    told = page.execute_script(
        "const named = [...document.querySelectorAll('[aria-label]:not([aria-labelledby]), [title]')]"
        ".filter(e => e.checkVisibility())"
        ".flatMap(e => [e.getAttribute('aria-label'), e.getAttribute('title')]);"
        "document.querySelectorAll('svg').forEach(e => e.remove());"
        "return [document.title, document.body.innerText, ...named].filter(Boolean)"
    )
    assert len(told) > 10
    lines = [line for text in told for line in text.replace("中文", "").splitlines()]
    assert [line for line in lines if foreign.search(line)] == []


def test_whoever_switches_reads_on_at_the_same_place(page: webdriver.Chrome) -> None:
    top = "return document.querySelectorAll('main > p.en')[arguments[0]].getBoundingClientRect().top"
    page.execute_script("document.querySelectorAll('main > p.en')[12].scrollIntoView()")
    page.execute_script("scrollBy(0, -60)")
    before = page.execute_script(top, 12)
    page.find_element("css selector", "label[for=show-en]").click()
    assert abs(page.execute_script(top, 12) - before) < 2


def test_contents_lead_there_at_once(page: webdriver.Chrome) -> None:
    landed = page.execute_script(
        "document.querySelector('.contents a[href=\"#sec-audit\"]').click();"
        "return document.getElementById('sec-audit').getBoundingClientRect().top"
    )
    assert 0 < landed < 150


def test_the_first_stop_of_the_keyboard_skips_to_the_text(page: webdriver.Chrome) -> None:
    from selenium.webdriver.common.keys import Keys

    page.find_element("css selector", "body").send_keys(Keys.TAB)
    skip = page.switch_to.active_element
    assert skip.get_attribute("className") == "skip"
    assert skip.rect["y"] >= 0, "in sight once it is reached"
    skip.send_keys(Keys.ENTER)
    page.switch_to.active_element.send_keys(Keys.TAB)
    within = "return document.querySelector('main').contains(document.activeElement)"
    assert page.execute_script(within)
    assert not page.execute_script(
        "return document.querySelector('.contents').contains(document.activeElement)"
    )
    click(page, "h1")
    assert page.find_element("css selector", ".skip").rect["y"] < 0, "and out of it again"
