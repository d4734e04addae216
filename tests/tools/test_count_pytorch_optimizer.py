"""tools/count_pytorch_optimizer.py: some of the names that it counts, and why others do not train."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.helpers.project import ROOT

pytestmark = pytest.mark.slow

TRAINING = ["Adam", "SOAP", "MADGRAD", "ScheduleFreeAdamW", "DAdaptLion", "A2Grad"]
REASONS = {"SAM": "base_optimizer", "AliG": "closure"}


def count(*names: str) -> subprocess.CompletedProcess[str]:
    tool = ROOT / "tools/count_pytorch_optimizer.py"
    return subprocess.run([sys.executable, tool, *names], capture_output=True, text=True, check=False)


def test_says_how_many_train_and_of_the_others_why_not() -> None:
    """Eight of its hundred names.

    They are plain, with matrices, with a count for all parameters, evaluated at weights that do not train,
    with a learning rate that they find, and without a default one; and two want more than gradients.
    """
    pytest.importorskip("pytorch_optimizer")
    answer = count(*TRAINING, *REASONS)
    assert answer.returncode == 0, answer.stderr
    first, *others = answer.stdout.splitlines()
    assert first == "6 of 8 names of pytorch_optimizer train the quickstart's comparison"
    assert [line.partition(": ")[0] for line in others] == list(REASONS)
    for line, reason in zip(others, REASONS.values(), strict=True):
        assert reason in line
        assert "/tmp" not in line
