"""Tables of the HTML in a real browser: sorted, filtered, their heads in sight."""

from __future__ import annotations

import re

import pytest

from tests.helpers.browser import choose, click, needs_browser, screen, shown, webdriver

pytestmark = needs_browser


def column(page: webdriver.Chrome, table: str, place: int) -> list[str]:
    script = "return [...arguments[0].tBodies[0].rows].map(row => row.cells[arguments[1]].innerText)"
    return list(page.execute_script(script, page.find_element("id", table), place))


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
        "const body = document.querySelector('#table-checks tbody');"
        "[...body.rows].forEach((row, n) => { const cell = row.cells[1]; const text = arguments[0][n];"
        " cell.textContent = text ?? '';"
        " if (text?.includes('colspan')) { row.cells[2].remove(); cell.colSpan = 2 } })",
        given,
    )
    page.execute_script("document.querySelector('#table-checks th:nth-child(2) button').click()")
    found = [text for text in column(page, "table-checks", 1) if text in rising]
    assert found == rising


# ---------------------------------------------------------------- filtering


def rows_shown(page: webdriver.Chrome, table: str) -> list[str]:
    script = (
        "return [...document.getElementById(arguments[0]).tBodies[0].rows]"
        ".filter(row => row.checkVisibility()).map(row => row.innerText)"
    )
    return list(page.execute_script(script, table))


def test_long_tables_and_no_others_can_be_filtered(page: webdriver.Chrome) -> None:
    long, filtered = page.execute_script(
        "const all = (selector, root = document) => [...root.querySelectorAll(selector)];"
        "const name = frame => frame.querySelector('table').id;"
        "return [all('.table').filter(e => all('tbody tr', e).length >= 8).map(name),"
        " all('.filter').map(e => name(e.parentNode))]"
    )
    assert filtered == long
    assert "table-audit" in long


@pytest.mark.parametrize(
    ("language", "said"), [("en", "{left} of {rows} rows"), ("zh", "顯示 {left} 列，共 {rows} 列")]
)
def test_a_filter_leaves_the_rows_with_its_words(page: webdriver.Chrome, language: str, said: str) -> None:
    """Against Python's own search in what the rows show."""
    from selenium.webdriver.common.keys import Keys

    choose(page, f"show-{language}")
    before = rows_shown(page, "table-audit")
    word = before[2].split()[1]
    field = page.find_element("css selector", ".table:has(#table-audit) input")
    assert field.accessible_name == {"en": "Filter", "zh": "篩選"}[language]
    field.send_keys(f"  {word.upper()}")
    left = [row for row in before if word.lower() in row.lower()]
    assert rows_shown(page, "table-audit") == left
    assert 0 < len(left) < len(before)
    sentence = said.format(left=len(left), rows=len(before))
    assert page.find_element("css selector", ".table:has(#table-audit) .count").text == sentence
    status = page.find_element("css selector", "[role=status]")
    assert page.execute_script("return arguments[0].innerText", status) == sentence, "announced"
    field.send_keys(" no such word")
    assert rows_shown(page, "table-audit") == []
    field.send_keys(Keys.CONTROL, "a", Keys.BACKSPACE)
    assert rows_shown(page, "table-audit") == before
    assert page.find_element("css selector", ".table:has(#table-audit) .count").text == ""


# ---------------------------------------------------------------- heads in sight

TOP = "return document.querySelector(arguments[0]).getBoundingClientRect().top"


def test_the_head_of_a_long_table_stays_below_the_bar(page: webdriver.Chrome) -> None:
    screen(page, 1440, 400)
    page.execute_script("document.querySelector('#table-audit tbody tr:nth-child(6)').scrollIntoView()")
    bar = page.execute_script("return document.querySelector('.bar').getBoundingClientRect().bottom")
    assert abs(page.execute_script(TOP, "#table-audit thead") - bar) <= 1
    page.execute_script("document.querySelector('#table-audit + *, main > :last-child').scrollIntoView()")
    assert page.execute_script(TOP, "#table-audit thead") < bar, "and goes with its table"


def test_the_head_of_a_table_stays_below_the_names_of_the_curves_too(page: webdriver.Chrome) -> None:
    head = "document.querySelector('#table-comparison-results thead')"
    page.execute_script(f"scrollBy(0, {head}.getBoundingClientRect().top - 70)")
    page.execute_async_script("setTimeout(arguments[0], 200)")
    names = "return document.querySelector('.strip-of-curves > div').getBoundingClientRect().bottom"
    assert shown(page, ".strip-of-curves") == [True], "a figure is in sight as well"
    assert abs(page.execute_script(TOP, "#table-comparison-results thead") - page.execute_script(names)) <= 2


def test_a_wide_table_scrolls_in_its_frame_under_its_head_and_beside_its_names(
    page: webdriver.Chrome,
) -> None:
    screen(page, 320, 300)
    page.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
    states = page.execute_script(
        "return [...document.querySelectorAll('.table')]"
        ".map(e => [e.scrollWidth > e.clientWidth + 1, e.tabIndex])"
    )
    assert all((index == 0) == wide for wide, index in states), "who scrolls can be reached by keyboard"
    assert any(wide for wide, _ in states)
    before, after = page.execute_script(
        "const [frame] = [...document.querySelectorAll('.table')]"
        ".sort((a, b) => b.scrollWidth - a.scrollWidth);"
        "const body = frame.querySelector('tbody');"
        "for (let times = 0; times < 5; times++)"
        "  body.append(...[...body.rows].map(row => row.cloneNode(true)));"
        "const [head, row] = [frame.querySelector('thead'), frame.querySelector('tbody tr:last-child')];"
        "const places = () => [head.getBoundingClientRect().top - frame.getBoundingClientRect().top,"
        " row.cells[0].getBoundingClientRect().left, row.cells[1].getBoundingClientRect().left];"
        "frame.scrollIntoView(); const before = places();"
        "frame.scrollTo(60, frame.scrollHeight); return [before, places()]"
    )
    assert after[1] == before[1], "the names stay"
    assert after[2] < before[2] - 20, "the values move"
    assert abs(after[0]) < 2, "the head stays"


def test_who_prints_gets_all_rows(page: webdriver.Chrome) -> None:
    before = rows_shown(page, "table-audit")
    page.find_element("css selector", ".table:has(#table-audit) input").send_keys("no such word")
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert len(rows_shown(page, "table-audit")) == len(before)
        assert not any(shown(page, ".filter, .skip, .bar, .anchor"))
    finally:
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    click(page, "h1")


@pytest.mark.parametrize("width", [1280, 1920])
def test_on_a_desk_no_table_has_columns_out_of_sight(page: webdriver.Chrome, width: int) -> None:
    """In both languages at once, whose headings take the most room; the verdict is among the last columns."""
    screen(page, width, 900)
    hidden = page.execute_script(
        "return [...document.querySelectorAll('.table')]"
        ".filter(frame => frame.scrollWidth > frame.clientWidth + 1)"
        ".map(frame => `${frame.querySelector('table').id}: ${frame.scrollWidth} of ${frame.clientWidth}`)"
    )
    assert hidden == []
