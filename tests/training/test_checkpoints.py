"""A training that is stopped and goes on ends as one that was never stopped, to the last bit."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from reportgen.data import Splits
from reportgen.optim import Schedule
from reportgen.training import Augmentation, Defects, Record, Trial, train
from reportgen.training.checkpoints import Checkpoint, Checkpoints

CLASSES = 3
MakeTrial = Callable[..., Trial]

TRIALS: dict[str, dict[str, Any]] = {
    "SGD": {},
    "SGD_Momentum": {"optimizer": "SGD_Momentum"},
    "Adam": {"optimizer": "Adam"},
    "torch.optim": {"optimizer": "torch.optim.NAdam", "hyperparameters": {"learning_rate": 0.01}},
    "float32": {"optimizer": "Adam", "dtype": "float32"},
    "bfloat16": {"optimizer": "SGD_Momentum", "dtype": "bfloat16"},
    "dropout": {"optimizer": "Adam", "dropout": 0.4, "input_dropout": 0.2},
    "augmentation": {"augmentation": Augmentation(flip=True, shift=1)},
    "averaging": {"average_epochs": 4, "schedule": Schedule("cosine", 1.0)},
    "early stopping": {"early_stopping": 2, "hyperparameters": {"learning_rate": 1.0}},
    "numpy's stream": {"defects": Defects(numpy_global_stream=True)},
    "all defects": {"defects": Defects(*[True] * 6)},
    "all at once": {
        "optimizer": "SGD_Momentum",
        "dropout": 0.3,
        "augmentation": Augmentation(flip=True, shift=1),
        "average_epochs": 3,
        "normalization": "per-channel",
        "best_epoch_by": "validation_accuracy",
        "label_smoothing": 0.1,
    },
}


class StoppedError(Exception):
    """What ends a training in these tests."""


def numbers(record: Record) -> str:
    """All of a record to the last bit, but for the time it took."""
    plain = asdict(record)
    for row in plain["epochs"]:
        del row["seconds"]
    if plain["test"]:
        plain["test"]["confusion"] = record.test.confusion.tolist()
        plain["test"]["correct"] = record.test.correct.tolist()
    return json.dumps(plain)


@pytest.fixture(params=TRIALS, ids=str)
def trial(request: pytest.FixtureRequest, make_trial: MakeTrial) -> Trial:
    return make_trial(**{"epochs": 6} | TRIALS[request.param])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "trial"


def stop_after(epoch: int) -> Callable[[Any], None]:
    """Heard of before an epoch's checkpoint is written."""

    def hear(row: Any) -> None:
        if row.epoch > epoch:
            raise StoppedError

    return hear


def test_stopped_after_every_epoch_it_ends_the_same(
    trial: Trial, splits: Splits, tmp_path: Path, folder: Path
) -> None:
    whole = train(trial, splits, CLASSES, save_to=tmp_path / "whole.safetensors")
    heard: list[int] = []
    for epoch in range(1, len(whole.epochs)):
        with pytest.raises(StoppedError):
            train(
                trial,
                splits,
                CLASSES,
                on_epoch=stop_after(epoch),
                checkpoints=Checkpoints(folder, seconds_between=0),
            )
    resumed = train(
        trial,
        splits,
        CLASSES,
        on_epoch=lambda row: heard.append(row.epoch),
        save_to=tmp_path / "resumed.safetensors",
        checkpoints=Checkpoints(folder, seconds_between=0),
    )
    assert numbers(resumed) == numbers(whole)
    assert heard == list(range(1, len(whole.epochs) + 1))  # who listens hears of every epoch
    assert (tmp_path / "resumed.safetensors").read_bytes() == (tmp_path / "whole.safetensors").read_bytes()


def stopped(trial: Trial, splits: Splits, folder: Path, epoch: int) -> list[Path]:
    """A training that was stopped after an epoch; its checkpoints, the newest last."""
    with pytest.raises(StoppedError):
        train(
            trial,
            splits,
            CLASSES,
            on_epoch=stop_after(epoch),
            checkpoints=Checkpoints(folder, seconds_between=0),
        )
    return sorted(folder.iterdir())


def test_what_is_done_is_not_done_again(make_trial: MakeTrial, splits: Splits, folder: Path) -> None:
    """The rows of a resumed training carry the seconds that they took then."""
    trial = make_trial(epochs=6)
    stopped(trial, splits, folder, 4)
    kept = Checkpoints(folder).newest()
    record = train(trial, splits, CLASSES, checkpoints=Checkpoints(folder))
    assert [asdict(row) for row in record.epochs[:4]] == kept.plain["rows"]


def test_two_checkpoints_are_kept(make_trial: MakeTrial, splits: Splits, folder: Path) -> None:
    files = stopped(make_trial(epochs=9), splits, folder, 5)
    assert [file.name.partition("-")[0] for file in files] == ["000004", "000005"]


