"""The build of the manual finds what a browser would load from the web, and nothing else."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

Extensions = dict[str, ModuleType]


@pytest.mark.parametrize(
    ("file", "text", "address"),
    [
        ("a.html", '<script src="https://cdn.example/x.js"></script>', "https://cdn.example/x.js"),
        ("a.html", '<link rel="stylesheet" href="//fonts.example/f.css">', "//fonts.example/f.css"),
        ("b/a.html", '<p><IMG alt="" src="http://example.org/p.png">', "http://example.org/p.png"),
        ("a.html", "<style>@import 'https://x.example/s.css';</style>", "https://x.example/s.css"),
        ("s/a.css", "h1 { background: url(https://x.example/p.png) }", "https://x.example/p.png"),
    ],
)
def test_what_a_page_loads_is_found(
    extensions: Extensions, tmp_path: Path, file: str, text: str, address: str
) -> None:
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(text, encoding="utf-8")
    assert list(extensions["nothing_from_outside"].loads(tmp_path)) == [f"{file}: {address}"]


def test_links_to_click_and_files_of_the_site_are_no_loads(extensions: Extensions, tmp_path: Path) -> None:
    page = '<a href="https://example.org/">x</a><img src="p.png"><script src="_static/s.js"></script>'
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    (tmp_path / "a.css").write_text("h1 { background: url(p.png) }", encoding="utf-8")
    assert list(extensions["nothing_from_outside"].loads(tmp_path)) == []
