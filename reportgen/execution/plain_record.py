"""Trials and their records as plain data, and back, to the bit."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from reportgen.optim import Schedule
from reportgen.training import (
    Augmentation,
    Defects,
    EngineProof,
    EpochRow,
    Evidence,
    Record,
    Setup,
    TestResult,
    Trial,
)


def to_plain(record: Record) -> dict[str, Any]:
    """Return a record without its epochs as JSON holds it; its floats come back the same.

    Args:
        record: Of a trial.
    """
    plain = asdict(record)
    del plain["trial"], plain["epochs"]
    if record.test is not None:
        plain["test"]["confusion"] = record.test.confusion.tolist()
        if record.test.correct is not None:
            plain["test"]["correct"] = base64.b64encode(np.packbits(record.test.correct).tobytes()).decode()
    return plain


def to_rows(record: Record) -> list[tuple[Any, ...]]:
    """Return a record's epochs as the database holds them: SQLite has no NaN, and keeps one as nothing.

    Args:
        record: Of a trial.
    """
    return [
        tuple(None if value != value else value for value in asdict(epoch).values())  # noqa: PLR0124
        for epoch in record.epochs
    ]


def of_plain(trial: Trial, plain: dict[str, Any], rows: Sequence[Sequence[Any]]) -> Record:
    """Return the record that `to_plain` and `to_rows` were given.

    Args:
        trial: Its own.
        plain: All but its epochs.
        rows: These.
    """
    numbers: list[list[Any]] = [[math.nan if value is None else value for value in row] for row in rows]
    epochs = [EpochRow(*row) for row in numbers]
    return Record(
        trial=trial,
        epochs=tuple(epochs),
        diverged=plain["diverged"],
        best_epoch=plain["best_epoch"],
        test=plain["test"] and _test_of_plain(plain["test"]),
        parameter_shapes={name: tuple(shape) for name, shape in plain["parameter_shapes"].items()},
        steps=plain["steps"],
        evidence=Evidence(**plain["evidence"]),
        engine_proof=EngineProof(**proof) if (proof := plain.get("engine_proof")) else None,
    )


def _test_of_plain(plain: dict[str, Any]) -> TestResult:
    """A test result; records of earlier versions lack what is told of every image."""
    confusion = np.array(plain["confusion"], dtype=np.int64)
    if plain.get("correct") is None:
        return TestResult(plain["loss"], confusion)
    packed = np.frombuffer(base64.b64decode(plain["correct"], validate=True), dtype=np.uint8)
    images = int(confusion.sum())
    if len(packed) != -(-images // 8):
        raise ValueError(f"{len(packed)} bytes for a bit of each of {images} test images")
    return TestResult(plain["loss"], confusion, np.unpackbits(packed, count=images).astype(np.bool_))


def trial_of(plain: dict[str, Any]) -> Trial:
    """Return the trial of which `dataclasses.asdict` made this.

    Args:
        plain: A dictionary of dictionaries.
    """
    setup = dict(plain["setup"])
    setup["schedule"] = Schedule(**setup["schedule"])
    setup["augmentation"] = Augmentation(**setup["augmentation"])
    return Trial(Setup(**setup), plain["seed"], Defects(**plain["defects"]))
