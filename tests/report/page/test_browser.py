"""The HTML in a real browser: it shows, it switches languages, it fits a phone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

webdriver = pytest.importorskip("selenium.webdriver")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="Chromium and its driver are not installed"),
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    quiet = ("disable-background-networking", "disable-component-update", "disable-sync", "no-first-run")
    profile = f"user-data-dir={tmp_path_factory.mktemp('profile')}"
    for argument in ("headless", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", profile, *quiet):
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def page(browser: webdriver.Chrome, tiny_run: Path) -> webdriver.Chrome:
    browser.set_window_size(1100, 900)
    browser.get((tiny_run / "report.html").as_uri())
    return browser


def shown(page: webdriver.Chrome, selector: str) -> list[bool]:
    return [element.is_displayed() for element in page.find_elements("css selector", selector)]


def test_it_loads_alone_and_without_a_complaint(page: webdriver.Chrome) -> None:
    assert page.get_log("browser") == []
    assert page.execute_script("return document.fonts.status") == "loaded"
    entries = page.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
    assert [name for name in entries if not name.startswith("data:")] == []
    used = page.execute_script(
        "return [...document.fonts].filter(face => face.status == 'loaded').map(face => face.family)"
    )
    assert {"Report Hei TC", "Report Song TC", "Report Mono"} <= {name.strip('"') for name in used}


def test_each_language_can_be_shown_alone(page: webdriver.Chrome) -> None:
    assert all(shown(page, "main p.zh"))
    assert all(shown(page, "main p.en"))
    page.find_element("css selector", "label[for=show-en]").click()
    assert not any(shown(page, "main p.zh, main h2 .zh, main th .zh"))
    assert all(shown(page, "main p.en, main h2 .en"))
    page.find_element("css selector", "label[for=show-zh]").click()
    assert not any(shown(page, "main p.en, main h2 .en, main th .en"))
    assert all(shown(page, "main p.zh, main h2 .zh"))


def test_it_fits_a_phone(page: webdriver.Chrome) -> None:
    page.set_window_size(500, 900)  # Chromium goes no narrower
    width, inner = page.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
    assert width <= inner


def test_links_do_not_land_under_the_bar(page: webdriver.Chrome) -> None:
    page.execute_script("document.documentElement.style.scrollBehavior = 'auto'")
    for link in page.find_elements("css selector", "nav.contents a")[::4]:
        page.execute_script("arguments[0].click()", link)
        target = link.get_attribute("href").partition("#")[2]
        script = "return document.getElementById(arguments[0]).getBoundingClientRect().top"
        bar = page.execute_script("return document.querySelector('.bar').getBoundingClientRect().bottom")
        assert page.execute_script(script, target) >= bar, target
