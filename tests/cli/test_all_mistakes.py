"""All mistakes of an experiment are said at once, a line each, before anything is trained."""

from __future__ import annotations

from pathlib import Path

from tests.helpers.cli import Cli
from tests.helpers.experiments import TINY

SEVERAL_MISTAKES = {
    '"digits"': '"diigts"',
    "hidden = [16]\nbatch_size": "hidden_layers = [16]\nbs",
    'name = "SGD", learning_rate': 'name = "SGD", lr',
    "l2 = 1e-4": "l2 = -1.0",
}


def test_all_mistakes_in_an_experiment_are_said_at_once(cli: Cli) -> None:
    text = TINY
    for right, wrong in SEVERAL_MISTAKES.items():
        assert text.count(right) == 1
        text = text.replace(right, wrong)
    Path("x.toml").write_text(text, encoding="utf-8")
    answer = cli("run", "x.toml", "--no-pdf")
    assert (answer.code, answer.out) == (1, "")
    start = "reportgen: error: x.toml: "
    assert [line.removeprefix(start) for line in answer.err.splitlines()] == [
        "data.source = \"diigts\": input should be 'digits', 'cifar10', 'fashion-mnist', 'npz' or 'folder';"
        ' did you mean "digits"?',
        "unknown key comparison.hidden_layers; did you mean hidden?",
        "unknown key comparison.bs; did you mean batch_size?",
        "unknown key comparison.optimizers[0].lr; did you mean learning_rate?",
        "tuned.l2 = -1.0: input should be greater than or equal to 0",
    ]
    assert not Path("output").exists()


def test_the_mistakes_of_two_experiments_are_all_said(cli: Cli) -> None:
    for name in ("x", "y"):
        Path(f"{name}.toml").write_text(TINY.replace("epochs = ", "epoch = "), encoding="utf-8")
    answer = cli("run", "x.toml", "y.toml", "--no-pdf")
    assert answer.code == 1
    assert answer.err.splitlines() == [
        f"reportgen: error: {name}.toml: unknown key {stage}.epoch; did you mean epochs?"
        for name in ("x", "y")
        for stage in ("comparison", "tuned")
    ]
