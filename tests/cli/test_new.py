"""`reportgen new`: a commented experiment that runs, and files that are never replaced."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.helpers.cli import Cli, refused_clean
from tests.helpers.experiments import FIVE_TRIALS
from tests.helpers.images import arrays
from tests.helpers.project import ROOT

READY = sorted(path.stem for path in (ROOT / "experiments").glob("*.toml"))


def shapes(folder: Path, images: int = 8) -> None:
    """Image files of two classes."""
    random = np.random.default_rng(0)
    for part in ("train", "test"):
        for label, name in enumerate(("circle", "square")):
            (folder / part / name).mkdir(parents=True)
            for number in range(images):
                pixels = (random.integers(0, 100, (6, 5, 3)) + 100 * label).astype(np.uint8)
                Image.fromarray(pixels).save(folder / part / name / f"{number}.png")


def unexplained(text: str) -> list[str]:
    """The keys of an experiment beside and above which no comment stands."""
    lines = text.splitlines()
    keys = [number for number, line in enumerate(lines) if re.match(r"\w+ = ", line)]
    return [lines[n] for n in keys if " # " not in lines[n] and not lines[n - 1].startswith("#")]


def test_what_is_unexplained_is_noticed() -> None:
    assert unexplained("a = 1   # why\n# what\nb = 2\n\nc = 3\n") == ["c = 3"]


@pytest.mark.usefixtures("no_reports", "no_proofs")
def test_a_new_experiment_runs_on_the_user_s_images(cli: Cli) -> None:
    shapes(Path("pictures/shapes"))
    answer = cli("new", "mine.toml", "--data", "pictures/shapes", "--title", "My shapes")
    assert (answer.code, answer.err) == (0, "")
    text = Path("mine.toml").read_text(encoding="utf-8")
    assert unexplained(text) == []
    assert "2 classes: circle, square" in text
    assert "12 to train on, 4 to validate with, 16 to test" in text
    assert "images of 6 x 5 pixels, in colour" in text
    assert tomllib.loads(text)["title"] == "My shapes"
    assert cli("run", "mine.toml", "--seeds", 1, "--epochs", 1, "--no-pdf").code == 0
    assert (Path("output/mine/latest") / "results.csv").is_file()


def test_a_new_experiment_without_data_is_sound_and_every_key_is_explained(cli: Cli) -> None:
    from reportgen.execution.prepare import prepare
    from reportgen.experiment.overrides import Overrides
    from reportgen.experiment.reading import find_source

    assert cli("new", "mine.toml").code == 0
    assert unexplained(Path("mine.toml").read_text(encoding="utf-8")) == []
    prepared = prepare(find_source("mine.toml", Overrides()))
    assert {trial.setup.optimizer for trial in prepared.trials} == {"SGD", "SGD_Momentum", "Adam"}
    assert len({trial.seed for trial in prepared.trials}) >= 7  # else there would be no verdict
    assert [study.stage for study in prepared.studies] == ["comparison"] * 3


@pytest.mark.parametrize("ready", READY)
def test_a_copy_has_every_line_of_a_ready_experiment(cli: Cli, ready: str) -> None:
    assert cli("new", "mine.toml", "--from", ready).code == 0
    text = (ROOT / "experiments" / f"{ready}.toml").read_text(encoding="utf-8")
    assert Path("mine.toml").read_text(encoding="utf-8") == text


def test_title_author_and_course_take_the_place_of_the_copy_s(cli: Cli) -> None:
    title, author, course = r'A "B" \ C', r'王小明 "\1"', "C # 5"
    given = ("--title", title, "--author", author, "--course", course)
    for number, base in enumerate([(), ("--from", "homework")]):
        assert cli("new", f"mine{number}.toml", *base, *given).code == 0
        text = Path(f"mine{number}.toml").read_text(encoding="utf-8")
        written = tomllib.loads(text)
        assert [written[key] for key in ("title", "author", "course")] == [title, author, course]
        assert "# author" not in text


def test_a_copy_finds_the_data_of_the_file_that_it_was_copied_from(cli: Cli) -> None:
    Path("data").mkdir()
    np.savez("data/x.npz", **arrays())
    Path("here").mkdir()
    text = FIVE_TRIALS.replace('source = "digits"', 'source = "npz"  # mine\npath = "../data/x.npz"')
    Path("here/a.toml").write_text(text, encoding="utf-8")
    Path("there/deep").mkdir(parents=True)
    assert cli("new", "there/deep/b.toml", "--from", "here/a.toml").code == 0
    copied = Path("there/deep/b.toml").read_text(encoding="utf-8")
    path = tomllib.loads(copied)["data"]["path"]
    assert not Path(path).is_absolute()
    assert (Path("there/deep") / path).resolve() == Path("data/x.npz").resolve()
    assert copied == text.replace("../data/x.npz", path)


def test_a_copy_on_other_data_asks_for_nothing_that_these_have_not(cli: Cli, npz: Path) -> None:
    assert cli("new", "mine.toml", "--from", "homework", "--data", npz).code == 0
    written = tomllib.loads(Path("mine.toml").read_text(encoding="utf-8"))
    assert written["data"] == {"source": "npz", "path": str(npz), "name": npz.stem}
    assert "subset" not in written["comparison"]
    assert written["comparison"]["batch_size"] == 16
    assert written["tuned"]["hidden"] == [256, 64]
    Path("few").mkdir()
    shapes(Path("few/shapes"), images=3)
    assert cli("new", "few.toml", "--from", "homework", "--data", "few/shapes").code == 0
    comparison = tomllib.loads(Path("few.toml").read_text(encoding="utf-8"))["comparison"]
    assert comparison["batch_size"] <= 4  # three quarters of six images to train on


def write_table(path: str, *, last: str = "colour", label: str = "species") -> None:
    """A table of numbers, categories and classes; some numbers are missing."""
    rows = [f"length,weight,{label},{last}"]
    for row in range(60):
        length = "" if row % 20 == 7 else f"{row % 3 + row / 100:.2f}"
        rows.append(f"{length},{row * row % 7},{('ash', 'oak', 'elm')[row % 3]},{('red', 'blue')[row % 2]}")
    Path(path).write_text("\n".join(rows) + "\n", encoding="utf-8")


@pytest.mark.usefixtures("no_reports", "no_proofs")
def test_a_new_experiment_runs_on_the_user_s_table(cli: Cli) -> None:
    write_table("trees.csv")
    assert cli("new", "mine.toml", "--data", "trees.csv").code == 0
    text = Path("mine.toml").read_text(encoding="utf-8")
    assert unexplained(text) == []
    assert "columns: 2 of numbers and 1 of categories; 3 classes: ash, elm, oak" in text
    assert tomllib.loads(text)["data"] == {
        "source": "table",
        "path": "trees.csv",
        "label": "species",
        "name": "trees",
        "missing": "fill",
    }
    assert cli("run", "mine.toml", "--seeds", 1, "--epochs", 1, "--no-pdf").code == 0


def test_the_column_of_the_classes_is_told_by_its_name_its_place_or_the_user(cli: Cli) -> None:
    def label(name: str, *options: str) -> str:
        assert cli("new", f"{name}.toml", "--data", f"{name}.csv", *options).code == 0
        return str(tomllib.loads(Path(f"{name}.toml").read_text(encoding="utf-8"))["data"]["label"])

    write_table("usual.csv", label="Target")
    write_table("last.csv", label="tree")
    write_table("said.csv", label="tree")
    assert label("usual") == "Target"
    assert label("last") == "colour"
    assert label("said", "--label", "tree") == "tree"
    Path("none.csv").write_text("a,b\n" + "".join(f"1,{row}\n" for row in range(30)), encoding="utf-8")
    refused_clean(cli("new", "none.toml", "--data", "none.csv"), "none.csv", "--label COLUMN", "a, b")
    said = ("--label tere", "did you mean tree?", "length, weight, tree, colour")
    refused_clean(cli("new", "x.toml", "--data", "said.csv", "--label", "tere"), *said)
    refused_clean(cli("new", "x.toml", "--label", "tree"), "--label", "--data", code=2)
    shapes(Path("shapes"))
    refused_clean(cli("new", "x.toml", "--data", "shapes", "--label", "tree"), "--label tree", "table")
    assert not Path("x.toml").exists()


def test_images_of_several_sizes_in_folders_without_parts_are_scaled_and_split(cli: Cli) -> None:
    for name in ("a", "b"):
        Path("pictures", name).mkdir(parents=True)
        for number in range(10):
            Image.new("L", (8 + number % 2, 7), number).save(f"pictures/{name}/{number}.png")
    assert cli("new", "mine.toml", "--data", "pictures").code == 0
    text = Path("mine.toml").read_text(encoding="utf-8")
    assert unexplained(text) == []
    assert tomllib.loads(text)["data"]["resize"] == [7, 8]
    assert "12 to train on, 4 to validate with, 4 to test" in text


def test_large_images_get_a_wider_layer_and_many_images_larger_batches(cli: Cli) -> None:
    def settings(name: str) -> tuple[list[int], int, int]:
        assert cli("new", f"{name}.toml", "--data", f"{name}.npz").code == 0
        comparison = tomllib.loads(Path(f"{name}.toml").read_text(encoding="utf-8"))["comparison"]
        return comparison["hidden"], comparison["batch_size"], comparison["epochs"]

    random = np.random.default_rng(0)
    for name, number, side in (("small", 100, 4), ("many", 8000, 4), ("large", 100, 40)):
        images = random.integers(0, 256, (number, side, side), dtype=np.uint8)
        labels = np.arange(number) % 3
        np.savez(f"{name}.npz", x_train=images, y_train=labels, x_test=images[:30], y_test=labels[:30])
    small, many, large = map(settings, ("small", "many", "large"))
    assert large[0] > small[0]
    assert many[1] > small[1]
    assert many[2] < small[2]


def test_a_file_is_never_replaced(cli: Cli) -> None:
    Path("mine.toml").write_text("mine", encoding="utf-8")
    Path("link.toml").symlink_to("nowhere")
    refused_clean(cli("new", "mine.toml"), "mine.toml: is there already", "choose another name")
    refused_clean(cli("new", "link.toml"), "link.toml: is there already")
    assert Path("mine.toml").read_text(encoding="utf-8") == "mine"
    assert not Path("nowhere").exists()


MISTAKES: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "ending": (("mine",), ["mine: is to end with .toml; call it mine.toml"]),
    "no folder": (("there/mine.toml",), ["there/mine.toml: there is no folder there"]),
    "reserved name": (("latest.toml",), ["latest.toml", "rename the file"]),
    "no such experiment": (("mine.toml", "--from", "homewrok"), ["homewrok", "did you mean homework?"]),
    "experiment with a mistake": (
        ("mine.toml", "--from", "wrong.toml"),
        ["wrong.toml", "did you mean hidden?"],
    ),
    "no data": (("mine.toml", "--data", "nowhere"), ["--data nowhere: is not there", "a table (.csv"]),
    "no data that is read": (
        ("mine.toml", "--data", "wrong.toml"),
        ["--data wrong.toml", "folder of images"],
    ),
    "no images": (("mine.toml", "--data", "empty"), ["empty"]),
    "broken arrays": (("mine.toml", "--data", "broken.npz"), ["broken.npz"]),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line_and_nothing_is_written(cli: Cli, mistake: str) -> None:
    arguments, said = MISTAKES[mistake]
    Path("wrong.toml").write_text(FIVE_TRIALS.replace("hidden = [6]", "hiden = [6]"), encoding="utf-8")
    Path("empty").mkdir()
    Path("broken.npz").write_bytes(b"PK")
    before = sorted(Path().rglob("*"))
    refused_clean(cli("new", *arguments), *said)
    assert sorted(Path().rglob("*")) == before


@pytest.mark.parametrize("option", ["--title", "--author", "--course"])
def test_an_empty_line_above_a_report_is_wrong_usage(cli: Cli, option: str) -> None:
    refused_clean(cli("new", "mine.toml", option, ""), option, code=2)
    assert list(Path().iterdir()) == []
