"""The experiment that a search writes down: the same file with other values, and where they came from."""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reportgen.experiment.reading import read
from reportgen.planning.search import Searched
from reportgen.planning.tuned_file import insert_data, insert_found, move_paths
from reportgen.training import Trial

DIGESTS = {"comparison": "c" * 64, "tuned": "d" * 64}
HEAD = """# a comment at the top
title = { zh-Hant = "標題", en = "Title" }   # a comment on the title
[data]
source = "digits"  # ten classes
train = 80
"""
STAGE = """
hidden = [6]      # one layer
batch_size = 8
# before the epochs
epochs = 0x0a
"""
SEARCH = """
[search.comparison]
trials = 4
seeds = [7, 8]
epochs = 3
[search.comparison.space]
learning_rate = { low = 1e-3, high = 1.0 }
"""
TUNED_SEARCH = """
[search.tuned]
method = "optuna"
trials = 8
seeds = 2
[search.tuned.space]
learning_rate = { low = 1e-4, high = 1.0 }
momentum = [0.5, 0.9]
hidden = [[6], [16, 8]]
l2 = { low = 1e-6, high = 1e-2 }
schedule = ["constant", { name = "cosine", warmup_epochs = 1 }]
augmentation = [{ shift = 1 }, { shift = 2, flip = true }]
early_stopping = [2, 3]
"""
FORMS = {
    "optimizers as inline tables": f"""{HEAD}
[comparison]
{STAGE}
optimizers = [          # what is compared
  {{ name = "SGD", learning_rate = 2e-4 }},                      # the first
  {{ name = "SGD_Momentum", learning_rate = 2e-4, momentum = 0.9 }},
  # before the last
  {{ name = "Adam", learning_rate = 2e-4 }},
]  # that is all
# before the search
{SEARCH}
[defects]   # none
batches_slide_by_one = false
# at the end
""",
    "optimizers as tables": f"""{HEAD}
[comparison]
{STAGE}
[[comparison.optimizers]]
name = "SGD"  # the first
learning_rate = 2e-4

[[comparison.optimizers]]
# the second
name = "Adam"
beta1 = 0.8   # less than usual
learning_rate = 2e-4  # too little
{SEARCH}
""",
    "odd labels": f"""{HEAD}
[comparison]
{STAGE}
optimizers = [
  {{ name = "SGD", label = "a.b = \\"c\\"", learning_rate = 2e-4 }},
  {{ name = "SGD", label = "貓 # no comment", learning_rate = 2e-4 }},
  {{ name = "SGD", label = ' \\ ', learning_rate = 2e-4 }},
  {{ name = "SGD", label = "100 %s {{}} [x], y: z;", learning_rate = 2e-4 }},
]
{SEARCH}
[search.comparison.own."a.b = \\"c\\""]
learning_rate = [0.3, 0.1, 0.2, 0.4]
[search.comparison.own."貓 # no comment"]
learning_rate = [0.3, 0.2]
weight_decay = [0.0, 0.1]
""",
    "a search before what it is about, in pieces": f"""{HEAD}
[search.comparison]
trials = 4
[comparison]
{STAGE}
optimizers = [{{ name = "Adam", learning_rate = 2e-4 }}]
[search.comparison.space]
beta1 = [0.8, 0.9]
beta2 = [0.99, 0.9]
[found.tuned]
experiment = "earlier"
method = "grid"
trials = 2
seeds = [100]
epochs = 1
space = "SGD: learning_rate in [1, 2]"
[tuned]
{STAGE}
optimizer = {{ name = "SGD", learning_rate = 1 }}
""",
    "tuned with an inline optimizer and values in the middle": f"""{HEAD}
[tuned]
schedule = {{ name = "step", at = [3] }}   # a schedule
augmentation = {{ flip = true }}           # changes to the images
{STAGE}
early_stopping = 5                         # patience
optimizer = {{ name = "SGD_Momentum", learning_rate = 1e-3 }}  # without momentum
{TUNED_SEARCH}
[defects]
batches_slide_by_one = false
""",
    "tuned with tables within": f"""{HEAD}
[tuned]
{STAGE}
schedule = "constant"  # for now
[tuned.augmentation]  # changes to the images
flip = true
[tuned.optimizer]  # with momentum
momentum = 0.1
learning_rate = 1e-3  # to be searched
name = "SGD_Momentum"
{TUNED_SEARCH}
""",
    "tuned with dotted keys": f"""{HEAD}
[tuned]
optimizer.name = "SGD_Momentum"
optimizer.learning_rate = 1e-3
augmentation.shift = 3
{STAGE}
{TUNED_SEARCH}
""",
    "both, with a note of an earlier search": f"""{HEAD}
[tuned]
{STAGE}
optimizer = {{ name = "SGD_Momentum", learning_rate = 1e-3 }}
[comparison]
{STAGE}
optimizers = [{{ name = "Adam", learning_rate = 2e-4 }}]
[found.tuned]   # an earlier one
experiment = "earlier"
method = "grid"
trials = 2
seeds = [100]
epochs = 1
space = "SGD: learning_rate in [1, 2]"
{TUNED_SEARCH}
{SEARCH}
""",
}
OPTIMIZERS_OWN = ("learning_rate", "momentum", "weight_decay", "beta1", "beta2")
Find = Callable[..., list[Searched]]


