"""Ends the build where a page of the manual would load something from the web."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import SphinxError

LOADING = {
    "audio": "src", "embed": "src", "iframe": "src", "img": "src", "link": "href", "object": "data",
    "script": "src", "source": "src", "video": "src",
}  # fmt: skip
"""By tag, the attribute whose address a browser loads without being asked."""
OUTSIDE = re.compile(r"(?:https?:)?//", re.IGNORECASE)
IN_A_STYLE = re.compile(r"""(?:@import\s+|url\()\s*["']?((?:https?:)?//[^"')\s]+)""", re.IGNORECASE)


class _Loads(HTMLParser):
    """Collects the outside addresses that a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at the one attribute of a tag that loads."""
        address = dict(attrs).get(LOADING.get(tag, ""))
        if address and OUTSIDE.match(address):
            self.addresses.append(address)


def loads(folder: Path) -> Iterator[str]:
    """Yield "page: address" for everything outside that the pages and styles of a folder load."""
    for page in sorted(folder.rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        parser = _Loads()
        parser.feed(text)
        for address in [*parser.addresses, *IN_A_STYLE.findall(text)]:
            yield f"{page.relative_to(folder)}: {address}"
    for style in sorted(folder.rglob("*.css")):
        for address in IN_A_STYLE.findall(style.read_text(encoding="utf-8")):
            yield f"{style.relative_to(folder)}: {address}"


def check(app: Sphinx, error: Exception | None) -> None:
    """Raise an error for a site that is not whole by itself."""
    if error is None and app.builder.format == "html" and (found := list(loads(Path(app.outdir)))):
        raise SphinxError("the manual would load from outside: " + "; ".join(found))


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect with Sphinx."""
    app.connect("build-finished", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
