"""Figures of curves in a browser: a reader's gestures, and what there is to read."""

from __future__ import annotations

from typing import Any

from tests.helpers.browser import webdriver

LOSS = "[data-figure=comparison-loss]"
ACCURACY = "[data-figure=comparison-accuracy]"


def with_curves(page: webdriver.Chrome) -> webdriver.Chrome:
    """The page, once its curves are drawn."""
    page.execute_async_script(
        "const done = arguments[0];"
        "const wait = () => document.querySelector('.strip-of-curves') ? done() : setTimeout(wait, 10);"
        "wait();"
    )
    page.execute_script("document.documentElement.style.scrollBehavior = 'auto'")
    return page


def readout(page: webdriver.Chrome, figure: str) -> list[list[str]]:
    """The table under a figure: what is shown of each cell."""
    script = (
        "const rows = document.querySelector(arguments[0] + ' .readout').rows;"
        "return [...rows].map(row => [...row.cells].map(cell => cell.innerText.trim()))"
    )
    return list(page.execute_script(script, figure))


def slider(page: webdriver.Chrome, figure: str) -> Any:
    plots = page.find_element("css selector", f"{figure} .plots")
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", plots)
    return plots


def point(page: webdriver.Chrome, figure: str, share: float, panel: int = 0) -> None:
    """Move the mouse to a share of a panel's axis."""
    move(page, figure, share, panel).perform()


def move(page: webdriver.Chrome, figure: str, share: float, panel: int = 0) -> Any:
    from selenium.webdriver import ActionChains

    slider(page, figure)
    axes = page.find_elements("css selector", f"{figure} .plot .axes")[panel]
    width = page.execute_script("return arguments[0].getBoundingClientRect().width", axes)
    return ActionChains(page, duration=0).move_to_element_with_offset(axes, int((share - 0.5) * width), 0)


def drawn(page: webdriver.Chrome, figure: str, kind: str) -> list[str]:
    script = "return [...document.querySelectorAll(arguments[0])].map(e => e.getAttribute('d'))"
    return list(page.execute_script(script, f"{figure} .plot .{kind}"))


def ticks(page: webdriver.Chrome, figure: str, anchor: str) -> list[float]:
    """The numbers at an axis of the first panel: of the horizontal one in the middle, else at the end."""
    axes = page.find_element("css selector", f"{figure} .plot")
    script = "return [...arguments[0].querySelectorAll(arguments[1])].map(e => e.textContent)"
    labels = page.execute_script(script, axes, f".grid [text-anchor={anchor}]")
    return [float(label.replace("−", "-").rstrip("%")) for label in labels]


def press(page: webdriver.Chrome, figure: str, word: str) -> None:
    for button in page.find_elements("css selector", f"{figure} .tools button"):
        if word in button.get_attribute("textContent"):
            page.execute_script("arguments[0].click()", button)
            return
    raise AssertionError(word)
