"""A browser that shows the small run's HTML as to a reader who comes for the first time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.browser import chromium, forget, screen, scripts, system_theme, webdriver


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


@pytest.fixture
def page(browser: webdriver.Chrome, tiny_run: Path) -> webdriver.Chrome:
    screen(browser, 1440, 900)
    scripts(browser, run=True)
    system_theme(browser, "light")
    forget(browser)
    browser.get((tiny_run / "report.html").as_uri())
    browser.execute_script(
        "document.querySelectorAll('[class^=series]').forEach(e => { e.style.transition = 'none' })"
    )
    return browser
