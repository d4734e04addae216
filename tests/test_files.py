"""Files are written whole or not at all, and what a killed writer left goes with the next write."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reportgen import files


def dead_process() -> int:
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_write_that_fails_leaves_the_old_file_and_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "report.html"
    files.write_text(target, "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        files.write_text(target, "new")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_the_part_of_a_killed_writer_goes_with_the_next_write(tmp_path: Path) -> None:
    target = tmp_path / "a[1].html"
    left = tmp_path / f".a[1].html.{dead_process()}.part"
    another = tmp_path / f".another.html.{dead_process()}.part"
    writing = tmp_path / f".a[1].html.{os.getppid()}.part"
    for part in (left, another, writing):
        part.write_text("half")
    files.write_text(target, "whole")
    assert target.read_text() == "whole"
    assert sorted(tmp_path.iterdir()) == sorted([target, another, writing])
