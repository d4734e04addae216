"""`reportgen tune` as a user meets it: what it trains, writes and says."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from reportgen.experiment.reading import read
from tests.helpers.cli import Cli, refused_clean
from tests.helpers.experiments import SEARCHED
from tests.helpers.images import arrays
from tests.helpers.runs import trained

pytestmark = pytest.mark.usefixtures("searching", "no_reports")


def test_it_searches_and_writes_an_experiment_that_can_be_run(cli: Cli) -> None:
    answer = cli("tune", "x.toml", "--workers", 1)
    assert (answer.code, answer.err) == (0, "")
    assert trained(answer) == 4 + 4 + 4
    written = Path("x-tuned.toml")
    lines = answer.out.splitlines()
    assert lines[-1] == f"experiment: {written.absolute()}"
    told = [line.split("\t") for line in lines if "\t" in line]
    assert told[0] == [
        "stage", "setup", "best settings", "validation accuracy", "tried", "diverged", "at the edge",
    ]  # fmt: skip
    assert [row[:2] for row in told[1:]] == [
        ["comparison", "SGD"],
        ["comparison", "heavy ball"],
        ["tuned", "Adam"],
    ]
    content = tomllib.loads(written.read_text(encoding="utf-8"))
    sgd, heavy_ball = content["comparison"]["optimizers"]
    assert told[1][2] == f"learning_rate = {sgd['learning_rate']}"
    assert told[2][2] == "learning_rate = {learning_rate}, momentum = {momentum}".format(**heavy_ball)
    assert all(row[4:6] == ["4", "0"] for row in told[1:])
    assert "search" not in content
    assert "# a comment" in written.read_text(encoding="utf-8")
    assert {stage: note["experiment"] for stage, note in content["found"].items()} == {
        "comparison": "x",
        "tuned": "x",
    }
    assert cli("run", "x-tuned.toml", "--no-pdf", "--workers", 1).code == 0
    results = pd.read_csv(next(Path("output/x-tuned").glob("*/results.csv")))
    rates = results.groupby(["stage", "setup"], sort=False)["learning_rate"].unique().map(list).to_dict()
    assert rates == {
        ("comparison", "SGD"): [sgd["learning_rate"]],
        ("comparison", "heavy ball"): [heavy_ball["learning_rate"]],
        ("tuned", "Adam"): [content["tuned"]["optimizer"]["learning_rate"]],
    }


def test_on_a_terminal_any_label_is_shown_as_it_is(
    cli: Cli, searching: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = SEARCHED.replace("heavy ball", "[/b] [red]x")
    for name, label in (("SGD", "[/a]"), ("Adam", "[/c]")):
        text = text.replace(f'name = "{name}",', f'name = "{name}", label = "{label}",')
    searching.write_text(text, encoding="utf-8")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    for command in (("tune", "x.toml"), ("run", "x.toml", "x.toml", "--no-pdf", "--seeds", 1)):
        answer = cli(*command, "--workers", 1)
        assert (answer.code, answer.err) == (0, "")
        assert all(label in answer.out for label in ("[/a]", "[/b] [red]x", "[/c]"))
        assert "━" in answer.out  # bars, not lines


def test_called_again_it_trains_nothing_and_writes_the_same(cli: Cli) -> None:
    assert trained(cli("tune", "x.toml", "--workers", 1)) == 12
    first = Path("x-tuned.toml").read_bytes()
    again = cli("tune", "x.toml", "--to", "again.toml")
    assert again.code == 0
    assert trained(again) == 0
    assert Path("again.toml").read_bytes() == first


ALONE = """
title = "Alone"
[data]
source = "digits"
train = 60
validation = 30
[tuned]
hidden = [8]
batch_size = 8
epochs = 3
optimizer = { name = "Adam", learning_rate = 0.01 }
[search.tuned]
trials = 4
seeds = [500]
[search.tuned.space]
learning_rate = { low = 1e-3, high = 0.1 }
batch_size = [8, 16]
"""

CHANGES = {
    "nothing yet": ("", "", 4),
    "another order": ("[8, 16]", "[16, 8]", 0),
    "another name": ('"Adam",', '"Adam", label = "another",', 0),
    "another optimizer": ('"Adam"', '"SGD"', 4),
    "another setting": ("hidden = [8]", "hidden = [8]\nl2 = 0.1", 4),
    "other data": ("validation = 30", "validation = 31", 4),
    "a defect": ("[search.tuned]", "[defects]\ngradients_averaged_twice = true\n[search.tuned]", 4),
    "a seed more": ("[500]", "[500, 501]", 4),
    "a wider range": ("high = 0.1", "high = 0.2", 2),
    "nothing again": ("", "", 0),
}


def test_trials_are_trained_again_only_where_they_are_others(cli: Cli, searching: Path) -> None:
    for right, other, expected in CHANGES.values():
        assert right in ALONE
        searching.write_text(ALONE.replace(right, other) if right else ALONE, encoding="utf-8")
        answer = cli("tune", "x.toml", "--workers", 1, "--force")
        assert answer.code == 0, answer
        assert trained(answer) == expected, other


def test_it_finds_the_data_from_where_the_new_file_lies(cli: Cli) -> None:
    for folder in ("data", "experiments", "found/here"):
        Path(folder).mkdir(parents=True)
    np.savez("data/images.npz", **arrays())
    text = SEARCHED.replace(
        'source = "digits"\ntrain = 60\nvalidation = 30\ntest = 40',
        'source = "npz"\npath = "../data/images.npz"\nclasses = ["a", "b", "c"]',
    )
    Path("experiments/own.toml").write_text(text, encoding="utf-8")
    target = Path("found/here/it.toml")
    answer = cli("tune", "experiments/own.toml", "--to", target, "--workers", 1)
    assert answer.code == 0, answer
    found = read(target).data
    assert (target.parent / str(found.path)).samefile("data/images.npz")
    assert found.classes == ("a", "b", "c")


def test_it_writes_down_the_data_that_it_searched_on(cli: Cli) -> None:
    np.savez("images.npz", **arrays())
    Path("x.toml").write_text(
        SEARCHED.replace("train = 60\nvalidation = 30\ntest = 40\n", ""), encoding="utf-8"
    )
    Path("elsewhere").mkdir()
    data = ("--data-source", "npz", "--data-path", "images.npz")
    answer = cli("tune", "x.toml", *data, "--to", "elsewhere/y.toml", "--workers", 1)
    assert answer.code == 0, answer
    found = read(Path("elsewhere/y.toml")).data
    assert found.source == "npz"
    assert (Path("elsewhere") / str(found.path)).samefile("images.npz")


def test_force_replaces_a_file_and_nothing_else_does(cli: Cli) -> None:
    Path("y.toml").write_text("mine", encoding="utf-8")
    refused_clean(cli("tune", "x.toml", "--to", "y.toml"), "y.toml", "is there already", "--force")
    assert Path("y.toml").read_text(encoding="utf-8") == "mine"
    assert cli("tune", "x.toml", "--to", "y.toml", "--force", "--workers", 1).code == 0
    assert read(Path("y.toml")).found.tuned is not None
