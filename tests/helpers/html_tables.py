"""The tables of a page, as a reader's program would take them out."""

from __future__ import annotations

from html.parser import HTMLParser


class Cells(HTMLParser):
    """The tables of a page: by id, rows of cell texts."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.rows: list[list[str]] | None = None
        self.depth = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.rows = self.tables.setdefault(str(dict(attributes)["id"]), [])
        elif tag == "tr" and self.rows is not None:
            self.rows.append([])
        elif tag in ("td", "th") and self.rows is not None:
            self.rows[-1].append("")
            self.depth = 1

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self.depth = 0
        elif tag == "table":
            self.rows = None

    def handle_data(self, data: str) -> None:
        if self.depth and self.rows:
            self.rows[-1][-1] += data


def tables_of(page: str) -> dict[str, list[list[str]]]:
    """Every table of a page by its id."""
    parser = Cells()
    parser.feed(page)
    return parser.tables
