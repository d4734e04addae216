"""tools/mutation.py knows the rooms as they are: a module or a test that was moved is missed here."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

from tests.helpers.project import ROOT
from tests.helpers.tools import load_tool


@pytest.fixture(scope="module")
def mutation() -> ModuleType:
    return load_tool("mutation")


def test_every_pattern_finds_files(mutation: ModuleType) -> None:
    patterns = [pattern for room in mutation.ROOMS.values() for pattern in (*room.modules, *room.tests)]
    assert [pattern for pattern in patterns if not list(ROOT.glob(pattern))] == []


def test_whole_rooms_are_changed(mutation: ModuleType) -> None:
    for name in ("nn", "optim", "analysis"):
        modules = set(mutation.modules_of(mutation.ROOMS[name]))
        there = {str(path.relative_to(ROOT)) for path in (ROOT / "reportgen" / name).rglob("*.py")}
        assert modules == there


def test_a_copy_has_what_git_knows_and_nothing_else(mutation: ModuleType, tmp_path: Path) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout of git")
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "stale.py").touch()
    mutation.copy_tree(tmp_path / "copy")
    assert (tmp_path / "copy" / "reportgen" / "nn" / "layers.py").read_bytes() == (
        ROOT / "reportgen" / "nn" / "layers.py"
    ).read_bytes()
    assert not (tmp_path / "copy" / "stale.py").exists()
    assert not (tmp_path / "copy" / "build").exists()
