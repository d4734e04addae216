"""Finished trials: found again by all that makes their numbers, to the last bit, or not at all."""

from __future__ import annotations

import json
import math
import sqlite3
import struct
from collections.abc import Iterator
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from reportgen.errors import UserError
from reportgen.execution import trial_key as keys
from reportgen.execution.plain_record import to_plain
from reportgen.execution.trial_key import trial_key
from reportgen.execution.trial_store import DamagedRecordError, TrialStore
from reportgen.optim import Schedule
from reportgen.records import database
from reportgen.records.database import Database
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

SETUP = Setup(
    stage="search",
    label="Adam 1/4",
    optimizer="Adam",
    hyperparameters={"learning_rate": 0.1, "beta1": 0.9},
    hidden=(8, 4),
    batch_size=16,
    epochs=3,
    l2=0.0,
    initial_std=None,
    dtype="float32",
    subset=None,
    schedule=Schedule("step", 1.0, (2.0,), 0.1),
    reads_test=False,
)
TRIAL = Trial(SETUP, seed=1000)
FLOATS = (math.nan, math.inf, -math.inf, -0.0, 5e-324, 1 / 3, 0.1 + 0.2, 1.7976931348623157e308, 1e-310)
ROW = EpochRow(1, 1 / 3, 0.1 + 0.2, 5e-324, -0.0, 1e-300, 0.1, 1e-7, math.inf, 2 / 3)
RECORD = Record(
    trial=TRIAL,
    epochs=(ROW, replace(ROW, epoch=2, training_loss=math.nan, validation_loss=math.inf, l2_term=-math.inf)),
    diverged=True,
    best_epoch=None,
    test=None,
    parameter_shapes={"w1": (6, 8), "b1": (8,)},
    steps=12,
    evidence=Evidence(
        initial_weights="0f",
        batch_order="f0",
        samples=60,
        distinct=59,
        validation_images=30,
        validation_distinct=29,
        gradient_scale=dict(zip("abcdefghi", FLOATS, strict=True)),
        test_readings=0.0,
        chosen_by="validation_loss",
        validation_accuracy=None,
    ),
)
FINISHED = replace(
    RECORD,
    diverged=False,
    best_epoch=1,
    test=TestResult(1 / 7, np.arange(9, dtype=np.int64).reshape(3, 3) * 2**40),
    evidence=replace(RECORD.evidence, test_readings=1.0, validation_accuracy=2 / 3),
    engine_proof=EngineProof(20, 1e-7 / 3, 5e-324),
)


class Kept:
    """The finished trials of an output folder, by their keys."""

    def __init__(self, output: Path) -> None:
        self.database = Database(output)
        self.store = TrialStore(self.database)

    def __enter__(self) -> Kept:
        self.database.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self.database.__exit__(*error)

    def get(self, trial: Trial, data: str) -> Record | None:
        return self.store.get(trial, trial_key(trial, data))

    def put(self, record: Record, data: str) -> None:
        self.store.put(record, trial_key(record.trial, data), data, {"torch": "2"})


@pytest.fixture
def output(tmp_path: Path) -> Path:
    return tmp_path / "x"


@pytest.fixture
def path(output: Path) -> Path:
    return output / "reportgen.sqlite"


@pytest.fixture
def store(output: Path) -> Iterator[Kept]:
    with Kept(output) as opened:
        yield opened


def bits(value: Any) -> Any:
    """A value with every float as its eight bytes, so that equal means the same to the last bit."""
    match value:
        case float():
            return struct.pack(">d", value)
        case np.ndarray():
            return value.dtype, value.shape, value.tobytes()
        case dict():
            return {key: bits(inner) for key, inner in value.items()}
        case list() | tuple():
            return type(value), [bits(inner) for inner in value]
        case _:
            return type(value), value


CORRECT = np.array([True, False, True, True, False, False, True, True, False, True, True])
TOLD = replace(FINISHED, test=TestResult(1 / 7, np.array([[4, 1], [3, 3]], dtype=np.int64), CORRECT))


@pytest.mark.parametrize("record", [RECORD, FINISHED, TOLD], ids=["diverged", "of earlier", "finished"])
def test_a_record_comes_back_to_the_last_bit(path: Path, record: Record) -> None:
    with Kept(path.parent) as store:
        assert store.get(record.trial, "data") is None
        store.put(record, "data")
    with Kept(path.parent) as again:
        found = again.get(record.trial, "data")
    assert found is not None
    assert found.trial == record.trial
    assert bits(asdict(found)) == bits(asdict(record))


EMPTIED = next(n for n, step in enumerate(database.MIGRATIONS) if "DELETE FROM trials" in step)
"""The last version whose trials had keys of another kind."""


