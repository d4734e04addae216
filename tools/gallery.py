"""Draw the pictures of docs/gallery.md: pages and screens of a run's report.

    python tools/gallery.py RUN_DIR [--output docs/gallery]

The PDF's pages are drawn by pdfium, the HTML by the Chromium that is installed, in both themes, on a desk's
screen and on a phone's. The pictures are reduced to 256 colours, so that they stay small.
"""

from __future__ import annotations

import argparse
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pypdfium2  # type: ignore[import-untyped]
from PIL import Image
from selenium import webdriver

from reportgen.files import atomic

PAGE_WIDTH = 520
PAGES = {
    "first": "",
    "layers": "class FullyConnectedLayer",
    "curves": "6.3 差異與判定",
    "search": "7.1 搜尋",
    "verdicts": "7.2 調校後的結果",
    "tuned": "8.2 訓練過程",
    "test": "Predicted class",
    "audit": "10 公平性檢查",
}
"""The pages of the PDF that are shown, each by words of it: the first that has them below its contents."""
SCREENS = {
    "desk-light": (1280, 900, "light", "top"),
    "desk-dark": (1280, 900, "dark", "figure-comparison-accuracy"),
    "phone-light": (390, 844, "light", "top"),
    "phone-dark": (390, 844, "dark", "figure-comparison-accuracy"),
}
"""Width and height in CSS pixels, theme, and the id of what stands at the top."""


def main() -> None:
    """Draw all pictures and say how large they are."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path, help="the folder of a run with report.pdf and report.html")
    parser.add_argument("--output", type=Path, default=Path("docs/gallery"))
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    for name, picture in [*pages(options.run / "report.pdf"), *screens(options.run / "report.html")]:
        data = io.BytesIO()
        picture.convert("RGB").quantize(256).save(data, "PNG", optimize=True)
        atomic.write_bytes(options.output / f"{name}.png", data.getvalue())
        print(f"{name}.png: {picture.width} x {picture.height}, {len(data.getvalue()) / 1000:.0f} kB")


def pages(pdf: Path) -> Iterator[tuple[str, Image.Image]]:
    """The pages of PAGES, small. Raises SystemExit where a page is not found."""
    document = pypdfium2.PdfDocument(pdf)
    # the page of contents has every heading, with dots behind it
    texts = [re.sub(r".*\.{4}.*", "", page.get_textpage().get_text_bounded()) for page in document]
    for name, text in PAGES.items():
        found = [page for page, on_it in zip(document, texts, strict=True) if text in on_it]
        if not found:
            raise SystemExit(f"{pdf}: no page has {text!r}")
        yield f"page-{name}", found[0].render(scale=PAGE_WIDTH / found[0].get_width()).to_pil()


def screens(html: Path) -> Iterator[tuple[str, Image.Image]]:
    """The page in each theme on each kind of screen."""
    options = webdriver.ChromeOptions()
    options.binary_location = program("chromium")
    service = webdriver.ChromeService(program("chromedriver"))
    with TemporaryDirectory() as profile:
        for argument in ("headless", "no-sandbox", "disable-gpu", "hide-scrollbars"):
            options.add_argument(f"--{argument}")
        options.add_argument(f"--user-data-dir={profile}")
        browser = webdriver.Chrome(options=options, service=service)
        try:
            for name, wanted in SCREENS.items():
                yield f"screen-{name}", screen(browser, html, wanted)
        finally:
            browser.quit()


def screen(browser: Any, html: Path, wanted: tuple[int, int, str, str]) -> Image.Image:
    """What one of SCREENS shows."""
    width, height, theme, anchor = wanted
    size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    preference = {"name": "prefers-color-scheme", "value": theme}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [preference]})
    browser.get(html.resolve().as_uri())
    browser.execute_script(
        "document.getElementById(arguments[0])?.scrollIntoView({behavior: 'instant'})", anchor
    )
    return Image.open(io.BytesIO(browser.get_screenshot_as_png()))


def program(name: str) -> str:
    """Where a program is."""
    if found := shutil.which(name):
        return found
    raise SystemExit(f"{name} is not installed: the screens cannot be drawn")


if __name__ == "__main__":
    main()
