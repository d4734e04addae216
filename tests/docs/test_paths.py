"""What the manual says is in a file is there: files are moved more often than pages are read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helpers.manual import PAGES, named
from tests.helpers.project import ROOT

TOPS = ("reportgen", ".")
"""Where a module may be that is named by its room."""
IN_THE_CHECKOUT = r"(?:reportgen|templates|experiments|tests|docs|tools)/[\w./-]*"


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_paths_that_a_page_names_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [path for path in re.findall(rf"`({IN_THE_CHECKOUT})`", text) if not (ROOT / path).exists()] == []


def test_modules_that_a_page_names_by_their_room_are_there() -> None:
    """`analysis/stepwise.py` is in the package, wherever a page speaks of its rooms."""
    modules = {
        module
        for page in PAGES
        for module in re.findall(r"`([a-z_]+(?:/[a-z_0-9]+)+\.py)`", page.read_text(encoding="utf-8"))
    }
    assert "analysis/stepwise.py" in modules
    assert [name for name in sorted(modules) if not any((ROOT / top / name).exists() for top in TOPS)] == []


def test_what_contributors_look_for_is_in_the_file_that_is_named() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.findall(rf"`(\w+)` (?:in|of) `({IN_THE_CHECKOUT}\.py)`", text)
    assert {"PerParameter", "SECTIONS"} <= {name for name, _ in found}
    for name, path in found:
        source = (ROOT / path).read_text(encoding="utf-8")
        assert re.search(rf"^(?:def |class )?{name}\b", source, re.M), (name, path)
