"""Images of a user's own, through the command line: what is made of them, and the line for every mistake."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from reportgen.data import load as load_data
from reportgen.files import resources
from reportgen.report.words.catalogue import load
from tests.helpers.cli import Cli, refused_clean
from tests.helpers.experiments import TINY
from tests.helpers.images import arrays

# ---------------------------------------------------------------- .npz files


def broken_npz(**changes: Any) -> Callable[[Path], object]:
    return lambda path: np.savez(path, **arrays(**changes))


NPZ_MISTAKES: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "missing file": (Path.exists, ["data.npz"]),
    "damaged file": (lambda path: path.write_bytes(b"PK\x03\x04 no archive"), ["data.npz"]),
    "missing array": (broken_npz(y_test=None), ["y_test"]),
    "label out of range": (broken_npz(y_train=np.arange(60) % 3 - 1), ["y_train", "-1"]),
    "label only in test": (broken_npz(y_test=np.full(30, 7)), ["y_test", "7"]),
    "labels beyond the names": (broken_npz(classes=np.array(["a", "b"])), ["y_train", "2"]),
    "lengths differ": (broken_npz(y_train=np.arange(59) % 3), ["59", "60"]),
    "sizes differ": (broken_npz(x_test=np.zeros((30, 7, 7, 3), np.uint8)), ["x_test", "7"]),
    "no images": (broken_npz(x_test=np.zeros((0, 6, 6, 3), np.uint8), y_test=np.zeros(0, int)), ["x_test"]),
    "floating point": (broken_npz(x_train=np.zeros((60, 6, 6, 3))), ["x_train", "float64", "uint8"]),
    "what white is": (
        broken_npz(x_train=np.ones((60, 6, 6, 3)), x_test=np.zeros((30, 6, 6, 3))),
        ["x_train and x_test", "only 0 and 1", "(x * 255).round().astype('uint8')", "x.astype('uint8')"],
    ),
    "axes": (broken_npz(x_train=np.zeros((60, 6, 3, 6), np.uint8)), ["(60, 6, 3, 6)", "x.transpose"]),
    "probabilities": (broken_npz(y_train=np.full((60, 3), 1 / 3)), ["y_train", "y.argmax(1)"]),
    "pickled objects": (broken_npz(y_train=np.array([{}] * 60, dtype=object)), ["y_train"]),
}


@pytest.mark.parametrize("mistake", NPZ_MISTAKES)
def test_a_mistake_in_an_npz_file(cli: Cli, mistake: str) -> None:
    make, said = NPZ_MISTAKES[mistake]
    path = Path("data.npz")
    make(path)
    Path("x.toml").write_text(TINY, encoding="utf-8")
    refused_clean(cli("run", "x.toml", "--data-source", "npz", "--data-path", path), *said)


@pytest.mark.usefixtures("no_proofs", "no_reports")
def test_arrays_of_other_forms_are_converted_with_a_note_each(cli: Cli) -> None:
    sound = arrays()
    np.savez("sound.npz", **sound)
    first = {name: sound[name].transpose(0, 3, 1, 2) / 255 for name in ("x_train", "x_test")}
    np.savez("data.npz", **first, y_train=np.eye(3)[sound["y_train"]], y_test=sound["y_test"])
    Path("x.toml").write_text(SHAPES.format(data=""), encoding="utf-8")
    answer = cli("run", "x.toml", "--data-source", "npz", "--data-path", "data.npz", "--no-pdf")
    assert answer.code == 0, answer
    assert answer.err.splitlines()[:3] == [
        "note: x_train, x_test: the channels (3) stand before height and width, and are moved behind",
        "note: x_train, x_test: values from 0 to 1 are multiplied by 255 and rounded",
        "note: y_train: one-hot rows of 3 are turned into class numbers",
    ]
    data = json.loads(Path("output/x/latest/manifest.json").read_text())["data"]
    assert data["digest"] == load_data("npz", Path("sound.npz")).digest
    assert [note["key"] for note in data["notes"]] == ["channels_first", "from_zero_to_one", "one_hot"]


# ---------------------------------------------------------------- folders


def make_folder(root: Path) -> None:
    for part in ("train", "test"):
        for name in ("cat", "dog"):
            folder = root / part / name
            folder.mkdir(parents=True)
            for number in range(4):
                Image.new("RGB", (5, 5), (number, 0, 0)).save(folder / f"{number}.png")


def remove(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()


FOLDER_MISTAKES: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "no test folder": (lambda root: (root / "test").rename(root / "other"), ["test"]),
    "a class folder missing": (lambda root: (root / "test" / "dog").rename(root / "dog"), ["test", "dog"]),
    "a class folder too many": (lambda root: (root / "test" / "cow").mkdir(), ["cow"]),
    "an empty class folder": (lambda root: remove(root / "train" / "cat"), ["cat"]),
    "sizes differ": (
        lambda root: Image.new("RGB", (6, 5)).save(root / "train" / "dog" / "9.png"),
        ["9.png", "5"],
    ),
    "no image": (lambda root: (root / "train" / "dog" / "9.png").write_text("x"), ["9.png"]),
    "a folder too deep": (lambda root: (root / "train" / "dog" / "more").mkdir(), ["more", "is a folder"]),
    "half an image": (
        lambda root: (root / "test" / "cat" / "0.png").write_bytes(
            (root / "test" / "cat" / "1.png").read_bytes()[:50]
        ),
        ["0.png"],
    ),
}


@pytest.mark.parametrize("mistake", FOLDER_MISTAKES)
def test_a_mistake_in_a_folder_of_images(cli: Cli, mistake: str) -> None:
    spoil, said = FOLDER_MISTAKES[mistake]
    root = Path("images")
    make_folder(root)
    spoil(root)
    Path("x.toml").write_text(TINY, encoding="utf-8")
    refused_clean(cli("run", "x.toml", "--data-source", "folder", "--data-path", root), "images", *said)


def test_a_folder_that_is_not_there(cli: Cli) -> None:
    Path("x.toml").write_text(TINY, encoding="utf-8")
    refused_clean(cli("run", "x.toml", "--data-source", "folder", "--data-path", "nowhere"), "nowhere")


# ---------------------------------------------------------------- folders without train and test

SHAPES = """
title = "Shapes"
[data]
source = "folder"
path = "shapes"
{data}
[comparison]
hidden = [4]
batch_size = 5
epochs = 1
optimizers = [{{ name = "SGD", learning_rate = 0.05 }}]
"""


def make_shapes(counts: dict[str, int], size: tuple[int, int] = (6, 5)) -> None:
    for name, count in counts.items():
        folder = Path("shapes", name)
        folder.mkdir(parents=True)
        for number in range(count):
            Image.new("L", size, 2 * number + len(name)).save(folder / f"{number}.png")


def run_shapes(cli: Cli, data: str = "", *options: str) -> dict[str, Any]:
    """The manifest's account of the data of a run, and what was printed, under "printed"."""
    Path("x.toml").write_text(SHAPES.format(data=data), encoding="utf-8")
    answer = cli("run", "x.toml", "--no-pdf", *options)
    assert answer.code == 0, answer
    manifest = json.loads(Path("output/x/latest/manifest.json").read_text())
    return {**manifest["data"], "printed": answer.err + answer.out}


