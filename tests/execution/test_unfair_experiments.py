"""Experiments that are unfair on purpose, really trained: each fails what it attacks, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from reportgen.execution.executors.choosing import ExecutorOptions
from reportgen.execution.prepare import prepare
from reportgen.execution.run import run
from reportgen.execution.trials import TrainingOptions
from reportgen.experiment.reading import Source, read
from reportgen.report.sections.audit import points_of

HONEST = """
title = "Honest"
[data]
source = "digits"
train = 997
validation = 300
[comparison]
hidden = [32]
batch_size = 16
epochs = 8
seeds = 8
optimizers = [
  { name = "SGD", learning_rate = 1e-3 },
  { name = "Adam", learning_rate = 1e-3 },
]
[search.comparison]
trials = 11
seeds = 1
space = { learning_rate = { low = 1e-4, high = 10.0 } }
"""
SEARCH = HONEST[HONEST.index("[search.comparison]") :]
PADDED = SEARCH.replace("trials = 11", "trials = 4").replace(
    "{ low = 1e-4, high = 10.0 }", "[1e-4, 1e-3, 3e-3, 500.0]"
)
FORGED = """
[found.comparison]
experiment = "big-search"
method = "optuna"
trials = 500
seeds = [1000, 1001, 1002]
epochs = 100
space = "SGD: learning_rate from 1e-06 to 10 (log); Adam: learning_rate from 1e-06 to 10 (log)"
"""


def decayed(text: str) -> str:
    text = text.replace('"SGD", learning_rate = 1e-3', '"SGD", learning_rate = 1e-3, weight_decay = 0.5')
    return text.replace(
        "\n]\n[search", '\n  { name = "Adam", label = "again", learning_rate = 1e-3 },\n]\n[search'
    )


SLOW = '"SGD", learning_rate = 1e-4'

UNFAIR: dict[str, tuple[Callable[[str], str], set[str]]] = {
    "honest": (lambda text: text, set()),
    "a padded list": (lambda text: text.replace(SEARCH, PADDED), {"RG006"}),
    "ten to validate with": (lambda text: text.replace("validation = 300", "validation = 10"), {"RG013"}),
    "decay and tickets": (decayed, {"RG005", "RG011"}),
    "near copies": (
        lambda text: text.replace('source = "digits"', 'source = "npz"\npath = "near.npz"'), {"RG008"},
    ),
    "a search that never was": (
        lambda text: text.replace(SEARCH, FORGED).replace('"SGD", learning_rate = 1e-3', SLOW),
        {"RG012"},
    ),
}  # fmt: skip


def near_copies_of_digits(path: Path) -> None:
    """Validation and test images are training images with one pixel off by one."""
    digits = load_digits()
    images = (digits.images * 255 / 16).round().astype(np.uint8)[..., np.newaxis]
    train, labels = images[:997], digits.target[:997].astype(np.int64)
    copies = train.copy()
    copies[:, 4, 4] ^= 1
    np.savez(
        path,
        x_train=np.concatenate([train, copies[:300]]), y_train=np.concatenate([labels, labels[:300]]),
        x_test=copies[300:800], y_test=labels[300:800],
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("way", UNFAIR)
def test_an_unfair_experiment_fails_what_it_attacks_and_nothing_else(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, expected = UNFAIR[way]
    text = change(HONEST)
    assert (text == HONEST) == (way == "honest")
    near_copies_of_digits(tmp_path / "near.npz")
    file = tmp_path / "unfair.toml"
    file.write_text(text, encoding="utf-8")
    monkeypatch.setattr(
        "reportgen.execution.proving.prove_formulas", lambda _: []
    )  # the proofs are tested elsewhere
    source = Source("unfair", file, text, read(file))
    made = run(
        prepare(source),
        tmp_path / "out",
        training=TrainingOptions(ExecutorOptions(workers=1)),
        languages=["en"],
    )
    points = points_of(made.records)
    assert points
    assert {point.code for point in points if point.passed is False} == expected
