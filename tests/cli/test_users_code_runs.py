"""`run` with an optimizer of a user's file: what it does wrong is one line, and what was trained is kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from tests.helpers.cli import Cli, refused
from tests.helpers.project import ROOT
from tests.helpers.user_code import WAYS, guard_by, processes_naming

OPTIMIZER = """
import os
import time
import torch


class Mine:
    def __init__(self, learning_rate=0.1):
        self.lr = learning_rate

    def step(self, params, params_grad):
        for key in params:
            params[key] -= self.lr * params_grad[key]
        if torch.is_inference_mode_enabled():  # in training, and not as it is proved
            {inner}
"""
EXPERIMENT = """
title = {{ en = "Mine", zh-Hant = "Mine" }}
[data]
source = "digits"
train = 60
validation = 30
test = 30
[comparison]
subset = 40
hidden = [4]
batch_size = 8
epochs = {epochs}
seeds = [0]
optimizers = [
    {{ name = "SGD", learning_rate = 0.1 }},
    {{ name = "mine.py:Mine", label = "own", learning_rate = 0.1 }},
]
"""


def write(folder: Path, inner: str, epochs: int = 2) -> None:
    (folder / "mine.py").write_text(OPTIMIZER.format(inner=inner), encoding="utf-8")
    (folder / "mine.toml").write_text(EXPERIMENT.format(epochs=epochs), encoding="utf-8")


@pytest.mark.parametrize(
    ("way", "inner", "message"),
    [
        (WAYS[0], "os._exit(0)", "mine.py: training of own, seed 0: ended its process (exit code 0)"),
        (
            WAYS[1],
            "print('x' * 2_000_000)",
            "mine.py: training of own, seed 0: printed more than 1 MB and was stopped",
        ),
        (WAYS[0], "torch.ones(10 * 2**30, dtype=torch.uint8)", "mine.py, line 15: RuntimeError: "),
    ],
    ids=["exits", "prints", "allocates"],
)
def test_what_it_does_in_training_is_a_line_and_the_others_are_kept(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, way: str, inner: str, message: str
) -> None:
    guard_by(way, monkeypatch)
    tmp_path = Path.cwd()
    write(tmp_path, inner)
    refused(cli("run", "mine.toml", "--no-pdf", "--workers", "1"), message)
    assert not list(tmp_path.glob("output/mine/*/manifest.json"))
    assert processes_naming(tmp_path) == []
    write(tmp_path, "pass")
    answer = cli("run", "mine.toml", "--no-pdf", "--workers", "1")
    assert answer.code == 0, answer
    assert "training: 1 trials" in answer.out.replace("1 trial,", "1 trials,")  # the other one is kept
    (metrics,) = tmp_path.glob("output/mine/2*/metrics.csv")
    rows = pd.read_csv(metrics).groupby("setup").training_loss.apply(list)
    assert rows["own"] == pytest.approx(rows["SGD"], rel=1e-4)


def test_ctrl_c_takes_the_guarded_processes_with_it(tmp_path: Path) -> None:
    write(tmp_path, "time.sleep(0.01)", epochs=10_000)
    program = subprocess.Popen(
        [sys.executable, "-m", "reportgen", "run", "mine.toml", "--no-pdf", "--workers", "2"],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    while not processes_naming(tmp_path) and program.poll() is None:
        time.sleep(0.1)
    assert program.poll() is None
    program.send_signal(signal.SIGINT)
    _, errors = program.communicate()
    assert program.returncode == 130
    assert "Traceback" not in errors
    assert processes_naming(tmp_path) == []


LAYER = """
import torch


class ReLU:
    def forward(self, x):
        self.x = x
        if torch.is_inference_mode_enabled():
            raise ValueError("not today")
        return x.clamp(min=0)

    def backward(self, backprop):
        return backprop * (self.x > 0)
"""


def test_layers_train_in_a_guarded_process_too(cli: Cli, tmp_path: Path) -> None:
    write(tmp_path, "pass")
    experiment = tmp_path / "mine.toml"
    text = experiment.read_text(encoding="utf-8").replace("[data]", '[code]\nlayers = "hw5.py"\n[data]')
    experiment.write_text(text, encoding="utf-8")
    (tmp_path / "hw5.py").write_text(LAYER, encoding="utf-8")
    message = "hw5.py, line 9: ValueError: not today"
    refused(cli("run", "mine.toml", "--no-pdf", "--workers", "1"), message)
    assert processes_naming(tmp_path) == []
