"""Data files for the command line's tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.helpers.experiments import FIVE_TRIALS, SEARCHED
from tests.helpers.images import arrays


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    """x.toml, in the folder where the command line is called."""
    path = tmp_path / "x.toml"
    path.write_text(FIVE_TRIALS, encoding="utf-8")
    return path


@pytest.fixture
def searching(tmp_path: Path) -> Path:
    """x.toml with two searches, in the folder where the command line is called."""
    path = tmp_path / "x.toml"
    path.write_text(SEARCHED, encoding="utf-8")
    return path


@pytest.fixture
def no_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs end with their records: a report takes seconds, and most tests of a run do not look at it."""
    monkeypatch.setattr("reportgen.cli.run.report", lambda *_: None)


@pytest.fixture
def no_proofs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs begin without the proofs of the formulas, which take a second and are tested elsewhere."""
    monkeypatch.setattr("reportgen.execution.proving.prove_formulas", lambda _: [])


@pytest.fixture
def npz(tmp_path: Path) -> Path:
    """A sound .npz file."""
    path = tmp_path / "images.npz"
    np.savez(path, **arrays())
    return path
