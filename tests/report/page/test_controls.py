"""What a reader can do with the HTML in a real browser: curves, tables, code, theme, contents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.browser import (
    choose,
    chromium,
    click,
    needs_browser,
    screen,
    scripts,
    shown,
    system_theme,
    webdriver,
)

pytestmark = needs_browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture
def page(browser: webdriver.Chrome, tiny_run: Path) -> webdriver.Chrome:
    screen(browser, 1440, 900)
    scripts(browser, run=True)
    system_theme(browser, "light")
    browser.get((tiny_run / "report.html").as_uri())
    browser.execute_script(
        "document.head.parentNode.style.scrollBehavior = 'auto';"
        "document.querySelectorAll('[class^=series]').forEach(e => { e.style.transition = 'none' })"
    )
    return browser


def opacities(page: webdriver.Chrome, number: int) -> set[str]:
    script = "return [...document.querySelectorAll(arguments[0])].map(e => getComputedStyle(e).opacity)"
    return set(page.execute_script(script, f"figure .series-{number}"))


def column(page: webdriver.Chrome, table: str, place: int) -> list[str]:
    script = "return [...arguments[0].tBodies[0].rows].map(row => row.cells[arguments[1]].innerText)"
    return list(page.execute_script(script, page.find_element("id", table), place))


# ---------------------------------------------------------------- curves


def test_a_picked_curve_stands_out_in_every_figure(page: webdriver.Chrome) -> None:
    figures = page.find_elements("css selector", "figure:has(.series-1)")
    names = page.find_elements("css selector", "figure [data-curve='1']")
    assert len(names) == len(figures) > 2, "its name is at every figure that it is in"
    click(page, "#figure-comparison-loss [data-curve='1']")
    page.execute_script("document.activeElement.blur()")
    click(page, "h1")
    assert [opacities(page, n) for n in range(3)] == [{"0.1"}, {"1"}, {"0.1"}]
    states = {name.get_attribute("aria-pressed") for name in names}
    assert states == {"true"}, "every figure's name says it"
    click(page, ".display summary")
    assert page.find_element("id", "curve-1").accessible_name == "SGD_Momentum"
    choose(page, "curve-1")
    assert [opacities(page, n) for n in range(3)] == [{"1"}] * 3
    assert {name.get_attribute("aria-pressed") for name in names} == {"false"}


def test_a_curve_stands_out_while_its_name_has_the_keyboard(page: webdriver.Chrome) -> None:
    from selenium.webdriver.common.keys import Keys

    first = page.find_element("css selector", "#figure-comparison-loss [data-curve='0']")
    page.execute_script("arguments[0].focus()", first)
    first.send_keys(Keys.TAB)
    assert [opacities(page, n) for n in range(3)] == [{"0.1"}, {"1"}, {"0.1"}]
    page.switch_to.active_element.send_keys(Keys.SPACE, Keys.TAB)
    assert [opacities(page, n) for n in range(3)] == [{"0.1"}, {"1"}, {"1"}]
    assert first.aria_role == "button"


# ---------------------------------------------------------------- tables


def test_numbers_sort_as_numbers(page: webdriver.Chrome) -> None:
    """Against Python's own sorting of what the cells show."""
    table = "table-comparison-results"
    before = column(page, table, 0)
    header = f"#{table} th:nth-child(3)"
    for direction, backwards in (("ascending", False), ("descending", True)):
        click(page, f"{header} button")
        values = [float(re.match(r"[\d.]+", text)[0]) for text in column(page, table, 2)]  # type: ignore[index]
        assert values == sorted(values, reverse=backwards)
        assert page.find_element("css selector", header).get_attribute("aria-sort") == direction
    click(page, f"{header} button")
    assert column(page, table, 0) == before
    assert page.find_elements("css selector", "[aria-sort]") == []


@pytest.mark.parametrize(
    ("given", "rising"),
    [
        (["1,200", "90", "–", "900"], ["90", "900", "1,200", "–"]),
        (["+0.15", "−2.30", "-0.4", "0.01"], ["−2.30", "-0.4", "0.01", "+0.15"]),
        (["9.5% ± 2", "10.0% ± 1", "100% ± 0"], ["9.5% ± 2", "10.0% ± 1", "100% ± 0"]),
        (["[34.8%, 35%]", "[4.9%, 50%]", "<i colspan>"], ["[4.9%, 50%]", "[34.8%, 35%]", "<i colspan>"]),
        (["0.001", "< 0.001", "1e-05"], ["1e-05", "< 0.001", "0.001"]),
        (["92 [84, ∞]", "∞", "8 [1, 2]"], ["8 [1, 2]", "92 [84, ∞]", "∞"]),
        (["b10", "a", "b9"], ["a", "b9", "b10"]),
    ],
)
def test_every_kind_of_cell_has_its_place(
    page: webdriver.Chrome, given: list[str], rising: list[str]
) -> None:
    """The page's own table, its cells rewritten; where one cell spans the columns, its row comes last."""
    page.execute_script(
        "const body = document.querySelector('#table-split tbody');"
        "[...body.rows].forEach((row, n) => { const cell = row.cells[1]; const text = arguments[0][n];"
        " if (text === undefined) row.remove();"
        " else cell.textContent = text;"
        " if (text?.includes('colspan')) { row.cells[2].remove(); cell.colSpan = 2 } })",
        given,
    )
    page.execute_script("document.querySelector('#table-split th:nth-child(2) button').click()")
    # the rows that were removed come back with the sorting, after those that are asked for
    found = [text for text in column(page, "table-split", 1) if text in rising]
    assert found == rising


# ---------------------------------------------------------------- code


def test_copied_code_is_the_code(page: webdriver.Chrome) -> None:
    import inspect

    from reportgen.nn.layers import ReLU

    page.execute_script("navigator.clipboard.writeText = async text => { window.copied = text; };")
    button = click(page, "#listing-relu .copy")
    assert button.text == "已複製 Copied"
    assert page.find_element("css selector", "[role=status]").get_attribute("textContent").strip()
    lines = inspect.getsource(ReLU).rstrip("\n").split("\n")
    assert page.execute_script("return window.copied").split("\n") == lines
    page.execute_script(
        "navigator.clipboard.writeText = async () => { throw new Error('no') };"
        "document.execCommand = name => { window.fallback = [name, document.activeElement.value] };"
    )
    click(page, ".command .copy")
    page.execute_async_script("setTimeout(arguments[0], 50)")
    assert page.execute_script("return window.fallback") == ["copy", "reportgen run tiny.toml"]


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
        outside = page.execute_script(
            "return [...document.querySelectorAll('.bar *, main > *, .title *, aside *')]"
            ".filter(e => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1)"
            ".map(e => e.outerHTML.slice(0, 80))"
        )
        assert outside == []


def test_wide_tables_can_be_scrolled_by_keyboard(page: webdriver.Chrome) -> None:
    screen(page, 320, 700)
    page.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
    states = page.execute_script(
        "return [...document.querySelectorAll('.table')].map(e => [e.scrollWidth > e.clientWidth,"
        " e.tabIndex])"
    )
    assert all((index == 0) == wide for wide, index in states)
    assert any(wide for wide, _ in states)


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
            shown(browser, "main p, main th, main td, main svg, main pre, nav.contents a, .display summary")
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
