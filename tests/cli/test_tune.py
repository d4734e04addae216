"""`reportgen tune` as a user meets it, mistakes and kills included."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reportgen.experiment.reading import read
from reportgen.records import database
from tests.helpers.cli import Answer, Cli, refused_leaving_nothing
from tests.helpers.images import arrays

pytestmark = pytest.mark.usefixtures("no_reports")

KEPT = Path("output/reportgen.sqlite")
TEXT = """
title = "Tuned"   # a comment
[data]
source = "digits"
train = 60
validation = 30
test = 40
[comparison]
hidden = [6]
batch_size = 8
epochs = 2
seeds = 2
optimizers = [
  { name = "SGD", learning_rate = 0.05 },
  { name = "SGD_Momentum", label = "heavy ball", learning_rate = 0.05 },
]
[tuned]
hidden = [8]
batch_size = 8
epochs = 3
optimizer = { name = "Adam", learning_rate = 0.01 }
[search.comparison]
trials = 4
seeds = 1
[search.comparison.space]
learning_rate = { low = 1e-3, high = 1.0 }
[search.comparison.own."heavy ball"]
momentum = [0.5, 0.9]
[search.tuned]
trials = 4
method = "optuna"
seeds = [500]
epochs = 2
[search.tuned.space]
learning_rate = { low = 1e-3, high = 0.1 }
batch_size = [8, 16]
dropout = { low = 0.0, high = 0.5, scale = "linear" }
"""


@pytest.fixture(autouse=True)
def experiment(tmp_path: Path) -> Path:
    """x.toml, in the folder where the command line is called."""
    path = tmp_path / "x.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def trained(answer: Answer) -> int:
    """How many trials a command says that it has trained."""
    done = sum("trials done)" in line for line in answer.out.splitlines())
    begun = [line.split() for line in answer.out.splitlines() if line.startswith("training: ")]
    assert done == sum(int(words[1]) for words in begun)
    return done


# ---------------------------------------------------------------- what it does


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
    cli: Cli, experiment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = TEXT.replace("heavy ball", "[/b] [red]x")
    for name, label in (("SGD", "[/a]"), ("Adam", "[/c]")):
        text = text.replace(f'name = "{name}",', f'name = "{name}", label = "{label}",')
    experiment.write_text(text, encoding="utf-8")
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


def test_trials_are_trained_again_only_where_they_are_others(cli: Cli, experiment: Path) -> None:
    for right, other, expected in CHANGES.values():
        assert right in ALONE
        experiment.write_text(ALONE.replace(right, other) if right else ALONE, encoding="utf-8")
        answer = cli("tune", "x.toml", "--workers", 1, "--force")
        assert answer.code == 0, answer
        assert trained(answer) == expected, other


def test_it_finds_the_data_from_where_the_new_file_lies(cli: Cli) -> None:
    for folder in ("data", "experiments", "found/here"):
        Path(folder).mkdir(parents=True)
    np.savez("data/images.npz", **arrays())
    text = TEXT.replace(
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
    Path("x.toml").write_text(TEXT.replace("train = 60\nvalidation = 30\ntest = 40\n", ""), encoding="utf-8")
    Path("elsewhere").mkdir()
    data = ("--data-source", "npz", "--data-path", "images.npz")
    answer = cli("tune", "x.toml", *data, "--to", "elsewhere/y.toml", "--workers", 1)
    assert answer.code == 0, answer
    found = read(Path("elsewhere/y.toml")).data
    assert found.source == "npz"
    assert (Path("elsewhere") / str(found.path)).samefile("images.npz")


def test_force_replaces_a_file_and_nothing_else_does(cli: Cli) -> None:
    Path("y.toml").write_text("mine", encoding="utf-8")
    refused_leaving_nothing(cli("tune", "x.toml", "--to", "y.toml"), "y.toml", "is there already", "--force")
    assert Path("y.toml").read_text(encoding="utf-8") == "mine"
    assert cli("tune", "x.toml", "--to", "y.toml", "--force", "--workers", 1).code == 0
    assert read(Path("y.toml")).found.tuned is not None


# ---------------------------------------------------------------- mistakes

RANGE = "learning_rate = { low = 1e-3, high = 1.0 }"
CHOICES = "momentum = [0.5, 0.9]"
SPACE = "search.comparison.space"
OWN = "search.comparison.own.heavy ball.momentum"
MISTAKES: dict[str, tuple[str, str, list[str]]] = {
    "two ranges in a grid": (
        RANGE,
        f"{RANGE}\nweight_decay = {{ low = 1e-6, high = 1.0 }}",
        ["search.comparison, for SGD", "one range, not 2 (learning_rate, weight_decay)", '"optuna"'],
    ),
    "not divisible": (
        "trials = 4",
        "trials = 5",
        ["search.comparison, for heavy ball: trials = 5", "a multiple of 2, at least 4"],
    ),
    "too few": ("trials = 4", "trials = 2", ["trials = 2", "a multiple of 2, at least 4"]),
    "not that many choices": (
        RANGE,
        "learning_rate = [0.1, 0.2]",
        ["search.comparison, for SGD: trials = 4", "the choices make 2 combinations"],
    ),
    "no trials": ("trials = 4", "", ["search.comparison.trials is missing"]),
    "one trial": ("trials = 4", "trials = 1", ["search.comparison.trials = 1", "or equal to 2"]),
    "no such hyperparameter": (
        RANGE,
        f"{RANGE}\nmomentun = [0.1, 0.2]",
        [f"{SPACE}.momentun: no compared optimizer takes it", "did you mean momentum?", "learning_rate, mom"],
    ),
    "no such own hyperparameter": (
        CHOICES,
        "momentun = [0.1, 0.2]",
        ["own.heavy ball.momentun: SGD_Momentum does not take it", "did you mean momentum?"],
    ),
    "no such setting of the tuned stage": (
        "batch_size = [8, 16]",
        "batchsize = [8, 16]",
        ["search.tuned.space.batchsize", "did you mean batch_size?", "learning_rate"],
    ),
    "epochs in a space": (
        "batch_size = [8, 16]",
        "epochs = [8, 16]",
        ["search.tuned.space.epochs: is no setting"],
    ),
    "no such label": (
        '"heavy ball"]',
        '"heavy bal"]',
        ["search.comparison.own.heavy bal: no compared", "did you mean heavy ball?", "SGD, heavy ball"],
    ),
    "a name where there is a label": (
        '"heavy ball"]',
        "SGD_Momentum]",
        ["search.comparison.own.SGD_Momentum: no compared optimizer is called so"],
    ),
    "nothing for one of them": (
        RANGE,
        "momentum = [0.6, 0.7]",
        [f"{SPACE}: nothing in it is for SGD", "learning_rate, weight_decay"],
    ),
    "a number for a space": (RANGE, "learning_rate = 0.1", [f"{SPACE}.learning_rate = 0.1", "low, high"]),
    "a text for a space": (RANGE, 'learning_rate = "log"', [f'{SPACE}.learning_rate = "log"', "low, high"]),
    "an unknown key in a space": (
        RANGE,
        "learning_rate = { low = 1, hihg = 2 }",
        [f"{SPACE}.learning_rate.hihg", "did you mean high?", "low, high, scale, choices"],
    ),
    "an unknown scale": (
        RANGE,
        'learning_rate = { low = 1, high = 2, scale = "lin" }',
        [f'{SPACE}.learning_rate.scale = "lin"', "'log' or 'linear'"],
    ),
    "no high": (RANGE, "learning_rate = { low = 1 }", [f"{SPACE}.learning_rate", "low and high"]),
    "low is high": (
        RANGE,
        "learning_rate = { low = 0.1, high = 0.1 }",
        [f"{SPACE}.learning_rate", "low = 0.1 must be less than high = 0.1"],
    ),
    "low above high": (
        RANGE,
        "learning_rate = { low = 2, high = 1 }",
        ["low = 2 must be less than high = 1"],
    ),
    "low 0 on a log scale": (
        RANGE,
        "learning_rate = { low = 0, high = 1 }",
        [f"{SPACE}.learning_rate", "greater than 0 on a log scale", 'scale = "linear"'],
    ),
    "low below 0 on a log scale": (RANGE, "learning_rate = { low = -1, high = 1 }", ["on a log scale"]),
    "low below 0 on a linear scale": (
        RANGE,
        'learning_rate = { low = -1, high = 1, scale = "linear" }',
        [f"{SPACE}.learning_rate = -1", "greater than 0"],
    ),
    "low not a number": (RANGE, "learning_rate = { low = nan, high = 1 }", ["learning_rate.low = nan"]),
    "no different points": (
        RANGE,
        "learning_rate = { low = 0.1, high = 0.10001 }",
        ["search.comparison, for SGD: learning_rate has no 4 different values", "wider range"],
    ),
    "an empty list": (CHOICES, "momentum = []", [OWN, "a list of choices"]),
    "a choice twice": (CHOICES, "momentum = [0.5, 0.50]", [OWN, "the choice 0.5 stands there twice"]),
    "a range and choices": (CHOICES, "momentum = { low = 0.1, choices = [0.5] }", [OWN, "either"]),
    "a choice out of range": (CHOICES, "momentum = [0.5, 1.0]", [f"{OWN} = 1.0", "less than 1"]),
    "a choice that is no number": (CHOICES, 'momentum = [0.5, "x"]', [f'{OWN} = "x"', "a finite number"]),
    "a truth value for a number": (CHOICES, "momentum = [0.5, true]", [f"{OWN} = true", "a finite number"]),
    "a date for a number": (
        CHOICES,
        "momentum = [0.5, 2026-01-01]",
        [f"{OWN} = 2026-01-01", "finite number"],
    ),
    "learning rate 0": (RANGE, "learning_rate = [0.0, 1, 2, 3]", [f"{SPACE}.learning_rate = 0.0", "than 0"]),
    "dropout 1": (
        'high = 0.5, scale = "linear"',
        'high = 1.0, scale = "linear"',
        ["search.tuned.space.dropout = 1.0", "less than 1"],
    ),
    "a range of whole numbers": (
        "batch_size = [8, 16]",
        "batch_size = { low = 8, high = 16 }",
        ["search.tuned.space.batch_size = 8.0", "integer", "a list of choices"],
    ),
    "a range of lists": (
        "batch_size = [8, 16]",
        "hidden = { low = 8, high = 16 }",
        ["search.tuned.space.hidden = 8.0", "tuple", "a list of choices"],
    ),
    "no list in a list": (
        "batch_size = [8, 16]",
        "hidden = [8, 16]",
        ["search.tuned.space.hidden = 8", "tuple"],
    ),
    "a layer without units": (
        "batch_size = [8, 16]",
        "hidden = [[8], [16, 0]]",
        ["search.tuned.space.hidden = [16, 0]", "or equal to 1"],
    ),
    "a batch larger than the data": (
        "batch_size = [8, 16]",
        "batch_size = [8, 61]",
        ["search.tuned.space.batch_size = 61", "at most 60, the number of training images"],
    ),
    "a schedule that does not fit the search": (
        "batch_size = [8, 16]",
        'schedule = ["cosine", { name = "cosine", warmup_epochs = 2 }]',
        ["search.tuned.space.schedule", "warmup_epochs = 2 leaves nothing of the 2 epochs"],
    ),
    "epochs that do not fit the stage's schedule": (
        "[tuned]",
        '[tuned]\nschedule = { name = "cosine", warmup_epochs = 2 }',
        ["search.tuned.epochs = 2", "warmup_epochs = 2 leaves nothing of the 2 epochs"],
    ),
    "epochs that do not fit the stage's average": (
        "[tuned]",
        "[tuned]\naverage_epochs = 3",
        ["search.tuned.epochs = 2", "average_epochs = 3 is more than the 2 epochs"],
    ),
    "an average that does not fit the stage": (
        "epochs = 2\n[search.tuned.space]",
        "epochs = 9\n[search.tuned.space]\naverage_epochs = [1, 4]",
        ["search.tuned.space.average_epochs = 4", "more than the 3 epochs"],
    ),
    "a shared seed": (
        "seeds = [500]",
        "seeds = [500, 1]",
        ["search.tuned.seeds and the final trials share the seed 1", "search with others"],
    ),
    "a shared seed of the other stage": (
        "seeds = 1\n",
        "seeds = [0]\n",
        ["search.comparison.seeds and the final trials share the seed 0"],
    ),
    "a seed shared through a count": (
        "seeds = 2\n",
        "seeds = [5, 1000]\n",
        ["search.comparison.seeds and the final trials share the seed 1000"],
    ),
    "a count of no seeds": ("seeds = 1\n", "seeds = 0\n", ["search.comparison.seeds = 0", "from 1 to 1000"]),
    "a search without its stage": (
        TEXT[TEXT.index("[tuned]") : TEXT.index("[search.comparison]")],
        "",
        ["[search.tuned] is about a [tuned] that is not there"],
    ),
    "a note without its stage": (
        TEXT[TEXT.index("[tuned]") :],
        '[found.tuned]\nexperiment = "y"\nmethod = "grid"\ntrials = 2\nseeds = [7]\nepochs = 1\nspace = ""\n',
        ["[found.tuned] is about a [tuned] that is not there"],
    ),
    "an unknown table": ("[search.tuned]", "[search.tuend]", ["search.tuend", "did you mean tuned?"]),
    "an unknown key": ("trials = 4", "trails = 4", ["search.comparison.trails", "did you mean trials?"]),
    "an unknown method": ('"optuna"', '"random"', ['search.tuned.method = "random"', "'grid' or 'optuna'"]),
    "own that is no table": (
        TEXT[TEXT.index("[search.comparison.own") : TEXT.index("[search.tuned]")],
        "[search.comparison.own]\nSGD = 3\n",
        ["search.comparison.own.SGD = 3"],
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_search_is_one_line_before_anything_is_trained(
    cli: Cli, experiment: Path, mistake: str
) -> None:
    right, wrong, said = MISTAKES[mistake]
    assert right in TEXT
    experiment.write_text(TEXT.replace(right, wrong, 1), encoding="utf-8")
    answer = cli("tune", "x.toml")
    refused_leaving_nothing(answer, "x.toml: ", *said)
    assert answer.out == ""
    assert list(Path().iterdir()) == [Path("x.toml")]


def test_the_same_mistake_is_said_by_run(cli: Cli, experiment: Path) -> None:
    experiment.write_text(TEXT.replace("high = 0.5", "high = 1.0"), encoding="utf-8")
    refused_leaving_nothing(
        cli("run", "x.toml", "--no-pdf"), "x.toml: search.tuned.space.dropout = 1.0", "less than 1"
    )


def test_seeds_of_the_command_line_may_not_be_the_search_s(cli: Cli, experiment: Path) -> None:
    experiment.write_text(TEXT.replace("[500]", "[5]"), encoding="utf-8")
    refused_leaving_nothing(
        cli("run", "x.toml", "--no-pdf", "--seeds", 6), "search.tuned.seeds", "share the seed 5"
    )


def test_an_experiment_that_is_not_text(cli: Cli, experiment: Path) -> None:
    experiment.write_bytes(b"title = '\xff\xfe'")
    refused_leaving_nothing(cli("tune", "x.toml"), "x.toml", "not UTF-8")


def test_nothing_to_search(cli: Cli, experiment: Path) -> None:
    experiment.write_text(TEXT[: TEXT.index("[search.comparison]")], encoding="utf-8")
    refused_leaving_nothing(
        cli("tune", "x.toml"), "x.toml: nothing to search", "[search.comparison]", "[search.tuned]"
    )


def test_an_experiment_that_is_not_there(cli: Cli) -> None:
    refused_leaving_nothing(cli("tune", "tuned-serach"), "tuned-serach", "did you mean tuned-search?")


@pytest.mark.parametrize("target", ["x.toml", "./x.toml", "sub/../x.toml", "link.toml"])
@pytest.mark.parametrize("force", [(), ("--force",)])
def test_the_experiment_itself_is_no_target(cli: Cli, target: str, force: tuple[str, ...]) -> None:
    Path("sub").mkdir()
    Path("link.toml").symlink_to("x.toml")
    said = f"{Path(target)}: is the experiment itself"
    refused_leaving_nothing(cli("tune", "x.toml", "--to", target, *force), said, "--to")
    assert Path("x.toml").read_text(encoding="utf-8") == TEXT
    assert Path("link.toml").is_symlink()


@pytest.mark.parametrize("target", ["nowhere/y.toml", "x.toml/y.toml"])
def test_a_folder_that_is_not_there_is_said_before_the_search(cli: Cli, target: str) -> None:
    answer = cli("tune", "x.toml", "--to", target)
    refused_leaving_nothing(answer, f"{target}: there is no folder {Path(target).parent}")
    assert answer.out == ""


def test_a_folder_is_no_target(cli: Cli) -> None:
    Path("y.toml").mkdir()
    refused_leaving_nothing(cli("tune", "x.toml", "--to", "y.toml", "--force"), "y.toml", code=2)


def test_what_was_found_is_not_lost_where_it_cannot_be_written(cli: Cli) -> None:
    target = "y" * 250  # a file of this name can be, but not the temporary one beside it
    answer = cli("tune", "x.toml", "--to", target, "--workers", 1)
    assert answer.code == 1
    assert answer.error_line.startswith(f"reportgen: error: {target}: cannot be written (File name too long)")
    assert "nothing is trained again" in answer.error_line
    assert trained(answer) == 12
    assert "comparison\tSGD\tlearning_rate = " in answer.out  # and it is said what was found
    assert sorted(path.name for path in Path().iterdir()) == ["output", "x.toml"]
    again = cli("tune", "x.toml", "--to", "y.toml")
    assert again.code == 0
    assert trained(again) == 0


def test_where_an_optimizer_always_diverged_it_is_named(cli: Cli, experiment: Path) -> None:
    own = "[search.comparison.own.SGD]\nlearning_rate = { low = 1e25, high = 1e30 }\n[search.tuned]"
    experiment.write_text(TEXT.replace("[search.tuned]", own, 1), encoding="utf-8")
    for command in (("tune", "x.toml"), ("run", "x.toml", "--no-pdf")):
        answer = cli(*command, "--workers", 1)
        assert answer.code == 1
        assert answer.error_line == (
            "reportgen: error: x.toml: search.comparison: SGD diverged with every setting that was tried;"
            " search smaller learning rates"
        )
        assert not Path("x-tuned.toml").exists()
        assert not Path("output/x").exists() or not list(Path("output/x").iterdir())  # and no run


# ---------------------------------------------------------------- a database that cannot be used


@contextmanager
def locked() -> Iterator[None]:
    with closing(sqlite3.connect(KEPT, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


@contextmanager
def no_database() -> Iterator[None]:
    KEPT.write_bytes(b"no database " * 100)
    yield
    assert KEPT.read_bytes() == b"no database " * 100


@contextmanager
def a_folder() -> Iterator[None]:
    KEPT.mkdir()
    yield


@pytest.mark.parametrize("command", [("tune", "x.toml"), ("run", "x.toml", "--no-pdf")], ids=["tune", "run"])
@pytest.mark.parametrize(
    ("spoilt", "said"),
    [(locked, "is locked"), (no_database, "is not a database"), (a_folder, "unable to open")],
)
def test_a_database_that_cannot_be_used_is_one_line(
    cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
    command: tuple[str, ...],
    spoilt: Callable[[], Any],
    said: str,
) -> None:
    monkeypatch.setattr(database, "PATIENCE", 0.05)
    KEPT.parent.mkdir(parents=True)
    with spoilt():
        answer = cli(*command, "--workers", 1)
    assert answer.code == 1
    assert answer.error_line.startswith(f"reportgen: error: {KEPT}: cannot be used (")
    assert said in answer.error_line
    assert answer.out == ""
    assert {path.name for path in KEPT.parent.iterdir()} <= {KEPT.name, "x"}
    assert not list(Path("output").glob("x/*"))
    assert not Path("x-tuned.toml").exists()


# ---------------------------------------------------------------- killed half-way

LONG = """
title = "Killed"
[data]
source = "digits"
train = 200
validation = 50
test = 50
[comparison]
hidden = [16]
batch_size = 2
epochs = 1
optimizers = [{ name = "SGD", learning_rate = 0.01 }, { name = "Adam", learning_rate = 0.01 }]
[tuned]
hidden = [16]
batch_size = 2
epochs = 8
optimizer = { name = "SGD", learning_rate = 0.01 }
[search.comparison]
trials = 3
seeds = 1
epochs = 8
[search.comparison.space]
learning_rate = { low = 1e-4, high = 1e-1 }
[search.tuned]
method = "optuna"
trials = 8
seeds = 1
[search.tuned.space]
learning_rate = { low = 1e-4, high = 1e-1 }
dropout = [0.0, 0.1, 0.2]
"""
FIRST, SECOND = 3 + 3 + 4, 4  # trials of its two rounds


def kill(folder: Path, arguments: list[str], moment: str, workers: int) -> None:
    """Start a command and kill it, with its workers, as soon as it has printed this."""
    process = subprocess.Popen(
        [sys.executable, "-m", "reportgen", *arguments, "--workers", str(workers)],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    said = ""
    while moment not in said:
        line = process.stdout.readline()
        assert line, (said, process.communicate())
        said += line
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL


def kept(folder: Path) -> int:
    """How many finished trials are in the database."""
    with closing(sqlite3.connect(folder / KEPT)) as database:
        (count,) = database.execute("SELECT count(*) FROM trials").fetchone()
    return int(count)


def searched(output: str) -> str:
    """The search.csv of the only run, without the seconds that its trials took."""
    (file,) = (path for path in Path(output, "x").glob("*/search.csv") if not path.parent.is_symlink())
    return pd.read_csv(file, dtype=str).drop(columns="seconds").to_csv()


def test_a_killed_search_goes_on_and_ends_as_if_it_had_not_been_killed(
    cli: Cli, tmp_path: Path, experiment: Path
) -> None:
    experiment.write_text(LONG, encoding="utf-8")
    tune, run = ["tune", "x.toml"], ["run", "x.toml", "--no-pdf"]
    kill(tmp_path, tune, f"(3/{FIRST} trials done)", workers=2)
    assert 3 <= kept(tmp_path) < FIRST
    kill(tmp_path, run, f"training: {SECOND} trials", workers=1)  # it has gone on where tune was
    left = FIRST + SECOND - kept(tmp_path)
    assert 0 < left <= SECOND
    assert sorted(path.name for path in tmp_path.iterdir()) == ["output", "x.toml"]
    assert not list(Path("output/x").glob("*/search.csv"))

    went_on = cli(*tune, "--workers", 1)
    assert went_on.code == 0
    assert trained(went_on) == left
    assert trained(cli(*run, "--workers", 1)) == 2 + 2 + 1  # the final trials alone
    assert not list(Path("output/x").glob(".partial-*"))

    reference = ("--output", "reference", "--workers", 1)
    assert trained(cli(*tune, "--to", "reference.toml", *reference)) == FIRST + SECOND
    assert Path("x-tuned.toml").read_bytes() == Path("reference.toml").read_bytes()
    cli(*run, *reference)
    assert searched("output") == searched("reference")
