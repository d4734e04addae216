"""What is computed of epochs and of classes for figures and sentences, on tables made by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from reportgen.analysis.classes import by_class, confusion_matrix
from reportgen.analysis.learning_curves import mean_curves
from reportgen.analysis.step_sizes import at_the_end

RESULTS = pd.DataFrame({"stage": ["tuned"], "setup": ["A"]})


def confusion(*cells: tuple[int, str, str, int], setup: str = "A") -> pd.DataFrame:
    columns = ["seed", "true", "predicted", "images"]
    return pd.DataFrame(cells, columns=columns).assign(stage="tuned", setup=setup)


CELLS = pd.concat(
    [
        confusion(
            (0, "cat", "cat", 3), (0, "cat", "dog", 1), (0, "dog", "cat", 0), (0, "dog", "dog", 4),
            (1, "cat", "cat", 1), (1, "cat", "dog", 3), (1, "dog", "cat", 1), (1, "dog", "dog", 3),
        ),
        confusion((0, "cat", "cat", 0), (0, "cat", "dog", 9), setup="B"),
    ]
)  # fmt: skip


def test_accuracy_by_class_and_seed_the_best_class_first() -> None:
    found = by_class(CELLS, RESULTS)
    assert list(found.index) == ["dog", "cat"]
    assert found.to_numpy().tolist() == [[1.0, 0.75], [0.75, 0.25]]


def test_a_class_without_images_is_left_out() -> None:
    empty = confusion((0, "eel", "cat", 0), (0, "eel", "eel", 0))
    assert "eel" not in by_class(pd.concat([CELLS, empty]), RESULTS).index


def test_the_confusion_matrix_is_the_mean_of_the_trials_in_the_order_of_the_classes() -> None:
    assert confusion_matrix(CELLS, RESULTS, ["cat", "dog"]).tolist() == [[2, 2], [0.5, 3.5]]
    assert confusion_matrix(CELLS, RESULTS, ["dog", "cat"]).tolist() == [[3.5, 0.5], [2, 2]]


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