def test_an_unsplit_folder_is_split_in_proportion_and_the_report_says_how(cli: Cli) -> None:
    make_shapes({"circle": 30, "square": 10})
    data = run_shapes(cli, 'seed = 3\nname = { zh-Hant = "我的圖形", en = "my shapes" }')
    parts = {"train": [18, 6], "validation": [6, 2], "test": [6, 2]}
    assert data["images_by_class"] == parts
    said = "split with seed 3 and every class in proportion: 24 (60%) to train, 8 (20%) to validate, 8 (20%)"
    assert said in data["printed"]
    page = Path("output/x/latest/report.html").read_text(encoding="utf-8")
    assert (
        "It was split at random with seed 3, each class in proportion: "
        "24 (60%) for training, 8 (20%) for validation, 8 (20%) for testing."
    ) in page
    assert "以種子 3 隨機分割" in page
    assert "The 8 test images were drawn at random from all images before training" in page
    assert "The data set, my shapes, has 2 classes" in page
    assert "在「我的圖形」上" in page
    assert "the user's folder" not in page


@pytest.mark.usefixtures("no_proofs", "no_reports")
def test_shares_and_sizes_are_taken_as_they_are_asked_for(cli: Cli) -> None:
    make_shapes({"circle": 20, "square": 20})
    assert run_shapes(cli, "shares = [0.5, 0.2, 0.3]")["images_by_class"] == {
        "train": [10, 10], "validation": [4, 4], "test": [6, 6],
    }  # fmt: skip
    assert run_shapes(cli, "test = 10\ntrain = 20", "--fresh")["images_by_class"] == {
        "train": [10, 10], "validation": [4, 4], "test": [5, 5],
    }  # fmt: skip