@pytest.mark.parametrize("version", range(EMPTIED + 1))
def test_trials_of_an_older_database_are_trained_anew(path: Path, version: int) -> None:
    """They have keys of another kind and no digest; that of any key is not taken for a record."""
    key = trial_key(FINISHED.trial, "data")
    with pytest.MonkeyPatch.context() as older:
        older.setattr(database, "MIGRATIONS", database.MIGRATIONS[:version])
        with Database(path.parent) as opened:
            if version:
                opened.execute("INSERT INTO environments (id, description) VALUES (1, '{}')")
                values = (key, "{}", 0, "data", json.dumps(to_plain(FINISHED)), 1, "")
                opened.execute("INSERT INTO trials VALUES (?, ?, ?, ?, ?, ?, ?)", *values)
    with Kept(path.parent) as again:
        assert again.get(FINISHED.trial, "data") is None
        again.put(FINISHED, "data")
        assert again.get(FINISHED.trial, "data") is not None


OTHER: dict[str, tuple[Any, ...]] = {
    "optimizer": ("SGD",),
    "hyperparameters": (
        {"learning_rate": 0.1 + 1e-16, "beta1": 0.9},
        {"learning_rate": 0.1},
        {"learning_rate": 0.1, "beta2": 0.9},
    ),
    "hidden": ((4, 8), (8,), ()),
    "batch_size": (17,),
    "epochs": (4,),
    "l2": (5e-324,),
    "initial_std": (0.2,),
    "dtype": ("float64", "bfloat16"),
    "subset": (50,),
    "schedule": (
        Schedule("cosine", 1.0, (2.0,), 0.1),
        Schedule("step", 1.5, (2.0,), 0.1),
        Schedule("step", 1.0, (2.0, 3.0), 0.1),
        Schedule("step", 1.0, (2.0,), 0.2),
    ),
    "normalization": ("per-channel",),
    "label_smoothing": (0.1,),
    "dropout": (0.1,),
    "input_dropout": (0.1,),
    "early_stopping": (1,),
    "average_epochs": (1,),
    "best_epoch_by": ("validation_accuracy",),
    "augmentation": (Augmentation(flip=True), Augmentation(shift=1)),
    "reads_test": (True,),
    "optimizer_code": ("another",),
    "layers_code": ("another",),
    "engine": ("compiled",),
    "device": ("meta",),  # a graphics card, which has a name in the key besides, may not be there
}
CHANGES = [(name, value) for name, values in OTHER.items() for value in values]
DEFECTS = [field.name for field in fields(Defects)]


def test_every_field_of_a_setup_is_tried_here() -> None:
    assert set(OTHER) == {field.name for field in fields(Setup)} - {"stage", "label"}


@pytest.mark.parametrize(("name", "value"), CHANGES, ids=[f"{name}-{value}" for name, value in CHANGES])
def test_another_setting_is_another_trial(store: Kept, name: str, value: object) -> None:
    store.put(RECORD, "data")
    assert store.get(replace(TRIAL, setup=replace(SETUP, **{name: value})), "data") is None
    assert store.get(TRIAL, "data") is not None


@pytest.mark.parametrize("defect", DEFECTS)
def test_another_defect_is_another_trial(store: Kept, defect: str) -> None:
    store.put(RECORD, "data")
    assert store.get(replace(TRIAL, defects=Defects(**{defect: True})), "data") is None


