"""What a reader can do with the HTML in a real browser: curves, theme, contents, any width, no scripts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helpers.browser import (
    choose,
    needs_browser,
    screen,
    scripts,
    shown,
    system_theme,
    webdriver,
)

pytestmark = needs_browser


def opacities(page: webdriver.Chrome, number: int) -> set[str]:
    script = "return [...document.querySelectorAll(arguments[0])].map(e => getComputedStyle(e).opacity)"
    return set(page.execute_script(script, f"figure .series-{number}"))


def test_it_loads_alone_and_without_a_complaint(page: webdriver.Chrome) -> None:
    assert page.get_log("browser") == []
    assert page.execute_script("return document.fonts.status") == "loaded"
    entries = page.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
    assert [name for name in entries if not name.startswith("data:")] == []
    used = page.execute_script(
        "return [...document.fonts].filter(face => face.status == 'loaded').map(face => face.family)"
    )
    assert {"Report Hei TC", "Report Song TC", "Report Mono"} <= {name.strip('"') for name in used}


# ---------------------------------------------------------------- theme, languages, contents


def paper(page: webdriver.Chrome) -> str:
    return str(page.execute_script("return getComputedStyle(document.documentElement).backgroundColor"))


def test_the_theme_follows_the_system_until_one_is_chosen(page: webdriver.Chrome) -> None:
    axis = "return getComputedStyle(document.querySelector('figure svg text')).fill"
    light, ink = paper(page), page.execute_script(axis)
    system_theme(page, "dark")
    dark, chalk = paper(page), page.execute_script(axis)
    assert (light, dark) == ("rgb(255, 255, 255)", "rgb(20, 24, 30)")
    assert ink != chalk
    choose(page, "theme-light")
    assert (paper(page), page.execute_script(axis)) == (light, ink)
    system_theme(page, "light")
    choose(page, "theme-dark")
    assert (paper(page), page.execute_script(axis)) == (dark, chalk)


def test_one_language_alone(page: webdriver.Chrome) -> None:
    choose(page, "show-en")
    assert not any(shown(page, "main .zh, .bar .zh, .contents .zh"))
    assert all(shown(page, "main p.en, .sort .en, .copy .en"))
    choose(page, "show-zh")
    assert not any(shown(page, "main .en, .bar .en, .contents .en"))
    assert all(shown(page, "main p.zh, .sort .zh, .copy .zh"))


FIGURE_WORDS = """
const texts = [...document.querySelectorAll('.figure svg text')].flatMap(text =>
    [...(text.querySelectorAll('tspan').length ? text.querySelectorAll('tspan') : [text])]);
return texts.filter(text => text.checkVisibility()).map(text => text.textContent)
"""


def test_one_language_alone_in_figures_and_their_descriptions(page: webdriver.Chrome) -> None:
    choose(page, "show-en")
    words = page.execute_script(FIGURE_WORDS)
    assert "Epoch" in words
    assert "Validation" in words
    assert not any(re.search("[\u3400-\u9fff]", word) for word in words)
    described = page.find_element("css selector", "#figure-confusion [role=img]")
    assert re.fullmatch("[A-Z][^\u3400-\u9fff]+", described.accessible_name)
    choose(page, "show-zh")
    words = page.execute_script(FIGURE_WORDS)
    assert "週期" in words
    assert not {"Epoch", "Validation", "Loss"} & set(words)
    assert re.match("[\u3400-\u9fff]{2}", described.accessible_name)


@pytest.mark.parametrize(("language", "word"), [("zh", "程式"), ("en", "Listing")])
def test_one_language_alone_reads_as_its_own(page: webdriver.Chrome, language: str, word: str) -> None:
    choose(page, f"show-{language}")
    labels = [label.text for label in page.find_elements("css selector", ".listing .label")]
    assert labels == [f"{word} {number}" for number in range(1, len(labels) + 1)]
    for row in page.find_elements("css selector", ".audit tbody th"):
        number = row.find_element("css selector", ".code")
        name = row.find_element("css selector", f".{language}")
        top = "return arguments[0].getClientRects()[0].top"
        assert abs(page.execute_script(top, number) - page.execute_script(top, name)) < 5, "on one line"


def test_the_contents_follow_the_reader(page: webdriver.Chrome) -> None:
    for key in ("relu", "comparison_results", "audit"):
        page.execute_script("document.getElementById(arguments[0]).scrollIntoView()", f"sec-{key}")
        page.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
        marked = page.find_elements("css selector", ".contents [aria-current]")
        assert [link.get_attribute("hash") for link in marked] == [f"#sec-{key}"]
        inside = page.execute_script(
            "const [a, b] = [...arguments].map(e => e.getBoundingClientRect());"
            "return a.top >= b.top && a.bottom <= Math.min(b.bottom, innerHeight)",
            marked[0], page.find_element("css selector", ".contents"),
        )  # fmt: skip
        assert inside, f"{key} is marked out of sight"


def test_on_a_phone_the_contents_drop_from_the_bar(page: webdriver.Chrome) -> None:
    from selenium.webdriver.common.keys import Keys

    screen(page, 390, 844)
    assert shown(page, ".contents") == [False]
    page.find_element("css selector", ".open-contents summary").click()
    assert shown(page, ".contents") == [True]
    page.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert shown(page, ".contents") == [False]
    page.find_element("css selector", ".open-contents summary").click()
    page.find_element("css selector", ".contents a").click()
    assert shown(page, ".contents") == [False]


@pytest.mark.parametrize("width", [320, 390, 768, 1100, 1440, 1920])
def test_nothing_is_wider_than_the_screen(page: webdriver.Chrome, width: int) -> None:
    screen(page, width, 900)
    for chosen in ("both", "zh", "en"):
        choose(page, f"show-{chosen}")
        assert page.execute_script("return document.documentElement.scrollWidth") <= width
        assert shown(page, "#figure-answer svg") == [width > 640, width < 640], "drawn for a phone too"
        beyond = "const e = document.getElementById('figure-answer'); return e.scrollWidth - e.clientWidth"
        assert page.execute_script(beyond) <= 0
        outside = page.execute_script(
            "return [...document.querySelectorAll('.bar *, main > *, header.title *, aside *')]"
            ".filter(e => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1)"
            ".map(e => e.outerHTML.slice(0, 80))"
        )
        assert outside == []


# ---------------------------------------------------------------- without scripts


def test_without_scripts_nothing_is_missing_but_what_needs_them(
    browser: webdriver.Chrome, tiny_run: Path
) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    screen(browser, 1440, 900)
    scripts(browser, run=False)
    try:
        browser.get((tiny_run / "report.html").as_uri())
        assert browser.find_elements("css selector", "main button, .copy, .sort") == []
        assert all(
            shown(browser, "main :is(p, th, td, svg:not(.narrow), pre), nav.contents a, .display summary")
        )
        browser.find_element("css selector", "label[for=show-en]").click()
        assert not any(shown(browser, "main p.zh"))
        browser.find_element("css selector", ".display summary").click()
        browser.find_element("css selector", "label[for=theme-dark]").click()
        assert paper(browser) == "rgb(20, 24, 30)"
        browser.find_element("css selector", "label[for=curve-1]").click()
        browser.find_element("css selector", ".display summary").click()
        faded = [{"0.1"}, {"1"}, {"0.1"}]
        WebDriverWait(browser, 5).until(lambda _: [opacities(browser, n) for n in range(3)] == faded)
    finally:
        scripts(browser, run=True)
