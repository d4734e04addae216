"""Every point of the audit has a page in the manual under its code, and `explain` prints it."""

from __future__ import annotations

import re
import tomllib

import pytest

from reportgen.analysis.audit.codes import CODES
from reportgen.files import resources
from tests.helpers.cli import Cli
from tests.helpers.project import ROOT

PAGES = ROOT / "docs" / "reference" / "audit"
PARTS = ["How it is measured", "What fails it", "How to mend it", "Example", "What it does not see"]


def names() -> dict[str, str]:
    """By code, what a report calls the point."""
    catalogue = tomllib.loads((resources.templates() / "catalogue.toml").read_text(encoding="utf-8"))
    return {code: catalogue["audit_point"][key]["en"] for key, code in CODES.items()}


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert sorted(path.stem for path in PAGES.iterdir()) == sorted(CODES.values())
    assert len(set(CODES.values())) == len(CODES)
    assert resources.audit_pages() == PAGES


@pytest.mark.parametrize("code", CODES.values())
def test_a_page_bears_its_name_and_says_all_that_a_page_says(code: str) -> None:
    title, *parts = re.split(r"^## ", (PAGES / f"{code}.md").read_text(encoding="utf-8"), flags=re.M)
    heading, _, asks = title.partition("\n")
    assert heading == f"# {code}: {names()[code]}"
    assert asks.strip().startswith(("Whether", "Of a table of scores: whether"))
    assert [part.partition("\n")[0] for part in parts] == PARTS
    assert all(part.partition("\n")[2].strip().endswith((".", "!", "`")) for part in parts)


def test_the_index_lists_every_point() -> None:
    index = (PAGES.parent / "audit.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[(RG\d+)\]\(audit/(RG\d+)\.md\) \| (.*) \|$", index, re.M)
    assert {code: name for code, _, name in listed} == names()
    assert all(code == page for code, page, _ in listed)


def test_explain_lists_all_points(cli: Cli) -> None:
    answer = cli("explain")
    assert answer.code == 0
    assert dict(line.split("\t") for line in answer.out.splitlines()) == names()


def test_explain_prints_pages_as_text(cli: Cli) -> None:
    answer = cli("explain", "rg005", "RG015")
    assert answer.code == 0
    assert re.findall(r"^# (RG\d+)", answer.out, re.M) == ["RG005", "RG015"]
    assert "](" not in answer.out
    assert "a table of scores it counts" in answer.out  # a link's own words stay


def test_explain_knows_no_other_code(cli: Cli) -> None:
    answer = cli("explain", "RG005", "RG0O5")
    assert (answer.code, answer.out) == (1, "")
    line = "reportgen: error: the audit has no point 'RG0O5'; `reportgen explain` lists all"
    assert answer.err.splitlines() == [line]
