"""A full disk or a kill at any operation: one line, nothing half-written, and the next time all is well."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.project import ROOT


def swept(folder: Path, every: int) -> list[str]:
    """What `tests.helpers.fault_sweep` prints: problems, and how much was tried."""
    process = subprocess.run(
        [sys.executable, "-m", "tests.helpers.fault_sweep", str(folder), str(every)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout.splitlines()


def test_faults_at_one_in_five_operations_lose_nothing(tmp_path: Path) -> None:
    *problems, last = swept(tmp_path / "attempts", every=5)
    assert problems == []
    tried, operations = (int(word) for word in last.split() if word.isdecimal())
    assert 5 * (tried - 2) <= operations <= 5 * tried
    assert operations > 100


@pytest.mark.slow
def test_faults_at_any_operation_lose_nothing(tmp_path: Path) -> None:
    *problems, last = swept(tmp_path / "attempts", every=1)
    assert problems == []
    assert last.startswith("tried")
