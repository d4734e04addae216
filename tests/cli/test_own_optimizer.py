"""An optimizer of one's own from its file to the report: run, searched, tuned, killed, changed.

Nothing but its own file is written. Held against this program's own optimizer of the same rule.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pypdfium2
import pytest

from tests.helpers.cli import Cli

LION = '''\
import torch


class Lion:
    """As in the paper."""

    def __init__(self, learning_rate=1e-4, beta1=0.9, beta2=0.99):
        self.learning_rate, self.beta1, self.beta2, self.m = learning_rate, beta1, beta2, {}

    def step(self, parameters, gradients):
        for name, w in parameters.items():
            g = gradients[name]
            m = self.m.setdefault(name, torch.zeros_like(w))
            w -= self.learning_rate * torch.sign(self.beta1 * m + (1 - self.beta1) * g)
            m.mul_(self.beta2).add_(g, alpha=1 - self.beta2)
'''

EXPERIMENT = """\
title = "Mine"
[data]
source = "digits"
train = 300
validation = 100
test = 100
[comparison]
hidden = [8]
batch_size = 20
epochs = {epochs}
dtype = "float64"
optimizers = [
  {{ name = "SGD", learning_rate = 0.05 }},
  {{ name = "code/lion.py:Lion", learning_rate = 0.003, beta1 = 0.8 }},
  {{ name = "Lion", label = "ours", learning_rate = 0.003, beta1 = 0.8 }},
  {{ name = "torch.optim.SGD", label = "torch", learning_rate = 0.05 }},
]
"""

SEARCH = """
[search.comparison]
method = "grid"
trials = 2
epochs = 1
space = { learning_rate = { low = 1e-2, high = 1e-1 } }
own.Lion = { beta1 = [0.8, 0.9], learning_rate = [0.003] }
"""


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    """x.toml, where the commands are called, and the optimizer in a folder beside it."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "lion.py").write_text(LION, encoding="utf-8")
    (tmp_path / "x.toml").write_text(EXPERIMENT.format(epochs=2), encoding="utf-8")
    return tmp_path / "x.toml"


def epochs(name: str = "x") -> pd.DataFrame:
    table = pd.read_csv(Path("output") / name / "latest" / "metrics.csv")
    return table.drop(columns="seconds").set_index(["stage", "setup", "epoch"])


def curve(table: pd.DataFrame, setup: str) -> pd.DataFrame:
    return table.loc["comparison", setup]


@pytest.mark.usefixtures("experiment")
def test_it_trains_like_this_programs_own_and_the_report_says_whose_it_is(cli: Cli) -> None:
    answer = cli("run", "x.toml", "--workers", 2)
    assert answer.code == 0, answer.err
    table = epochs()
    pd.testing.assert_frame_equal(curve(table, "Lion"), curve(table, "ours"), rtol=1e-9)
    pd.testing.assert_frame_equal(curve(table, "SGD"), curve(table, "torch"), rtol=1e-9)
    with pypdfium2.PdfDocument("output/x/latest/report.pdf") as document:
        flat = "".join("".join(page.get_textpage().get_text_range() for page in document).split())
    assert "ThecodeofLioncomesfromlion.py." in flat
    assert "m=self.m.setdefault(name,torch.zeros_like(w))" in flat
    assert cli("verify", "output/x/latest/report.pdf").code == 0


@pytest.mark.usefixtures("experiment")
def test_a_changed_file_is_trained_again_and_the_others_are_kept(cli: Cli) -> None:
    run = ("run", "x.toml", "--no-pdf")
    assert cli(*run).code == 0
    before = epochs()
    answer = cli(*run)
    assert "nothing to train" in answer.out + answer.err
    Path("code/lion.py").write_text(LION.replace("torch.sign(", "1.5 * torch.sign("), encoding="utf-8")
    answer = cli(*run)
    assert answer.code == 0
    assert "training: 1 trial" in answer.out + answer.err
    after = epochs()
    assert not curve(after, "Lion").equals(curve(before, "Lion"))
    pd.testing.assert_frame_equal(curve(after, "SGD"), curve(before, "SGD"))


def test_it_is_searched_and_tuned_into_an_experiment_elsewhere(cli: Cli, experiment: Path) -> None:
    experiment.write_text(EXPERIMENT.format(epochs=1) + SEARCH, encoding="utf-8")
    Path("found").mkdir()
    assert cli("tune", "x.toml", "--to", "found/y.toml").code == 0
    answer = cli("run", "found/y.toml", "--no-pdf")
    assert answer.code == 0, answer.err
    results = pd.read_csv("output/y/latest/results.csv")
    lion = results[results["setup"] == "Lion"].iloc[0]
    assert lion["optimizer"] == "lion.py:Lion"
    assert lion["learning_rate"] == 0.003
    compared = cli("compare", "output/y/latest/results.csv", "--metric", "test_accuracy", "--no-pdf")
    assert compared.code == 0, compared.err


@pytest.mark.slow
def test_killed_and_gone_on_with_it_ends_with_the_same_bits(cli: Cli, experiment: Path) -> None:
    experiment.write_text(EXPERIMENT.format(epochs=60), encoding="utf-8")
    assert cli("run", "x.toml", "--no-pdf", "--output", "straight").code == 0
    command = ["run", "x.toml", "--workers", "2", "--no-pdf", "--checkpoint-seconds", "0"]
    for least in (5, 40):
        process = subprocess.Popen(
            [sys.executable, "-m", "reportgen", *command], stdout=subprocess.DEVNULL, start_new_session=True
        )
        while process.poll() is None and reached("output/.trials") < least:
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    answer = cli(*command)
    assert answer.code == 0, answer.err
    straight, resumed = (
        pd.read_csv(f"{output}/x/latest/metrics.csv").drop(columns="seconds")
        for output in ("straight", "output")
    )
    pd.testing.assert_frame_equal(straight, resumed, check_exact=True)


def reached(folder: str) -> int:
    """The latest epoch of which a checkpoint is kept."""
    files = Path(folder).glob("*/*.safetensors")
    return max((int(file.name[:6]) for file in files if file.name[:6].isdigit()), default=0)
