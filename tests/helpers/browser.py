"""Headless Chromium and a few gestures for tests of the HTML."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

webdriver = pytest.importorskip("selenium.webdriver")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
needs_browser = [
    pytest.mark.browser,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="Chromium and its driver are not installed"),
]


@contextmanager
def chromium(profile: Path) -> Iterator[webdriver.Chrome]:
    """A browser that talks to nobody."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    quiet = ("disable-background-networking", "disable-component-update", "disable-sync", "no-first-run")
    for argument in ("headless", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", *quiet):
        options.add_argument(f"--{argument}")
    options.add_argument(f"--user-data-dir={profile}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    try:
        yield driver
    finally:
        driver.quit()


def screen(browser: webdriver.Chrome, width: int, height: int) -> None:
    """A screen of this size: the window itself cannot be as narrow as a phone."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500},
    )


def system_theme(browser: webdriver.Chrome, theme: str) -> None:
    """What the system says it prefers: light or dark."""
    preference = {"name": "prefers-color-scheme", "value": theme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [preference]})


def scripts(browser: webdriver.Chrome, *, run: bool) -> None:
    """Whether pages that are opened from now on run their scripts."""
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not run})


def forget(browser: webdriver.Chrome) -> None:
    """Make the browser one that has never seen a report: what pages keep is gone."""
    kept = {"origin": "file://", "storageTypes": "local_storage"}
    browser.execute_cdp_cmd("Storage.clearDataForOrigin", kept)


def choose(browser: webdriver.Chrome, control: str) -> None:
    """Click a control of the bar, whether or not it is dropped down."""
    browser.execute_script("document.getElementById(arguments[0]).click()", control)


def click(browser: webdriver.Chrome, selector: str) -> Any:
    """Bring an element into view and click it as a user does."""
    element = browser.find_element("css selector", selector)
    browser.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
    element.click()
    return element


def shown(browser: webdriver.Chrome, selector: str) -> list[bool]:
    """Whether each element of the selector is displayed."""
    script = "return [...document.querySelectorAll(arguments[0])].map(e => e.checkVisibility())"
    return list(browser.execute_script(script, selector))
