"""Links within the manual, README and CONTRIBUTING lead to files and headings that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helpers.manual import PAGES, named, prose
from tests.helpers.project import ROOT

ELSEWHERE = ("https://", "http://", "mailto:")


def links(page: Path) -> list[str]:
    """Where a page's links and pictures lead; code is no link."""
    text = re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "`", prose(page), flags=re.S)
    return re.findall(r"\]\(\s*<?([^)\s>]*)", text) + re.findall(r"^\[[^\]]+\]: (\S+)", text, re.M)


def anchors(page: Path) -> set[str]:
    """The headings of a page as GitHub and MyST spell them in links."""
    text = prose(page)
    titles = re.findall(r"^#+ (.*)$", text, re.M)
    plain = (re.sub(r"\[([^\]]*)\]\([^)]*\)|[`*]", r"\1", title).strip().lower() for title in titles)
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in plain} | set(
        re.findall(r"^\(([\w-]+)\)=$|<a (?:id|name)=\"([\w-]+)\"", text, re.M)
    )


def is_lost(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.is_relative_to(ROOT) or not target.exists():
        return True
    return bool(anchor) and (target.suffix != ".md" or anchor not in anchors(target))


@pytest.mark.parametrize("page", [page for page in PAGES if links(page)], ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    inside = [link for link in links(page) if not link.startswith(ELSEWHERE)]
    assert [link for link in inside if is_lost(page, link)] == []


def test_links_that_lead_nowhere_are_noticed(tmp_path: Path) -> None:
    readme = ROOT / "README.md"
    assert "](docs/" in readme.read_text(encoding="utf-8")
    assert not is_lost(readme, "docs/index.md")
    assert not is_lost(readme, "docs/reference/exit-codes.md#exit-codes")
    assert is_lost(readme, "docs/nowhere.md")
    assert is_lost(readme, "docs/index.md#no-such-heading")
    assert is_lost(readme, "../elsewhere")
    page = tmp_path / "a.md"
    page.write_text("[a](b.md) ![c](d.png) `[e](f)`\n```text\n[g](h)\n```\n[i]: j\n", encoding="utf-8")
    assert links(page) == ["b.md", "d.png", "j"]


def test_every_page_is_reached_from_the_first() -> None:
    first = ROOT / "docs" / "index.md"
    pages = {path for kind in ("md", "ipynb") for path in first.parent.rglob(f"*.{kind}")}
    reached, todo = {first}, [first]
    while todo:
        page = todo.pop()
        trees = "\n".join(
            re.findall(r"^```\{toctree\}\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)
        )
        listed = re.findall(r"^([\w/*-]+)$", trees, re.M)
        found = {inner for name in listed for inner in page.parent.glob(f"{name}.*")} - reached
        reached |= found
        todo += found
    assert sorted(map(named, pages - reached)) == []
