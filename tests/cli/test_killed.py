"""Killed by SIGKILL again and again, at whatever moment: in the end nothing is lost and nothing differs."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from tests.helpers.experiments import TINY

KILLS = 3
TEXT = """
title = "Killed"
[data]
source = "digits"
train = 400
validation = 100
test = 100
[comparison]
hidden = [32]
batch_size = 2
epochs = 4
seeds = 4
optimizers = [
  { name = "SGD", learning_rate = 0.05 },
  { name = "SGD_Momentum", learning_rate = 0.05 },
  { name = "Adam", learning_rate = 0.01 },
]
[tuned]
hidden = [32, 16]
batch_size = 2
epochs = 4
dropout = 0.2
average_epochs = 3
augmentation = { shift = 1 }
optimizer = { name = "Adam", learning_rate = 0.01 }
[search.comparison]
trials = 2
seeds = 2
epochs = 4
[search.comparison.space]
learning_rate = { low = 1e-3, high = 1e-1 }
[search.tuned]
method = "optuna"
trials = 6
seeds = 2
epochs = 4
[search.tuned.space]
learning_rate = { low = 1e-3, high = 1e-1 }
"""


@pytest.fixture(autouse=True)
def experiment(tmp_path: Path) -> Path:
    """x.toml, in the folder where the commands are called."""
    path = tmp_path / "x.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "reportgen", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def finish(folder: Path, *arguments: str) -> str:
    process = start(folder, *arguments)
    said, _ = process.communicate()
    assert process.returncode == 0, said
    return said


def kill(process: subprocess.Popen[str]) -> int:
    """Kill a command with all its workers, as a power cut would; its exit status, 0 if it was done before."""
    os.killpg(process.pid, signal.SIGKILL)  # safe: the number is the process's own until its status is read
    said, _ = process.communicate()
    assert process.returncode in (0, -signal.SIGKILL), said
    return process.returncode


def killed_again_and_again(folder: Path, *arguments: str) -> None:
    """Start a command and kill it, KILLS times: once before it trains, then amid one of the next trials."""
    moments = random.Random(20)
    for ended_trials in (None, *(moments.randint(3, 5) for _ in range(KILLS - 1))):
        workers = 1 if ended_trials is None else moments.choice([1, 1, 2])
        process = start(folder, *arguments, "--checkpoint-seconds", "0", "--workers", str(workers))
        assert process.stdout is not None
        if ended_trials is None:
            time.sleep(3 * moments.random())
        else:
            for _ in range(1 + ended_trials):  # before them it says how many there are
                process.stdout.readline()
            time.sleep(0.2 * moments.random())
        assert kill(process) == -signal.SIGKILL, "it was done before the kill: make it longer"


def tables(output: Path) -> dict[str, bytes]:
    """The only run's tables and networks, without the seconds that everything took."""
    (folder,) = (path.parent for path in output.glob("x/2*/manifest.json"))
    found = {
        name: pd.read_csv(folder / name, dtype=str).drop(columns="seconds").to_csv().encode()
        for name in ("metrics.csv", "results.csv", "search.csv")
    }
    for name in ("confusion.csv", "tuned-seed0.safetensors"):
        found[name] = (folder / "records" / name).read_bytes()
    return found


@pytest.mark.slow
def test_a_run_that_is_killed_again_and_again_ends_as_one_that_never_was(tmp_path: Path) -> None:
    run = ("run", "x.toml", "--no-pdf")
    killed_again_and_again(tmp_path, *run)
    assert not list(tmp_path.glob("output/x/2*")), "it was done before the last kill: make it longer"
    said = finish(tmp_path, *run, "--workers", "1")
    assert "more are kept from before)" in said
    assert not list(tmp_path.glob("output/x/.partial-*"))
    assert {file.name for file in tmp_path.glob("output/.trials/*/*")} == {"insight.npz", "model.safetensors"}
    finish(tmp_path, *run, "--output", "whole", "--workers", "2")
    assert tables(tmp_path / "output") == tables(tmp_path / "whole")


@pytest.mark.slow
def test_a_search_that_is_killed_again_and_again_finds_the_same(tmp_path: Path) -> None:
    tune = ("tune", "x.toml")
    killed_again_and_again(tmp_path, *tune)
    assert not (tmp_path / "x-tuned.toml").exists(), "it was done before the last kill: make it longer"
    finish(tmp_path, *tune, "--workers", "1")
    finish(tmp_path, *tune, "--output", "whole", "--to", "whole.toml", "--workers", "1")
    assert (tmp_path / "x-tuned.toml").read_bytes() == (tmp_path / "whole.toml").read_bytes()


@pytest.mark.slow
def test_rendering_that_is_killed_leaves_the_old_report_or_the_new_one(tmp_path: Path) -> None:
    (tmp_path / "tiny.toml").write_text(TINY, encoding="utf-8")
    finish(tmp_path, "run", "tiny.toml", "--workers", "1")
    (folder,) = (path.parent for path in tmp_path.glob("output/tiny/2*/manifest.json"))
    names = ("report.html", "report.pdf")
    new = {name: (folder / name).read_bytes() for name in names}
    moments, seen, statuses = random.Random(21), set(), set()
    for _ in range(KILLS):
        for name in names:
            (folder / name).write_bytes(b"old")
        process = start(tmp_path, "render", str(folder))
        time.sleep(9 * moments.random())
        statuses.add(kill(process))
        for name in names:
            content = (folder / name).read_bytes()
            assert content in (b"old", new[name]), f"half of {name}"
            seen.add(content == new[name])
    assert False in seen
    assert -signal.SIGKILL in statuses
    finish(tmp_path, "render", str(folder))
    assert {name: (folder / name).read_bytes() for name in names} == new
    left = {path.name for path in folder.iterdir()}
    assert left == {"metrics.csv", "results.csv", "manifest.json", "records", *names}
