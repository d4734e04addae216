"""What axe-core finds wrong with a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.helpers.browser import webdriver

SOURCE = Path("axe-core") / "axe.min.js"


def axe_findings(browser: webdriver.Chrome, within: str = "html") -> list[tuple[str, str, Any]]:
    """The rule, the element and the reason of all that axe-core finds within an element."""
    package = pytest.importorskip("selenium_axe_python")
    if not browser.execute_script("return 'axe' in window"):
        browser.execute_script((Path(package.__file__).parent / SOURCE).read_text(encoding="utf-8"))
    found = browser.execute_async_script(
        "const [within, done] = arguments; axe.run(within, {resultTypes: ['violations']}).then(done)", within
    )
    return [
        (rule["id"], node["html"][:120], node["failureSummary"])
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
