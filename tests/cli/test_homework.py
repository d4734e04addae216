"""Experiments that train with a homework's own classes: proved, trained, shown, and told apart from ours."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.helpers.cli import Answer, Cli, refused_clean
from tests.helpers.homework_code import HOMEWORK
from tests.helpers.homework_mistakes import LAYERS, OPTIMIZERS

pytestmark = pytest.mark.long

OURS = """
title = "Homework"
[data]
source = "digits"
train = 100
validation = 50
test = 60
[comparison]
hidden = [12, 8]
batch_size = 8
epochs = 3
l2 = 1e-4
optimizers = [
  { name = "SGD", learning_rate = 0.05 },
  { name = "SGD_Momentum", learning_rate = 0.05, momentum = 0.8 },
  { name = "Adam", learning_rate = 0.01 },
]
"""
CODE = '[code]\nlayers = "hw5.py"\noptimizers = "hw5.py"\n'
ONE = re.sub(r"  \{ name = \"(SGD_Momentum|Adam)\".*\n", "", OURS)
"""With SGD alone."""


def run(cli: Cli, name: str, text: str, *options: str) -> Answer:
    Path(f"{name}.toml").write_text(text, encoding="utf-8")
    return cli("run", f"{name}.toml", "--workers", 1, "--no-pdf", *options)


def folder_of(name: str) -> Path:
    return Path("output", name, "latest").resolve()


def test_the_homeworks_classes_train_to_the_curves_of_ours_and_are_shown(cli: Cli) -> None:
    Path("hw5.py").write_text(HOMEWORK, encoding="utf-8")
    answer = run(cli, "own", OURS + CODE)
    assert answer.code == 0, answer
    assert run(cli, "ours", OURS).code == 0
    own, ours = (pd.read_csv(folder_of(name) / "metrics.csv") for name in ("own", "ours"))
    assert list(own["setup"].unique()) == ["SGD", "SGD_Momentum", "Adam"]
    for column in ("training_loss", "validation_loss", "l2_term", "gradient_norm", "parameter_norm"):
        np.testing.assert_allclose(own[column], ours[column], rtol=1e-3)
    for column in ("training_accuracy", "validation_accuracy"):
        np.testing.assert_allclose(own[column], ours[column], atol=0.021)  # an image of 50

    manifest = json.loads((folder_of("own") / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["layers"] == {
        "file": "hw5.py",
        "classes": {
            "fully_connected": "FullyConnectedLayer",
            "relu": "ReLU",
            "softmax_cross_entropy": "Softmax_CrossEntropy",
        },
    }
    assert all(trial["setup"]["layers_code"] for trial in manifest["trials"])
    assert all(check["passed"] for check in manifest["checks"])

    lines = HOMEWORK.split("\n")
    excerpts = json.loads((folder_of("own") / "records" / "excerpts.json").read_text(encoding="utf-8"))
    listed = ("fully_connected", "relu", "softmax_cross_entropy", "hw5.py:SGD", "hw5.py:Adam")
    for name, begins in zip(listed, ("Fully", "ReLU", "Softmax", "SGD(", "Adam"), strict=True):
        excerpt = excerpts[name]
        assert excerpt["file"] == "hw5.py"
        assert lines[excerpt["line"] - 1].startswith(f"class {begins}")
        assert excerpt["text"].rstrip("\n") in HOMEWORK
    assert excerpts["network_forward"]["file"] == "reportgen/nn/network.py"
    assert "weight_gradient" not in excerpts
    page = (folder_of("own") / "report.html").read_text(encoding="utf-8")
    assert (
        "The network was trained with the FullyConnectedLayer, ReLU and Softmax_CrossEntropy of hw5.py."
        in page
    )
    assert "The code of SGD, SGD_Momentum and Adam comes from hw5.py." in page
    assert "dw and db are averaged over the batch, as its check confirmed" in page
    ours_page = (folder_of("ours") / "report.html").read_text(encoding="utf-8")
    assert "Whose code ran" not in ours_page


def test_code_that_fails_its_proof_trains_nothing_and_what_is_likely_wrong_is_said(cli: Cli) -> None:
    Path("hw5.py").write_text(OPTIMIZERS["SGD uphill"].text, encoding="utf-8")
    answer = run(cli, "own", ONE + CODE)
    assert answer.code == 1
    *block, last = answer.err.splitlines()
    assert block[0] == "Test of SGD: FAILED."
    assert "The update has the wrong sign" in block[1]
    assert "came      w1 = [[1.05, 1.9]] after step 1" in block[-1]
    assert last.startswith("reportgen: error: Test of SGD: FAILED.")
    assert "--keep-going" in last
    assert "Traceback" not in answer.err
    assert "training:" not in answer.out
    assert not list(Path("output").rglob("manifest.json"))


def test_keep_going_reports_the_failed_proof_first_and_the_curves_beside_ours(cli: Cli) -> None:
    Path("hw5.py").write_text(LAYERS["loss divides and layers average"].text, encoding="utf-8")
    answer = run(cli, "own", ONE + '[code]\nlayers = "hw5.py"\n', "--keep-going")
    assert answer.code == 0, answer
    assert "gradients_averaged_twice" in answer.err
    assert run(cli, "ours", ONE).code == 0
    own, ours = (pd.read_csv(folder_of(name) / "metrics.csv") for name in ("own", "ours"))
    losses = {setup: rows["training_loss"].to_numpy() for setup, rows in own.groupby("setup")}
    assert set(losses) == {"SGD", "SGD (reference)"}
    np.testing.assert_array_equal(losses["SGD (reference)"], ours["training_loss"])
    assert losses["SGD"][-1] > losses["SGD (reference)"][-1] + 0.1  # an eighth of each step
    page = (folder_of("own") / "report.html").read_text(encoding="utf-8")
    first = page[: page.index('class="abstract"')]
    assert "A check has failed" in first
    assert "Test of network: FAILED." in first
    assert "The gradient is averaged over the batch twice" in first
    assert "expected  dw = [[0.978193, -0.978193], [-0.851258, 0.851258]]" in page
    assert "What that file lacks" not in page  # it has all three


@pytest.mark.usefixtures("no_reports")
def test_the_defect_may_be_asked_for_and_then_is_no_failure(cli: Cli) -> None:
    Path("hw5.py").write_text(LAYERS["loss divides and layers average"].text, encoding="utf-8")
    text = ONE + '[code]\nlayers = "hw5.py"\n[defects]\ngradients_averaged_twice = true\n'
    answer = run(cli, "own", text)
    assert answer.code == 0, answer
    assert answer.err == ""
    evidence = json.loads((folder_of("own") / "manifest.json").read_text(encoding="utf-8"))["evidence"]
    assert evidence[0]["gradient_scale"]["w3"] == pytest.approx(1 / 8, rel=1e-3)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("label_smoothing = 0.1", "Softmax_CrossEntropy of hw5.py does not smooth labels"),
        ('dtype = "bfloat16"', 'the layers of hw5.py train in "float32" or "float64"'),
    ],
)
def test_settings_that_only_our_layers_know_are_refused(cli: Cli, more: str, said: str) -> None:
    Path("hw5.py").write_text(HOMEWORK, encoding="utf-8")
    text = ONE.replace("epochs = 3", f"epochs = 3\n{more}") + '[code]\nlayers = "hw5.py"\n'
    refused_clean(run(cli, "own", text), "own.toml", more.split(maxsplit=1)[0], said)


def test_a_file_without_layers_is_refused(cli: Cli) -> None:
    Path("hw5.py").write_text("class Lion:\n    pass\n", encoding="utf-8")
    refused_clean(run(cli, "own", ONE + '[code]\nlayers = "hw5.py"\n'), "code.layers", "FullyConnectedLayer")
