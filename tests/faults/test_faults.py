"""A full disk or a kill at any operation: one line, nothing half-written, and the next time all is well."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.project import ROOT


def swept(folder: Path) -> list[str]:
    """What `tests.helpers.fault_sweep` prints: problems, and how much was tried."""
    process = subprocess.run(
        [sys.executable, "-m", "tests.helpers.fault_sweep", str(folder)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return process.stdout.splitlines()


@pytest.mark.slow
def test_faults_at_any_operation_lose_nothing(tmp_path: Path) -> None:
    *problems, last = swept(tmp_path / "attempts")
    assert problems == []
    assert int(last.removeprefix("tried ").removesuffix(" operations")) > 100
