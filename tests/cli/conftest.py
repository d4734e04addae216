"""Data files for the command line's tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest


def arrays(**changes: Any) -> dict[str, Any]:
    """A sound set of Keras-like arrays, with some replaced or (None) taken away."""
    rng = np.random.default_rng(0)
    sound = {
        "x_train": rng.integers(0, 256, (60, 6, 6, 3), dtype=np.uint8),
        "y_train": np.arange(60) % 3,
        "x_test": rng.integers(0, 256, (30, 6, 6, 3), dtype=np.uint8),
        "y_test": np.arange(30) % 3,
    }
    return {name: value for name, value in (sound | changes).items() if value is not None}


@pytest.fixture
def no_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs end with their records: a report takes seconds, and most tests of a run do not look at it."""
    monkeypatch.setattr("reportgen.cli.run.report", lambda *_: None)


@pytest.fixture
def no_proofs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs begin without the proofs of the formulas, which take a second and are tested elsewhere."""
    monkeypatch.setattr("reportgen.checks.run", list)


@pytest.fixture
def npz(tmp_path: Path) -> Path:
    """A sound .npz file."""
    path = tmp_path / "images.npz"
    np.savez(path, **arrays())
    return path