def test_another_seed_other_data_or_another_torch_is_another_trial(
    store: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put(RECORD, "data")
    assert store.get(replace(TRIAL, seed=1001), "data") is None
    assert store.get(TRIAL, "other data") is None
    with monkeypatch.context() as patch:
        patch.setattr(torch, "__version__", "0.0")
        assert store.get(TRIAL, "data") is None
    with monkeypatch.context() as patch:
        patch.setattr(keys, "code_digest", lambda: "another program")
        assert store.get(TRIAL, "data") is None
    assert store.get(TRIAL, "data") is not None


def test_what_a_trial_is_called_does_not_matter(store: Kept) -> None:
    store.put(RECORD, "data")
    renamed = replace(TRIAL, setup=replace(SETUP, stage="comparison", label="貓"))
    found = store.get(renamed, "data")
    assert found is not None
    assert found.trial == renamed  # and is called what it is called now
    assert bits(asdict(found)["epochs"]) == bits(asdict(RECORD)["epochs"])


DAMAGES = {
    "other numbers": """UPDATE trials SET record = replace(record, '"steps": 12', '"steps": 13')""",
    "another test": """UPDATE trials SET record = replace(record, '"test": null', '"test": []')""",
    "no text": "UPDATE trials SET record = 5",
    "bytes": "UPDATE trials SET record = x'fffe'",
    "half a text": "UPDATE trials SET record = substr(record, 1, length(record) / 2)",
    "no UTF-8": "UPDATE trials SET record = CAST(x'7bff7d' AS TEXT)",
    "an empty object": "UPDATE trials SET record = '{}'",
    "nesting without end": "UPDATE trials SET record = replace(hex(zeroblob(100000)), '00', '[')",
    "no digest": "UPDATE trials SET digest = ''",
    "another machine": "UPDATE environments SET description = '{}'",
    "no machine": "DELETE FROM environments",
    "machine without a sense": "UPDATE environments SET description = '['",
    "an epoch's loss": "UPDATE epochs SET training_loss = training_loss / 2 WHERE epoch = 1",
    "an epoch's last bit": "UPDATE epochs SET seconds = seconds + 1e-16 WHERE epoch = 1",
    "a sign of nothing": "UPDATE epochs SET validation_accuracy = 0.0 WHERE epoch = 1",
    "an epoch's number": "UPDATE epochs SET epoch = 7 WHERE epoch = 2",
    "an epoch's text": "UPDATE epochs SET l2_term = 'much'",
    "a missing epoch": "DELETE FROM epochs WHERE epoch = 2",
    "no epoch": "DELETE FROM epochs",
    "one more epoch": "INSERT INTO epochs SELECT trial, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1 FROM epochs LIMIT 1",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_record_is_told_from_a_sound_one(store: Kept, damage: str) -> None:
    store.put(RECORD, "data")
    store.database.execute("PRAGMA foreign_keys = OFF")
    before = contents(store)
    store.database.execute(damage)
    assert contents(store) != before
    with pytest.raises(DamagedRecordError):
        store.get(TRIAL, "data")
    store.database.execute("PRAGMA foreign_keys = ON")
    store.put(RECORD, "data")
    assert store.get(TRIAL, "data") is not None


def contents(store: Kept) -> list[str]:
    tables = ("environments", "trials", "epochs")
    return [repr(store.database.execute(f"SELECT * FROM {table}")) for table in tables]


def test_a_record_under_another_trials_key_is_damaged(store: Kept) -> None:
    store.put(RECORD, "data")
    other = replace(TRIAL, seed=1001)
    store.database.execute("PRAGMA foreign_keys = OFF")
    for table, column in (("trials", "key"), ("epochs", "trial")):
        store.database.execute(f"UPDATE {table} SET {column} = ?", trial_key(other, "data"))
    with pytest.raises(DamagedRecordError):
        store.get(other, "data")


# ---------------------------------------------------------------- files that cannot be used


def refused(path: Path) -> str:
    """The one line that says why this file is no place for trials."""
    with pytest.raises(UserError) as caught, Kept(path.parent) as store:
        store.put(RECORD, "data")
    message = str(caught.value)
    assert message.startswith(f"{path}: cannot be used (")
    assert "\n" not in message
    return message


def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database " * 1000)
    message = refused(path)
    assert "not a database" in message
    assert "delete a damaged file" in message
    assert path.read_bytes() == b"no database " * 1000


def test_a_damaged_database_is_refused(path: Path) -> None:
    with Kept(path.parent) as store:
        for seed in range(50):
            store.put(replace(RECORD, trial=replace(TRIAL, seed=seed)), "data")
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))  # its first page is whole
    assert "malformed" in refused(path)
    with pytest.raises(UserError, match="malformed"), Kept(path.parent) as store:
        store.get(TRIAL, "data")


def test_another_programs_database_is_refused(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE trials (name TEXT)")
    other.close()
    assert "--output" in refused(path)


def test_a_folder_in_its_place_is_refused(path: Path) -> None:
    path.mkdir(parents=True)
    assert "--output" in refused(path)


def test_a_file_where_its_folder_should_be_is_refused(path: Path) -> None:
    path.parent.write_text("in the way", encoding="utf-8")
    assert "--output" in refused(path)


@pytest.mark.parametrize("new", [True, False], ids=["a new file", "one with trials"])
def test_a_locked_database_is_refused_after_some_patience(
    path: Path, monkeypatch: pytest.MonkeyPatch, new: bool
) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    path.parent.mkdir()
    if not new:
        with Kept(path.parent) as store:
            store.put(RECORD, "data")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    message = refused(path)
    assert "locked" in message
    assert "wait" in message
    assert "delete" not in message  # of all things
    other.execute("ROLLBACK")
    other.close()
    with Kept(path.parent) as store:
        store.put(RECORD, "data")
