"""Mean curves, on a table made by hand."""

from __future__ import annotations

import math

import pandas as pd

from reportgen.analysis.learning_curves import mean_curves


def epochs(setup: str, seed: int, losses: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "setup": setup,
            "seed": seed,
            "epoch": range(1, len(losses) + 1),
            "training_loss": losses,
            "validation_loss": [2 * loss for loss in losses],
        }
    )


def test_curves_are_means_of_the_epochs_that_all_seeds_reached() -> None:
    table = pd.concat(
        [
            epochs("A", 0, [4, 2, 1]),
            epochs("A", 1, [2, 4]),
            epochs("B", 0, [1]),
            epochs("C", 0, [1, math.nan]),
        ]
    )
    found = mean_curves(table, "loss")
    assert found.loc["A", "training_loss"].to_dict() == {1: 3, 2: 3}
    assert found.loc["A", "validation_loss"].to_dict() == {1: 6, 2: 6}
    assert found.index.unique("setup").tolist() == ["A", "B"]  # of C one trial diverged