def reached(trial: Trial) -> float:
    """Large rates, deep networks and much of everything win, so that nothing stays as the file has it."""
    setup = trial.setup
    return (
        setup.hyperparameters["learning_rate"]
        + len(setup.hidden)
        + setup.l2
        + setup.augmentation.shift / 4
        + (setup.schedule.name == "cosine") / 2
        + sum(setup.hyperparameters.get(name, 0) for name in ("momentum", "weight_decay"))
        - sum(setup.hyperparameters.get(name, 0) for name in ("beta1", "beta2"))
        - (setup.early_stopping or 0)
    )


def expected(text: str, found: list[Searched]) -> dict[str, Any]:
    """The file's content with the values that were found, put together from what tomllib reads."""
    content = copy.deepcopy(tomllib.loads(text))
    del content["search"]
    for one in found:
        if one.study.stage == "comparison":
            (optimizer,) = (
                optimizer
                for optimizer in content["comparison"]["optimizers"]
                if optimizer.get("label", optimizer["name"]) == one.study.label
            )
            optimizer.update(one.best.values)
        else:
            for name, value in one.best.values.items():
                place = content["tuned"]["optimizer"] if name in OPTIMIZERS_OWN else content["tuned"]
                place[name] = value
    return content


@pytest.mark.parametrize("form", FORMS)
def test_only_what_was_searched_is_changed_and_the_rest_stays(searched: Find, form: str) -> None:
    text = FORMS[form]
    found = searched(text, reached)
    written = insert_found(text, found_in(text), "origin", found, DIGESTS)
    before, after = expected(text, found), tomllib.loads(written)
    notes = after.pop("found")
    earlier = before.pop("found", {})
    assert after == before
    assert after != {
        key: value for key, value in tomllib.loads(text).items() if key not in ("search", "found")
    }
    for stage in {one.study.stage for one in found}:
        assert notes.pop(stage)["experiment"] == "origin"
        earlier.pop(stage, None)
    assert notes == earlier  # a note on a stage that was not searched now is kept
    outside = re.sub(r"^\[search.*?(?=^\[(?!search)|\Z)", "", text, flags=re.M | re.S)
    comments = [
        line[line.index("# ") :] for line in outside.splitlines() if "# " in line and "貓" not in line
    ]
    assert len(comments) > 4
    for comment in comments:
        assert comment in written


def found_in(text: str) -> Any:
    """The experiment in a text."""
    path = Path("found_in.toml")
    path.write_text(text, encoding="utf-8")
    return read(path)


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_written_is_an_experiment_with_the_settings_found(searched: Find, form: str) -> None:
    text = FORMS[form]
    found = searched(text, reached)
    again = found_in(insert_found(text, found_in(text), "origin", found, DIGESTS))
    assert again.search.comparison is None
    assert again.search.tuned is None
    best = {(one.study.stage, one.study.label): one.best.values for one in found}
    if again.comparison is not None:
        for optimizer in again.comparison.optimizers:
            values = best["comparison", optimizer.shown_as]
            assert {name: optimizer.hyperparameters[name] for name in values} == values
    if again.tuned is not None and ("tuned", again.tuned.optimizer.shown_as) in best:
        values = best["tuned", again.tuned.optimizer.shown_as]
        assert again.tuned.optimizer.learning_rate == values["learning_rate"]
        assert again.tuned.optimizer.hyperparameters["momentum"] == values["momentum"]
        assert list(again.tuned.hidden) == values["hidden"]
        assert (again.tuned.l2, again.tuned.early_stopping) == (values["l2"], values["early_stopping"])
        assert again.tuned.augmentation.shift == values["augmentation"]["shift"]


