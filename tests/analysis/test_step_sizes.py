"""Sizes of gradients and steps at the end, on a table made by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from reportgen.analysis.step_sizes import at_the_end


def test_sizes_at_the_end_are_geometric_means_of_what_can_be_drawn() -> None:
    columns = ["setup", "seed", "epoch", "gradient_norm", "update_norm", "parameter_norm"]
    table = pd.DataFrame(
        [
            ("B", 0, 2, 1.0, 2.0, 4.0),  # the last epoch, though the first row
            ("B", 0, 1, 9.0, 9.0, 1.0),
            ("B", 1, 1, 4.0, 1.0, 8.0),
            ("A", 0, 1, np.inf, 0.0, 1.0),
        ],
        columns=columns,
    )
    found = at_the_end(table)
    assert found.index.tolist() == ["B", "A"]
    assert found.loc["B"].to_dict() == pytest.approx({"gradient_norm": 2.0, "relative": 0.25})
    assert found.loc["A"].isna().all()
