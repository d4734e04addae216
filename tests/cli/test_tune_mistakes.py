"""Mistakes in a search, through the command line: one line, before anything is trained."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.cli import Answer, Cli, refused_clean
from tests.helpers.experiments import SEARCHED
from tests.helpers.runs import trained

pytestmark = pytest.mark.usefixtures("searching", "no_reports")


RANGE = "learning_rate = { low = 1e-3, high = 1.0 }"

CHOICES = "momentum = [0.5, 0.9]"

SPACE = "search.comparison.space"

OWN = "search.comparison.own.heavy ball.momentum"

MISTAKES: dict[str, tuple[str, str, list[str]]] = {
    "two ranges in a grid": (
        RANGE,
        f"{RANGE}\nweight_decay = {{ low = 1e-6, high = 1.0 }}",
        ["search.comparison, for SGD", "one range, not 2 (learning_rate, weight_decay)", 'method = "random"'],
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
        [f"{SPACE}.learning_rate.hihg", "did you mean high?"],
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
        SEARCHED[SEARCHED.index("[tuned]") : SEARCHED.index("[search.comparison]")],
        "",
        ["[search.tuned] is about a [tuned] that is not there"],
    ),
    "a note without its stage": (
        SEARCHED[SEARCHED.index("[tuned]") :],
        '[found.tuned]\nexperiment = "y"\nmethod = "grid"\ntrials = 2\nseeds = [7]\nepochs = 1\nspace = ""\n',
        ["[found.tuned] is about a [tuned] that is not there"],
    ),
    "an unknown table": ("[search.tuned]", "[search.tuend]", ["search.tuend", "did you mean tuned?"]),
    "an unknown key": ("trials = 4", "trails = 4", ["search.comparison.trails", "did you mean trials?"]),
    "an unknown method": (
        '"optuna"',
        '"guess"',
        ['search.tuned.method = "guess"', "'grid', 'random' or 'optuna'"],
    ),
    "own that is no table": (
        SEARCHED[SEARCHED.index("[search.comparison.own") : SEARCHED.index("[search.tuned]")],
        "[search.comparison.own]\nSGD = 3\n",
        ["search.comparison.own.SGD = 3"],
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_search_is_said_before_anything_is_trained(
    cli: Cli, searching: Path, mistake: str
) -> None:
    right, wrong, said = MISTAKES[mistake]
    assert right in SEARCHED
    searching.write_text(SEARCHED.replace(right, wrong, 1), encoding="utf-8")
    answer = cli("tune", "x.toml")
    lines = answer.err.splitlines()  # one for each optimizer that a mistake is about
    assert all(line.startswith("reportgen: error: x.toml: ") for line in lines)
    refused_clean(Answer(answer.code, answer.out, lines[0]), *said)
    assert answer.out == ""
    assert list(Path().iterdir()) == [Path("x.toml")]


def test_the_same_mistake_is_said_by_run(cli: Cli, searching: Path) -> None:
    searching.write_text(SEARCHED.replace("high = 0.5", "high = 1.0"), encoding="utf-8")
    refused_clean(cli("run", "x.toml", "--no-pdf"), "x.toml: search.tuned.space.dropout = 1.0", "less than 1")


def test_seeds_of_the_command_line_may_not_be_the_search_s(cli: Cli, searching: Path) -> None:
    searching.write_text(SEARCHED.replace("[500]", "[5]"), encoding="utf-8")
    refused_clean(cli("run", "x.toml", "--no-pdf", "--seeds", 6), "search.tuned.seeds", "share the seed 5")


def test_an_experiment_that_is_not_text(cli: Cli, searching: Path) -> None:
    searching.write_bytes(b"title = '\xff\xfe'")
    refused_clean(cli("tune", "x.toml"), "x.toml", "not UTF-8")


def test_nothing_to_search(cli: Cli, searching: Path) -> None:
    searching.write_text(SEARCHED[: SEARCHED.index("[search.comparison]")], encoding="utf-8")
    refused_clean(cli("tune", "x.toml"), "x.toml: nothing to search", "[search.comparison]", "[search.tuned]")


def test_a_file_has_no_room_for_what_several_searches_found(cli: Cli, searching: Path) -> None:
    text = SEARCHED.replace("[search.comparison]", "[search.comparison]\nrepeats = 2", 1)
    searching.write_text(text, encoding="utf-8")
    refused_clean(cli("tune", "x.toml"), "x.toml: search.comparison.repeats = 2", "`reportgen run`")


def test_an_experiment_that_is_not_there(cli: Cli) -> None:
    refused_clean(cli("tune", "tuned-serach"), "tuned-serach", "did you mean tuned-search?")


@pytest.mark.parametrize("target", ["x.toml", "./x.toml", "sub/../x.toml", "link.toml"])
@pytest.mark.parametrize("force", [(), ("--force",)])
def test_the_experiment_itself_is_no_target(cli: Cli, target: str, force: tuple[str, ...]) -> None:
    Path("sub").mkdir()
    Path("link.toml").symlink_to("x.toml")
    said = f"{Path(target)}: is the experiment itself"
    refused_clean(cli("tune", "x.toml", "--to", target, *force), said, "--to")
    assert Path("x.toml").read_text(encoding="utf-8") == SEARCHED
    assert Path("link.toml").is_symlink()


@pytest.mark.parametrize("target", ["nowhere/y.toml", "x.toml/y.toml"])
def test_a_folder_that_is_not_there_is_said_before_the_search(cli: Cli, target: str) -> None:
    answer = cli("tune", "x.toml", "--to", target)
    refused_clean(answer, f"{target}: there is no folder {Path(target).parent}")
    assert answer.out == ""


def test_a_folder_is_no_target(cli: Cli) -> None:
    Path("y.toml").mkdir()
    refused_clean(cli("tune", "x.toml", "--to", "y.toml", "--force"), "y.toml", code=2)


def test_what_was_found_is_not_lost_where_it_cannot_be_written(cli: Cli) -> None:
    target = "y" * 250  # a file of this name can be, but not the temporary one beside it
    answer = cli("tune", "x.toml", "--to", target, "--workers", 1)
    assert answer.error_line.startswith(f"reportgen: error: {target}: cannot be written (File name too long)")
    assert "nothing is trained again" in answer.error_line
    assert trained(answer, code=1) == 12
    assert "comparison\tSGD\tlearning_rate = " in answer.out  # and it is said what was found
    assert sorted(path.name for path in Path().iterdir()) == ["output", "x.toml"]
    again = cli("tune", "x.toml", "--to", "y.toml")
    assert again.code == 0
    assert trained(again) == 0


def test_where_an_optimizer_always_diverged_it_is_named(cli: Cli, searching: Path) -> None:
    own = "[search.comparison.own.SGD]\nlearning_rate = { low = 1e25, high = 1e30 }\n[search.tuned]"
    searching.write_text(SEARCHED.replace("[search.tuned]", own, 1), encoding="utf-8")
    for command in (("tune", "x.toml"), ("run", "x.toml", "--no-pdf")):
        answer = cli(*command, "--workers", 1)
        assert answer.code == 1
        assert answer.error_line == (
            "reportgen: error: x.toml: search.comparison: SGD diverged with every setting that was tried;"
            " search smaller learning rates"
        )
        assert not Path("x-tuned.toml").exists()
        assert not Path("output/x").exists() or not list(Path("output/x").iterdir())  # and no run