def flip_a_bit(file: Path, place: int) -> None:
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize("damage", ["a bit of the tensors", "a bit of the numbers", "cut", "empty"])
def test_a_damaged_checkpoint_is_set_aside_and_the_one_before_used(
    make_trial: MakeTrial, splits: Splits, folder: Path, damage: str
) -> None:
    trial = make_trial("Adam", epochs=6)
    newest = stopped(trial, splits, folder, 4)[-1]
    content = newest.read_bytes()
    match damage:
        case "a bit of the tensors":
            flip_a_bit(newest, len(content) - random.Random(0).randrange(1, 500))
        case "a bit of the numbers":
            flip_a_bit(newest, content.index(b"training_loss") + 20)
        case "cut":
            newest.write_bytes(content[:-7])
        case "empty":
            newest.write_bytes(b"")
    damaged = newest.read_bytes()
    notices: list[str] = []
    checkpoints = Checkpoints(folder, on_notice=notices.append)
    assert checkpoints.newest().epoch == 3
    (notice,) = notices
    assert notice.startswith(f"{newest}: this checkpoint is damaged (")
    assert not newest.exists()
    assert newest.with_suffix(".damaged").read_bytes() == damaged
    record = train(trial, splits, CLASSES, checkpoints=checkpoints)
    assert numbers(record) == numbers(train(trial, splits, CLASSES))


def test_without_any_whole_checkpoint_it_starts_again(
    make_trial: MakeTrial, splits: Splits, folder: Path
) -> None:
    trial = make_trial(epochs=5)
    for file in stopped(trial, splits, folder, 3):
        file.write_bytes(b"nonsense")
    notices: list[str] = []
    record = train(trial, splits, CLASSES, checkpoints=Checkpoints(folder, on_notice=notices.append))
    assert len(notices) == 2
    assert numbers(record) == numbers(train(trial, splits, CLASSES))


def test_where_no_checkpoint_can_be_written_training_goes_on(
    make_trial: MakeTrial, splits: Splits, tmp_path: Path
) -> None:
    trial = make_trial(epochs=4)
    (tmp_path / "file").write_text("in the folder's place")
    notices: list[str] = []
    checkpoints = Checkpoints(tmp_path / "file" / "trial", seconds_between=0, on_notice=notices.append)
    record = train(trial, splits, CLASSES, checkpoints=checkpoints)
    assert numbers(record) == numbers(train(trial, splits, CLASSES))
    assert notices
    assert all("no checkpoint can be written (Not a directory)" in notice for notice in notices)


def test_removed_leaves_what_is_not_its_own(make_trial: MakeTrial, splits: Splits, folder: Path) -> None:
    newest = stopped(make_trial(epochs=5), splits, folder, 4)[-1]
    newest.write_bytes(b"nonsense")
    (folder / "model.safetensors").write_bytes(b"a model")
    checkpoints = Checkpoints(folder)
    checkpoints.newest()
    checkpoints.remove()
    assert [file.name for file in folder.iterdir()] == ["model.safetensors"]


def test_checkpoints_come_in_time_not_every_epoch(
    folder: Path, monkeypatch: pytest.MonkeyPatch, make_trial: MakeTrial, splits: Splits
) -> None:
    now = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    written: list[int] = []

    def write(_: Checkpoints, checkpoint: Checkpoint) -> None:
        written.append(checkpoint.epoch)
        original(checkpoints, checkpoint)

    original = Checkpoints.write
    checkpoints = Checkpoints(folder, seconds_between=10)
    monkeypatch.setattr(Checkpoints, "write", write)

    def hear(_: object) -> None:
        now[0] += 4.0

    train(make_trial(epochs=9), splits, CLASSES, on_epoch=hear, checkpoints=checkpoints)
    assert written == [3, 6]  # after 12 and 24 seconds; after the last epoch there is nothing to go on from


def test_a_large_network_s_checkpoints_take_a_small_share_of_the_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr(
        "reportgen.training.checkpoints.write_bytes", lambda *_: now.__setitem__(0, now[0] + 2)
    )
    checkpoints = Checkpoints(folder, seconds_between=10)
    checkpoints.write(Checkpoint(1, {}, {}))
    now[0] += 99
    assert not checkpoints.due
    now[0] += 2
    assert checkpoints.due


def test_another_trial_s_record_is_another(make_trial: MakeTrial, splits: Splits) -> None:
    """What the tests above compare tells one trial from another."""
    trial = make_trial(epochs=2)
    other = replace(trial, seed=trial.seed + 1)
    assert numbers(train(trial, splits, CLASSES)) != numbers(train(other, splits, CLASSES))
