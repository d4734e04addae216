"""The confusion matrix and accuracies by class, on a table made by hand."""

from __future__ import annotations

import pandas as pd

from reportgen.analysis.classes import by_class, confusion_matrix

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
