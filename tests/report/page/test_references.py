"""Links to places of a report in a real browser: anchors, previews, the way back."""

from __future__ import annotations

import re
from typing import Any

from tests.helpers.browser import click, needs_browser, screen, shown, webdriver

pytestmark = needs_browser

DUPLICATES = (
    "const ids = [...document.querySelectorAll('[id]')].map(e => e.id);"
    "return ids.filter((id, place) => ids.indexOf(id) !== place)"
)


def reference(page: webdriver.Chrome, kind: str) -> Any:
    """The first reference to a table, a figure or a listing out of sight, itself in sight."""
    link = page.execute_script(
        "return [...document.querySelectorAll(`main p.zh a[href^='#${arguments[0]}-']`)].find(link => {"
        " link.scrollIntoView({block: 'start'}); scrollBy(0, -150);"
        " const { top, bottom } = document.getElementById(link.hash.slice(1)).getBoundingClientRect();"
        " return top > innerHeight || bottom > innerHeight })",
        kind,
    )
    assert link is not None
    return link


def wait_for_preview(page: webdriver.Chrome) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(page, 5, 0.05).until(lambda driver: shown(driver, ".preview") == [True])


def test_every_place_has_a_link_for_mouse_and_keyboard(page: webdriver.Chrome) -> None:
    from selenium.webdriver.common.keys import Keys

    page.execute_script("navigator.clipboard.writeText = async text => { window.copied = text; };")
    places = page.execute_script(
        "return [...document.querySelectorAll('main :is(h2, h3, figure, table)[id]')].map(e => e.id)"
    )
    links = [link.get_attribute("hash") for link in page.find_elements("css selector", ".anchor")]
    assert links == [f"#{place}" for place in places]
    kinds = {place.split("-")[0] for place in places}
    assert {"sec", "figure", "table", "listing"} <= kinds
    seen = "return getComputedStyle(arguments[0]).opacity"
    for selector in ("#sec-audit > .anchor", ".table:has(#table-audit) > .anchor", "#listing-relu > .anchor"):
        link = page.find_element("css selector", selector)
        assert page.execute_script(seen, link) == "0", "out of the way until it is wanted"
        page.execute_script("arguments[0].focus({focusVisible: true})", link)
        assert page.execute_script(seen, link) == "1"
        assert link.accessible_name == "此處連結 Link to this place"
        link.send_keys(Keys.ENTER)
        page.execute_async_script("setTimeout(arguments[0], 50)")
        assert page.current_url.endswith(link.get_attribute("hash"))
        assert page.execute_script("return window.copied") == page.current_url
        assert "已複製連結" in page.find_element("css selector", "[role=status]").get_attribute("textContent")


def test_what_listens_hears_the_names_of_places_alone(page: webdriver.Chrome) -> None:
    frame = page.find_element("css selector", ".table:has(#table-audit)")
    assert frame.aria_role == "region"
    assert frame.accessible_name.startswith("表")


def test_a_reference_shows_what_it_leads_to(page: webdriver.Chrome) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    screen(page, 1440, 500)
    before = page.execute_script(DUPLICATES)
    for kind in ("figure", "table"):
        link = reference(page, kind)
        ActionChains(page).move_to_element(link).perform()
        wait_for_preview(page)
        caption = page.find_element("css selector", ".preview :is(figcaption, caption)")
        assert re.search(rf"^{link.text[0]}.* {link.text.split()[-1]}(?!\d)", caption.text), (
            "what was asked for"
        )
        assert page.execute_script(DUPLICATES) == before == []
        within = page.execute_script(
            "const { left, top, right, bottom } = document.querySelector('.preview').getBoundingClientRect();"
            "return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight"
        )
        assert within
        stops = "return document.querySelectorAll('.preview :is(a[href], button, input, [tabindex])').length"
        assert page.execute_script(stops) == 0
        ActionChains(page).send_keys(Keys.ESCAPE).perform()
        assert shown(page, ".preview") == [False]
        ActionChains(page).move_to_element(page.find_element("css selector", ".bar")).perform()


def test_a_preview_stays_while_the_mouse_is_on_it_and_comes_with_the_keyboard(page: webdriver.Chrome) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    link = reference(page, "table")
    ActionChains(page).move_to_element(link).perform()
    wait_for_preview(page)
    ActionChains(page).move_to_element(page.find_element("css selector", ".preview caption")).perform()
    page.execute_async_script("setTimeout(arguments[0], 600)")
    assert shown(page, ".preview") == [True]
    ActionChains(page).move_to_element(page.find_element("css selector", ".bar")).perform()
    page.execute_async_script("setTimeout(arguments[0], 600)")
    assert shown(page, ".preview") == [False]
    page.execute_script("arguments[0].focus({focusVisible: true})", link)
    assert shown(page, ".preview") == [True]
    link.send_keys(Keys.TAB)
    assert shown(page, ".preview .anchor") == []
    assert page.switch_to.active_element != link


def test_a_finger_gets_no_preview(page: webdriver.Chrome) -> None:
    screen(page, 390, 844)
    link = reference(page, "table")
    at = page.execute_script("return arguments[0].getBoundingClientRect().toJSON()", link)
    point = {"x": at["left"] + 5, "y": at["top"] + 5}
    page.execute_script(
        "addEventListener('pointerover', e => { window.touched = [e.target, e.pointerType] })"
    )
    page.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    page.execute_async_script("setTimeout(arguments[0], 500)")
    assert page.execute_script("return window.touched") == [link, "touch"]
    assert shown(page, ".preview") == [False], "while the finger rests on it"
    page.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_from_where_a_reference_led_a_button_leads_back(page: webdriver.Chrome) -> None:
    from selenium.webdriver.common.keys import Keys

    screen(page, 1440, 500)
    for kind in ("figure", "table"):
        link = reference(page, kind)
        top = page.execute_script("return arguments[0].getBoundingClientRect().top", link)
        page.execute_script("arguments[0].focus()", link)
        link.send_keys(Keys.ENTER)
        assert page.current_url.endswith(link.get_attribute("hash"))
        page.switch_to.active_element.send_keys(Keys.TAB)
        back = page.switch_to.active_element
        assert back.get_attribute("className") == "back", "the next stop of the keyboard"
        back.send_keys(Keys.ENTER)
        assert page.switch_to.active_element == link
        assert 0 < page.execute_script("return arguments[0].getBoundingClientRect().top", link) < 500, top
        assert page.find_elements("css selector", ".back") == []


def test_links_do_not_land_under_the_bar(page: webdriver.Chrome) -> None:
    for link in page.find_elements("css selector", "nav.contents a")[::4]:
        page.execute_script("arguments[0].click()", link)
        target = link.get_attribute("href").partition("#")[2]
        script = "return document.getElementById(arguments[0]).getBoundingClientRect().top"
        bar = page.execute_script("return document.querySelector('.bar').getBoundingClientRect().bottom")
        assert page.execute_script(script, target) >= bar, target


def test_the_preview_of_what_is_in_sight_is_spared(page: webdriver.Chrome) -> None:
    link = page.find_element("css selector", "main a[href='#table-audit']")
    page.execute_script(
        "const table = document.getElementById('table-audit');"
        "table.tBodies[0].replaceChildren(); table.parentNode.before(arguments[0]);"
        "arguments[0].scrollIntoView({block: 'center'})",
        link,
    )
    page.execute_script("arguments[0].focus({focusVisible: true})", link)
    assert shown(page, ".preview") == [False]
    click(page, "h1")
