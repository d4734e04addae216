"""All mistakes of an experiment are said at once, a line each, before anything is trained."""

from __future__ import annotations

from pathlib import Path

from tests.helpers.cli import Answer, Cli
from tests.helpers.experiments import SEARCHED, TINY

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
        "data.source = \"diigts\": input should be 'digits', 'cifar10', 'fashion-mnist', 'npz', 'folder' or"
        " 'table'; did you mean \"digits\"?",
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


def lines(answer: Answer) -> list[str]:
    """What a command said on standard error, without what each line begins with."""
    assert (answer.code, answer.out) == (1, "")
    start = "reportgen: error: x.toml: "
    assert all(line.startswith(start) for line in answer.err.splitlines())
    return [line.removeprefix(start) for line in answer.err.splitlines()]


OF_OPTIMIZERS = {
    'name = "SGD", learning_rate = 0.05': 'name = "SGD", learning_rate = 0.05, momentum = 0.9',
    "momentum = 0.8": "wd = 0.1, mu = 0.8",
    'optimizer = { name = "Adam"': 'optimizer = { name = "adam"',
}
SAID_OF_OPTIMIZERS = [
    "unknown key comparison.optimizers[0].momentum, which SGD does not take; allowed here: ",
    "unknown key comparison.optimizers[1].wd, which SGD_Momentum does not take; did you mean weight_decay?",
    "unknown key comparison.optimizers[1].mu, which SGD_Momentum does not take; did you mean momentum?",
    'tuned.optimizer.name = "adam": no such optimizer (did you mean Adam?)',
]


def changed(text: str, changes: dict[str, str]) -> str:
    for right, wrong in changes.items():
        assert text.count(right) == 1, right
        text = text.replace(right, wrong)
    return text


def test_mistakes_of_several_optimizers_are_said_together(cli: Cli) -> None:
    Path("x.toml").write_text(changed(TINY, OF_OPTIMIZERS), encoding="utf-8")
    said = lines(cli("run", "x.toml", "--no-pdf"))
    assert len(said) == len(SAID_OF_OPTIMIZERS)
    assert all(line.startswith(start) for line, start in zip(said, SAID_OF_OPTIMIZERS, strict=True))


def test_mistakes_of_optimizers_join_those_of_the_rest_of_the_file(cli: Cli) -> None:
    Path("x.toml").write_text(changed(TINY, OF_OPTIMIZERS | {"l2 = 1e-4": "l2 = -1.0"}), encoding="utf-8")
    for command in ("run", "tune"):
        said = lines(cli(command, "x.toml"))
        assert said[0] == "tuned.l2 = -1.0: input should be greater than or equal to 0"
        assert all(line.startswith(start) for line, start in zip(said[1:], SAID_OF_OPTIMIZERS, strict=True))


def test_mistakes_in_several_spaces_are_said_together(cli: Cli) -> None:
    names = {
        "learning_rate = { low = 1e-3, high = 1.0 }": "learning_rat = [0.1, 0.2]",
        "momentum = [0.5, 0.9]": "momentun = [0.5, 0.9]",
        "batch_size = [8, 16]": "batchsize = [8, 16]",
    }
    Path("x.toml").write_text(changed(SEARCHED, names), encoding="utf-8")
    assert [line.partition(":")[0] for line in lines(cli("tune", "x.toml"))] == [
        "search.comparison.space.learning_rat",
        "search.comparison.own.heavy ball.momentun",
        "search.tuned.space.batchsize",
    ]
    values = {
        "low = 1e-3, high = 1.0": 'low = -1.0, high = 1.0, scale = "linear"',
        "momentum = [0.5, 0.9]": "momentum = [0.5, 1.9]",
        "high = 0.5,": "high = 1.5,",
    }
    Path("x.toml").write_text(changed(SEARCHED, values), encoding="utf-8")
    assert [line.partition(":")[0] for line in lines(cli("tune", "x.toml"))] == [
        "search.comparison.space.learning_rate = -1.0",
        "search.comparison.own.heavy ball.momentum = 1.9",
        "search.tuned.space.dropout = 1.5",
    ]
