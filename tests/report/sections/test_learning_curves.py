"""The sentences beside the curves say what the numbers of the epochs say, whatever these are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from reportgen.files import resources
from reportgen.report.sections import learning_curves
from reportgen.report.sections.tuned import best_epochs
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, load, together

Course = Sequence[float]


@pytest.fixture(scope="module")
def t() -> Catalogue:
    return load(resources.templates() / "catalogue.toml", ("zh-Hant", "en"))


@pytest.fixture(scope="module")
def figure(t: Catalogue) -> Phrase:
    return t.given({"zh-Hant": "圖 9", "en": "Figure 9"})


def epochs(**setups: Sequence[tuple[Course, Course]]) -> pd.DataFrame:
    """Rows of metrics.csv: for each setup and seed its training and validation values, epoch by epoch."""
    rows = [
        {
            "setup": setup, "seed": seed, "epoch": epoch,
            "training_loss": one, "validation_loss": other,
            "training_accuracy": one, "validation_accuracy": other,
        }
        for setup, seeds in setups.items()
        for seed, (training, validation) in enumerate(seeds)
        for epoch, (one, other) in enumerate(zip(training, validation, strict=True), start=1)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def loss(t: Catalogue, figure: Phrase, **setups: Sequence[tuple[Course, Course]]) -> str:
    return learning_curves.of_loss(epochs(**setups), t, figure).texts["en"]


def test_the_least_training_loss_is_that_of_the_mean_over_seeds(t: Catalogue, figure: Phrase) -> None:
    falling = (3.0, 2.0, 1.0)
    said = loss(t, figure, A=[((3, 2, 0.1), falling), ((3, 2, 1.9), falling)], B=[((3, 2, 0.5), falling)])
    assert said.startswith("Figure 9 shows")
    assert "B has the lowest mean training loss (0.5000)" in said
    assert said.endswith(
        "For no optimizer does the mean validation loss end more than 1% above its lowest value."
    )


def test_a_validation_loss_that_rises_again_is_called_overfitting(t: Catalogue, figure: Phrase) -> None:
    down = (3.0, 2.0, 1.0)
    seeds = [(down, (2.0, 1.0, 1.6)), (down, (2.0, 1.0, 1.2))]
    said = loss(t, figure, A=seeds, B=[(down, (2.0, 1.0, 1.009))], C=[(down, (1.0, 1.5, 2.0))])
    assert "a sign of overfitting: A is lowest at epoch 2 and ends 40% higher;" in said
    assert "C is lowest at epoch 1 and ends 100% higher." in said
    assert "B is lowest" not in said
    said = loss(t, figure, D=[((1.0, 1.0, 1.0), (2.0, 1.0, 1.6))])
    assert "overfitting" not in said
    assert "training loss does not go on falling: D is lowest at epoch 2 and ends 60% higher." in said


@pytest.mark.parametrize("lost", [np.nan, np.inf])
def test_a_setup_of_which_a_trial_diverged_is_left_out(t: Catalogue, figure: Phrase, lost: float) -> None:
    fine, broken = ((3.0, 2.0), (3.0, 2.0)), ((0.2, lost), (0.1, lost))
    said = loss(t, figure, A=[fine, broken], B=[fine, fine])
    assert "the mean training loss of B is 2.0000" in said
    assert said.endswith("This leaves out A, of which trials diverged.")
    cut = {"A": [fine, ((0.2,), (0.1,))], "B": [fine, fine]}  # all that was written down is finite
    assert learning_curves.of_loss(epochs(**cut), t, figure, diverged=["A"]).texts["en"] == said
    assert "A is" not in said
    assert "every optimizer has trials that diverged" in loss(t, figure, A=[broken])
    gone = learning_curves.of_accuracy(epochs(A=[broken]), t, figure).texts["en"]
    assert "every optimizer has trials that diverged" in gone


def test_where_seeds_stopped_early_the_last_epoch_of_all_counts(t: Catalogue, figure: Phrase) -> None:
    said = loss(t, figure, A=[((3, 2, 1), (3, 2, 9)), ((3, 2), (3, 2))])
    assert "the mean training loss of A is 2.0000" in said
    assert "For no optimizer does the mean validation loss end more than 1%" in said


def test_accuracy_says_how_far_training_is_above_validation(t: Catalogue, figure: Phrase) -> None:
    table = epochs(A=[((0.2, 0.9), (0.2, 0.5)), ((0.2, 0.8), (0.2, 0.5))], B=[((0.2, 0.4), (0.2, 0.41))])
    said = learning_curves.of_accuracy(table, t, figure)
    assert "minus validation accuracy is, in percentage points: A +35.00, B -1.00." in said.texts["en"]
    assert "減去驗證準確率（百分點）：A +35.00、B -1.00。" in said.texts["zh-Hant"]
    for claimed in ("overfit", "by heart", "過擬合", "記住"):
        assert not any(claimed in text for text in said.texts.values())


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([7], "At epoch 7, validation loss is lowest"),
        ([7, 7, 7], "At epoch 7, validation loss is lowest"),
        ([25, 17, 28, 22, 29], "lowest depends on the seed, from 17 to 29 (median 25)"),
        ([4, 5], "(median 4.5)"),
    ],
)
def test_best_epochs_of_several_seeds_are_a_range(t: Catalogue, found: list[float], said: str) -> None:
    text = best_epochs(pd.Series(found, dtype=float), "validation_loss", t).texts["en"]
    assert said in text
    assert "accuracy" in best_epochs(pd.Series(found, dtype=float), "validation_accuracy", t).texts["en"]


@pytest.mark.parametrize(
    ("share", "written"),
    [(0.000217, "0.022%"), (1.5e-7, "1.5e-05%"), (0.5, "50%"), (1.0, "100%"), (np.nan, numbers.MISSING)],
)
def test_a_small_share_keeps_two_digits(share: float, written: str) -> None:
    assert numbers.two_digits(share) == written


def test_phrases_in_a_row_are_english_where_a_language_lacks_one() -> None:
    words = Catalogue(
        {"w": {"a": {"en": "a", "de": "ä"}, "b": {"en": "b"}, "and": {"en": " ", "de": " "}}}, ("en", "de")
    )
    (passage,) = together([words("w.a"), words("w.b")], "w.and", words).passages()
    assert (passage.text, passage.also) == ("a b", ("de",))
    assert len(together([words("w.a"), words("w.a")], "w.and", words).passages()) == 2
