"""First weights are shown where training has turned them, and not where they look as they began."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reportgen.analysis.worth_showing import TURNED
from reportgen.records import run_folder
from reportgen.report.sections.insight import weights_block
from reportgen.report.templates.loading import words_in


@pytest.mark.parametrize("cosine", [1.0, 0.95, 0.85, -0.2])
def test_weights_are_shown_by_how_far_they_turned(tiny_run: Path, cosine: float) -> None:
    records = run_folder.read(tiny_run)
    assert records.insight is not None
    units, inputs = records.insight["before"].shape
    before, after = np.zeros((units, inputs)), np.zeros((units, inputs))
    before[:, 0] = 100
    after[:, 0], after[:, 1] = 100 * cosine, 100 * np.sqrt(1 - cosine**2)
    made = {"before": before.round().astype(np.int8), "after": after.round().astype(np.int8)}
    block = weights_block(replace(records, insight=records.insight | made), 0, words_in(("en",)))
    assert (block is not None) == (cosine < TURNED)
    if block is not None:
        assert float(block["facts"]["likeness"]) == pytest.approx(cosine, abs=0.01)