def test_the_note_says_how_the_settings_were_found(searched: Find) -> None:
    text = FORMS["both, with a note of an earlier search"]
    found = searched(text, reached)
    notes = tomllib.loads(insert_found(text, found_in(text), "origin", found, DIGESTS))["found"]
    tuned = notes["tuned"].copy()
    space, edges = tuned.pop("space"), tuned.pop("at_edge")
    assert tuned == {
        "experiment": "origin",
        "method": "optuna",
        "trials": 8,
        "seeds": [1000, 1001],
        "epochs": 10,  # the stage's own, as the search says nothing
        "digest": "d" * 64,
    }
    assert space.startswith(
        "SGD_Momentum: learning_rate from 0.0001 to 1 (log), momentum in [0.5, 0.9], hidden"
    )
    assert set(edges) <= {f"SGD_Momentum: {name}" for name in tomllib.loads(text)["search"]["tuned"]["space"]}
    assert notes["comparison"] == {
        "experiment": "origin",
        "method": "grid",
        "trials": 4,
        "seeds": [7, 8],
        "epochs": 3,
        "space": "Adam: learning_rate from 0.001 to 1 (log)",
        "at_edge": ["Adam: learning_rate"],  # 1 is the largest that there was
        "digest": "c" * 64,
    }


# ---------------------------------------------------------------- the way to the data

NPZ = '[data]  # own images\nsource = "npz"\npath = "{}"  # here\nclasses = ["a", "b"]\n'


@pytest.mark.parametrize("written", ["images.npz", "./images.npz", "../data/images.npz", "sub/images.npz"])
@pytest.mark.parametrize("new", ["found.toml", "other/found.toml", "../found.toml", "link/found.toml"])
def test_a_relative_path_points_where_it_pointed(tmp_path: Path, written: str, new: str) -> None:
    for folder in ("here/sub", "here/other", "data", "far/away"):
        (tmp_path / folder).mkdir(parents=True)
    here = tmp_path / "here"
    (here / "link").symlink_to(tmp_path / "far" / "away")
    images = here / written
    images.write_text("images", encoding="utf-8")
    text = move_paths(NPZ.format(written), here / "x.toml", here / new)
    found = tomllib.loads(text)["data"]
    assert not Path(found["path"]).is_absolute()
    assert ((here / new).parent / found["path"]).samefile(images)
    assert found["classes"] == ["a", "b"]
    assert "# own images" in text
    assert "# here" in text


@pytest.mark.parametrize("path", ["/data/images.npz", "~/images.npz"])
def test_an_absolute_path_or_one_from_home_stays(path: str) -> None:
    text = NPZ.format(path)
    assert move_paths(text, Path("x.toml"), Path("elsewhere/y.toml")) == text


BESIDE = """
[code]
layers = "hw5.py"  # mine
[text]
introduction = { en = { file = "words/intro.md" } }
discussion = "inline, not a file"
[comparison]
optimizers = [
  { name = "SGD", learning_rate = 0.1 },
  { name = "lion.py:Lion", learning_rate = 0.1 },  # from the paper
  { name = "/far/away.py:Lion", learning_rate = 0.1 },
]
[tuned]
optimizer = { name = "~/mine.py:Mine", learning_rate = 0.1 }
"""


def test_code_and_words_beside_the_experiment_are_found_from_its_new_place_too(tmp_path: Path) -> None:
    text = move_paths(BESIDE, tmp_path / "x.toml", tmp_path / "found" / "y.toml")
    found = tomllib.loads(text)
    assert found["code"]["layers"] == "../hw5.py"
    assert found["text"]["introduction"]["en"]["file"] == "../words/intro.md"
    assert found["text"]["discussion"] == "inline, not a file"
    names = [optimizer["name"] for optimizer in found["comparison"]["optimizers"]]
    assert names == ["SGD", "../lion.py:Lion", "/far/away.py:Lion"]
    assert found["tuned"]["optimizer"]["name"] == "~/mine.py:Mine"
    assert "# from the paper" in text


def test_data_without_a_path_stay() -> None:
    assert move_paths(HEAD, Path("x.toml"), Path("elsewhere/y.toml")) == HEAD


def test_what_the_command_line_said_about_the_data_is_written_down() -> None:
    text = insert_data(NPZ.format("images.npz"), {"source": "digits", "path": None})
    assert tomllib.loads(text)["data"] == {"source": "digits", "classes": ["a", "b"]}
    assert "# own images" in text
    text = insert_data(HEAD, {"source": "npz", "path": "/data/images.npz"})
    assert tomllib.loads(text)["data"] == {"source": "npz", "path": "/data/images.npz", "train": 80}
    assert insert_data(HEAD, {}) == HEAD
