"""The manual's table of exit codes has every code that the program has, and no other."""

from __future__ import annotations

import re

from reportgen.errors import ExitCode
from tests.helpers.project import ROOT

PAGE = ROOT / "docs" / "reference" / "exit-codes.md"


def test_the_table_has_the_codes_of_the_program() -> None:
    rows = re.findall(r"^\| (\d+) \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.M)
    assert [int(code) for code, _ in rows] == sorted(ExitCode)
