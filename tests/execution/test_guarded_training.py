"""Training with users' code in a guarded process: the same numbers as here, and a line whatever it does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reportgen.data import Part, Splits
from reportgen.execution import guarded_training
from reportgen.execution.guarded_training import train_guarded
from reportgen.execution.worker import Workplace
from reportgen.training import EpochRow, Record, Setup, Trial, train
from reportgen.training.saved_classifier import load_classifier
from reportgen.user_code.errors import UserCodeError
from reportgen.user_code.source import UserCode
from tests.helpers.project import ROOT
from tests.helpers.user_code import HOMEWORK, WAYS, code_of, guard_by, processes_naming

pytestmark = pytest.mark.long

CLASSES = 3
SAME_AS_OURS = """
from reportgen.optim.rules.adam import Adam


class Mine(Adam):
    pass
"""
RANDOM = """
import random

import numpy as np
import torch


class Noisy:
    def __init__(self, learning_rate=0.1):
        self.lr, self.steps = learning_rate, {}

    def step(self, params, params_grad):
        for key, value in params.items():
            self.steps[key] = self.steps.get(key, torch.zeros_like(value)) + 1
            noise = torch.randn(value.shape, dtype=value.dtype) + np.random.rand() + random.random()
            params[key] = value - self.lr * (params_grad[key] + 0.01 * noise) / self.steps[key]
"""


def make_splits() -> Splits:
    """Noisy copies of three patterns."""
    random = np.random.default_rng(7)
    patterns = random.integers(40, 216, (CLASSES, 4, 3, 1))

    def part(size: int) -> Part:
        labels = random.integers(0, CLASSES, size)
        images = patterns[labels] + random.integers(-60, 60, (size, 4, 3, 1))
        return Part(images.clip(0, 255).astype(np.uint8), labels.astype(np.int64))

    return Splits(part(37), part(23), part(19))


@pytest.fixture
def splits() -> Splits:
    return make_splits()


def make_trial(optimizer: str, code: UserCode | None = None, **changes: Any) -> Trial:
    settings: dict[str, Any] = {
        "stage": "tuned",
        "label": "own",
        "optimizer": optimizer,
        "optimizer_code": "" if code is None else code.digest,
        "hyperparameters": {"learning_rate": 0.05},
        "hidden": (6, 5),
        "batch_size": 8,
        "epochs": 4,
        "l2": 0.01,
        "initial_std": None,
        "dtype": "float64",
        "subset": None,
    }
    return Trial(Setup(**settings | changes), seed=3)


def carry_out(
    trial: Trial,
    splits: Splits,
    folder: Path,
    *codes: UserCode,
    on_epoch: Callable[[EpochRow], None] = lambda _: None,
) -> Record:
    workplace = Workplace(folder, keeps_model=True, seconds_between=0, code=codes)
    return train_guarded(
        trial, splits, CLASSES, workplace=workplace, on_epoch=on_epoch, on_notice=pytest.fail
    )


def numbers(record: Record) -> dict[str, Any]:
    """All of a record but whose it is and how long it took."""
    plain = asdict(replace(record, epochs=tuple(replace(row, seconds=0.0) for row in record.epochs)))
    plain["test"]["confusion"] = plain["test"]["confusion"].tolist()
    plain["test"]["correct"] = plain["test"]["correct"].tolist()
    return {name: value for name, value in plain.items() if name != "trial"}


@pytest.mark.parametrize("way", WAYS)
def test_a_users_optimizer_trains_to_the_bits_that_it_would_here(
    way: str, monkeypatch: pytest.MonkeyPatch, splits: Splits, tmp_path: Path
) -> None:
    guard_by(way, monkeypatch)
    code, rows = code_of(SAME_AS_OURS, "my own.py"), []
    folder = tmp_path / "with space"
    record = carry_out(make_trial("my own.py:Mine", code), splits, folder, code, on_epoch=rows.append)
    (tmp_path / "here").mkdir()
    here = train(make_trial("Adam"), splits, CLASSES, save_to=tmp_path / "here" / "model.safetensors")
    assert numbers(record) == numbers(here)
    assert record.trial == make_trial("my own.py:Mine", code)
    assert tuple(rows) == record.epochs
    saved = load_classifier(folder / "model.safetensors").parameters
    assert numbers_of(saved) == numbers_of(
        load_classifier(tmp_path / "here" / "model.safetensors").parameters
    )
    assert (folder / "insight.npz").read_bytes() == (tmp_path / "here" / "insight.npz").read_bytes()


def numbers_of(parameters: dict[str, Any]) -> dict[str, list[Any]]:
    return {name: parameter.tolist() for name, parameter in parameters.items()}


def test_the_homeworks_classes_train_the_network(splits: Splits, tmp_path: Path) -> None:
    code = code_of(HOMEWORK)
    trial = make_trial("hw5.py:SGD", code, layers_code=code.digest)
    record = carry_out(trial, splits, tmp_path / "own", code)
    here = train(make_trial("SGD"), splits, CLASSES)
    for row, expected in zip(record.epochs, here.epochs, strict=True):
        for name in ("training_loss", "training_accuracy", "validation_loss", "validation_accuracy"):
            assert getattr(row, name) == pytest.approx(getattr(expected, name), rel=1e-9)


def test_layers_and_optimizer_may_be_of_two_files(splits: Splits, tmp_path: Path) -> None:
    optimizer = code_of(SAME_AS_OURS, "my.py")
    layers = code_of("class ReLU:\n    def forward(self, x):\n        return y\n", "hw5.py")
    trial = make_trial("my.py:Mine", optimizer, layers_code=layers.digest)
    with pytest.raises(UserCodeError, match=r"name 'y' is not defined"):
        carry_out(trial, splits, tmp_path / "w", code_of("x = 1"), layers, optimizer)


@pytest.mark.parametrize("text", [SAME_AS_OURS.replace("Mine", "Noisy"), RANDOM], ids=["Adam", "random"])
def test_a_stopped_training_goes_on_to_the_same_bits(text: str, splits: Splits, tmp_path: Path) -> None:
    code = code_of(text)
    trial, folder = make_trial("hw5.py:Noisy", code), tmp_path / "stopped"
    whole = carry_out(trial, splits, tmp_path / "whole", code)

    def stop(row: EpochRow) -> None:
        if row.epoch == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        carry_out(trial, splits, folder, code, on_epoch=stop)
    assert processes_naming(folder) == []
    assert [file for file in folder.iterdir() if file.suffix == ".safetensors"]
    assert not (folder / "model.safetensors").exists()
    heard: list[EpochRow] = []
    assert numbers(carry_out(trial, splits, folder, code, on_epoch=heard.append)) == numbers(whole)
    assert [row.epoch for row in heard] == [1, 2, 3, 4]


STEP = """
import ctypes, json, os, socket, sys, threading, time
import torch


