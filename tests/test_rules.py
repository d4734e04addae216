"""Rules of this repository that no tool knows: no long file, and where tests are and what they import."""

from __future__ import annotations

import ast

import pytest

from tests.helpers.project import ROOT

LONGEST = 400
"""Lines that a file of Python may have. Templates, the catalogue and experiments are data and no Python."""
FOLDERS = ("reportgen", "tests")
ACROSS = {"docs", "document", "faults", "hardening", "helpers", "tools"}
"""Folders of tests that are about no single room of the package."""


def test_no_file_is_long() -> None:
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    assert len(files) > 200
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {str(path.relative_to(ROOT)): n for path, n in lengths.items() if n > LONGEST} == {}


def test_tests_are_in_the_tree_of_the_package() -> None:
    tests = ROOT / "tests"
    folders = {path.parent.relative_to(tests) for path in tests.rglob("test_*.py")}
    assert [
        str(folder)
        for folder in sorted(folders)
        if folder.parts and folder.parts[0] not in ACROSS and not (ROOT / "reportgen" / folder).is_dir()
    ] == []


@pytest.mark.parametrize("folder", ["tests", "reportgen", "tools"])
def test_only_helpers_are_imported_from_tests(folder: str) -> None:
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, path
                names = [f"{node.module}.{name.name}" for name in node.names]
            allowed = "tests.helpers." if folder == "tests" else "-"
            assert [n for n in names if n.startswith("tests") and not n.startswith(allowed)] == [], path
            assert "conftest" not in " ".join(names).split("."), path