def test_what_systems_leave_and_texts_are_left_out_with_one_note(cli: Cli) -> None:
    make_shapes({"circle": 8, "square": 8})
    before = load_data("folder", Path("shapes")).digest
    for name in (
        "circle/Thumbs.db",
        "circle/.DS_Store",
        "square/desktop.ini",
        "square/notes.txt",
        "README.md",
    ):
        Path("shapes", name).write_text("no image")
    Path("shapes/__MACOSX").mkdir()
    after = run_shapes(cli)
    assert after["digest"] == before
    note = "files left out, being no images in a class folder: 6, the first is README.md"
    assert after["printed"].count("files left out") == 1
    assert f"note: {note}" in after["printed"]
    page = Path("output/x/latest/report.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert "6 files left out (not an image in a class folder); the first is <code>README.md</code>." in page
    assert "有 6 個檔案不是類別資料夾內的影像" in page


def test_images_of_mixed_sizes_are_scaled_where_that_is_asked_for(cli: Cli) -> None:
    make_shapes({"circle": 8, "square": 8})
    Image.new("L", (20, 10), 200).save("shapes/square/wide.png")
    Path("x.toml").write_text(SHAPES.format(data=""), encoding="utf-8")
    refused_clean(cli("run", "x.toml"), "wide.png is 20 x 10 pixels", "resize = [5, 6] (height, width)")
    data = run_shapes(cli, "resize = [5, 6]")
    assert data["image_shape"] == [5, 6, 1]
    assert "note: images scaled to 5 x 6 pixels (height x width): 1 of 17" in data["printed"]
    page = Path("output/x/latest/report.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert "1 of 17 images was scaled to 5 × 6 pixels (height × width)." in page
    other = load_data("folder", Path("shapes"), resize=(3, 4))
    assert other.train_inputs.shape[1:] == (3, 4, 1)  # not what the cache has of [5, 6]


SPLIT_MISTAKES = {
    "a class too small": ("", {"circle": 20, "rare": 2}, ["class 'rare'", "2 in 22", "too few"]),
    "shares beside sizes": ("shares = [0.6, 0.2, 0.2]\ntest = 5", {}, ["shares and test", "leave one"]),
    "shares that are not 1": ("shares = [0.6, 0.2, 0.1]", {}, ["data.shares", "0.9 together"]),
    "two shares": ("shares = [0.8, 0.2]", {}, ["data.shares"]),
    "more than there are": ("test = 99", {"circle": 20, "square": 20}, ["40 training images", "99"]),
    "a side of nothing": ("resize = [0, 4]", {}, ["data.resize"]),
    "no images at all": ("", {}, ["shapes has no class folders", "shapes/CLASS/"]),
}


@pytest.mark.parametrize("mistake", SPLIT_MISTAKES)
def test_a_mistake_about_an_unsplit_folder(cli: Cli, mistake: str) -> None:
    data, counts, said = SPLIT_MISTAKES[mistake]
    Path("shapes").mkdir()
    make_shapes(counts)
    Path("x.toml").write_text(SHAPES.format(data=data), encoding="utf-8")
    refused_clean(cli("run", "x.toml"), "x.toml", *said)


def test_shares_of_a_source_with_a_test_part_are_refused(cli: Cli) -> None:
    make_folder(Path("shapes"))
    Path("x.toml").write_text(SHAPES.format(data="shares = [0.6, 0.2, 0.2]"), encoding="utf-8")
    refused_clean(cli("run", "x.toml"), "has a test part of its own", "leave them out")


def test_what_is_said_of_other_data_does_not_hold_of_those_of_the_command_line(cli: Cli) -> None:
    """Its size and name are the folder's; the error is about the file that is not there, not about these."""
    data = 'resize = [5, 6]\nname = "mine"\nshares = [0.6, 0.2, 0.2]'
    Path("x.toml").write_text(SHAPES.format(data=data), encoding="utf-8")
    answer = cli("run", "x.toml", "--data-source", "npz", "--data-path", "gone.npz")
    refused_clean(answer, "gone.npz does not exist")


@pytest.mark.parametrize("language", ["zh-Hant", "en"])
def test_every_note_is_said_in_the_report_with_all_that_is_printed(language: str) -> None:
    from reportgen.data.notes import TEXTS

    t = load(resources.templates() / "catalogue.toml", (language,))
    for key, text in TEXTS.items():
        values = {name: f"<{name}>" for name in re.findall(r"{(\w+)}", text)}
        shown = t(f"data_note.{key}", **values).plain()
        assert sorted(re.findall(r"<\w+>", shown)) == sorted(values.values()), key
        assert shown[0] == "<" or not shown[0].islower()
        assert shown[-1] in ".。"