class Bad:
    def __init__(self, learning_rate=0.1):
        self.lr = learning_rate
        {init}

    def step(self, params, params_grad):
        {step}
"""


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("nothing", "hw5.py, line 12: NameError: name 'nothing' is not defined"),
        ("socket.socket()", "hw5.py, line 12: PermissionError: may not use the network"),
        ("os.fork()", "hw5.py, line 12: PermissionError: may not start another process"),
        ("params.clear()", "hw5.py: training of own, seed 3: HomeworkOptimizerError: step has removed 'w1'"),
        ("params['w1'] = 'x'", "hw5.py: training of own, seed 3: "),
        ("self.file = sys.stdout", "hw5.py: training of own, seed 3: UnkeptStateError: keeps a "),
        ("os._exit(0)", "hw5.py: training of own, seed 3: ended its process (exit code 0)"),
        ("while True: print('x' * 10000)", "hw5.py: training of own, seed 3: printed more than 1 MB"),
        ("[os.write(fd, b'x' * 99) for fd in map(int, sys.argv[1:3][1:])]", "sent what is no answer"),
        ("torch.ones(10 * 2**30, dtype=torch.uint8)", "(it may take 4.0 GiB of memory)"),
        ("time.sleep(1000)", "hw5.py: training of own, seed 3: took longer than 4 s and was stopped"),
    ],
    ids=lambda value: value.split("(")[0] if "hw5" not in value else "",
)
def test_whatever_it_does_ends_in_a_line_and_leaves_no_process(
    step: str, message: str, splits: Splits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "sleep" in step:
        monkeypatch.setattr(guarded_training, "SECONDS_AN_EPOCH", 4)
    code = code_of(STEP.format(step=step, init="pass"))
    with pytest.raises(UserCodeError) as caught:
        carry_out(make_trial("hw5.py:Bad", code), splits, tmp_path / "w", code)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert processes_naming(tmp_path / "w") == []
    assert list((tmp_path / "w").glob("*")) == []


LINK = """
import ctypes, json, sys
from reportgen.optim.rules.adam import Adam
from reportgen.training import trainer

libc = ctypes.CDLL(None)
trainer.save_classifier = lambda classifier, path: libc.symlink(b"/etc/hostname", str(path).encode())


class Mine(Adam):
    pass
"""


def test_a_link_in_the_place_of_the_classifier_is_refused(splits: Splits, tmp_path: Path) -> None:
    code = code_of(LINK)
    with pytest.raises(UserCodeError, match=r"something else in the place of model\.safetensors"):
        carry_out(make_trial("hw5.py:Mine", code), splits, tmp_path / "w", code)
    assert not (tmp_path / "w" / "model.safetensors").is_symlink()


HANGS = """
from reportgen.optim.rules.adam import Adam


class Mine(Adam):
    def step(self, parameters, gradients):
        super().step(parameters, gradients)
        while self.t > 7:  # in the second epoch
            pass
"""
PROGRAM = """
import sys
from pathlib import Path
from tests.execution import test_guarded_training as tests

code = tests.code_of(tests.HANGS)
trial = tests.make_trial("hw5.py:Mine", code, epochs=2)
folder, splits = Path(sys.argv[1]), tests.make_splits()
tests.carry_out(trial, splits, folder, code, on_epoch=lambda row: print(row.epoch, flush=True))
"""


@pytest.mark.parametrize("way", WAYS)
def test_a_killed_program_leaves_no_process_behind(way: str, tmp_path: Path) -> None:
    without = "from reportgen.user_code import bubblewrap\nbubblewrap.find_bubblewrap = lambda: None\n"
    program = subprocess.Popen(
        [sys.executable, "-c", (without if way == WAYS[1] else "") + PROGRAM, str(tmp_path / "w")],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        assert program.stdout is not None
        assert program.stdout.readline() == b"1\n"
        assert len(processes_naming(tmp_path / "w")) > 1
    finally:
        program.send_signal(signal.SIGKILL)
        program.communicate()
    until = time.monotonic() + 60
    while processes_naming(tmp_path / "w") and time.monotonic() < until:
        time.sleep(0.1)
    assert processes_naming(tmp_path / "w") == []
