"""A table of a user's own, through the command line: what is made of it, and the line for every mistake."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reportgen.data import TableKeys, encoded, load, split, subset, unseen_categories
from tests.helpers.cli import Cli, refused_clean

FLOWERS = """
title = "Flowers"
[data]
source = "table"
path = "flowers.csv"
label = "species"
{data}
[comparison]
hidden = [4]
batch_size = 10
epochs = 2
optimizers = [{{ name = "SGD", learning_rate = 0.05 }}]
{more}
"""
TUNED = """
[tuned]
hidden = [5]
batch_size = 10
epochs = 2
optimizer = { name = "Adam", learning_rate = 0.01 }
"""
HEAD = ["length", "petals", "colour", "species"]
COLOURS = ("red", "blue", "white")


def make_rows(count: int = 60) -> list[list[str]]:
    """Twice as many roses as lilies; lilies are longer, and none of the roses is white."""
    random = np.random.default_rng(0)
    rows = []
    for number in range(count):
        lily = number % 3 == 0
        length = random.normal(8 if lily else 4, 0.5)
        colour = COLOURS[random.integers(0, 3 if lily else 2)]
        rows.append([f"{length:.3f}", str(random.integers(3, 9)), colour, "lily" if lily else "rose"])
    return rows


def write_csv(rows: list[list[str]], head: list[str] = HEAD, *, separator: str = ",") -> Path:
    path = Path("flowers.csv")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=separator)
        writer.writerow(head)
        writer.writerows(rows)
    return path


def write_experiment(data: str = "", more: str = "") -> None:
    Path("x.toml").write_text(FLOWERS.format(data=data, more=more), encoding="utf-8")


def run(cli: Cli, data: str = "", more: str = "", *options: str) -> dict[str, Any]:
    """The manifest of a run, and what was printed, under "printed"."""
    write_experiment(data, more)
    answer = cli("run", "x.toml", *(options or ("--no-pdf",)))
    assert answer.code == 0, answer
    manifest = json.loads(Path("output/x/latest/manifest.json").read_text())
    return {**manifest, "printed": answer.err}


def test_a_report_about_a_table_shows_columns_and_never_images(cli: Cli) -> None:
    write_csv(make_rows())
    made = run(cli, 'name = { zh-Hant = "花卉", en = "my flowers" }', TUNED, "--paper", "a4")
    data = made["data"]
    assert data["images_by_class"] == {"train": [12, 24], "validation": [4, 8], "test": [4, 8]}
    assert "image_shape" not in data
    assert (data["numeric_columns"], data["categorical_columns"], data["features"]) == (2, 1, 5)
    assert made["parameter_shapes"][0]["w1"] == [5, 4]
    page = Path("output/x/latest/report.html").read_text(encoding="utf-8")
    shown = re.sub(r"<(style|script|code|pre|svg).*?</\1>|<[^>]*>", " ", page, flags=re.S)
    assert "The data set, my flowers, has 2 classes and these columns: 2 numeric, 1 categorical" in page
    assert "12 test rows" in page
    assert re.findall(r"[^.]*\bimages?\b[^.]*", shown) == []
    assert re.findall(r"影像|像素|\d 張", shown) == []
    assert "<img" not in re.sub(r"<header.*?</header>", "", page, flags=re.S)
    assert 'id="figure-weights"' not in page
    assert 'id="figure-examples"' not in page
    figure = page[page.index('id="figure-samples"') :]
    for word in (*HEAD[:3], *COLOURS):
        assert word in figure[: figure.index("</figure>")]
    verified = cli("verify", "output/x/latest/report.pdf")
    assert "consistent" in verified.out, verified


def expected_features(rows: list[list[str]], train: list[int]) -> np.ndarray:
    """By hand: numbers minus their mean in the training rows by their deviation, then a value a colour."""
    numbers = np.array([[float(row[0]), float(row[1])] for row in rows])
    colours = sorted({rows[place][2] for place in train})
    standardized = (numbers - numbers[train].mean(0)) / numbers[train].std(0)
    return np.column_stack([standardized, [[row[2] == colour for colour in colours] for row in rows]])


@pytest.mark.usefixtures("cli")
def test_networks_get_what_was_measured_on_the_training_rows_alone() -> None:
    rows = make_rows()
    parts = ["train"] * 40 + ["validation"] * 8 + ["test"] * 12
    path = write_csv([[*row, part] for row, part in zip(rows, parts, strict=True)], [*HEAD, "part"])
    dataset = load("table", path, columns=TableKeys("species", "part"))
    splits = split(dataset)
    features = encoded(splits)
    wanted = expected_features(rows, list(range(40)))
    for part, places in (
        (features.train, slice(0, 40)),
        (features.validation, slice(40, 48)),
        (features.test, slice(48, 60)),
    ):
        assert part.inputs.dtype == np.float32
        np.testing.assert_allclose(part.inputs, wanted[places], rtol=1e-5, atol=1e-6)
        assert part.labels.tolist() == [int(row[3] == "rose") for row in rows[places]]
    small = encoded(subset(splits, 20))
    of_subset = expected_features(rows, list(range(16)))
    np.testing.assert_allclose(small.validation.inputs, of_subset[16:20], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(small.test.inputs, of_subset[48:], rtol=1e-5, atol=1e-6)


@pytest.mark.usefixtures("cli")
def test_what_is_empty_counts_as_the_mean_and_what_is_unknown_as_no_category() -> None:
    parts = ["train"] * 40 + ["validation"] * 8 + ["test"] * 12
    rows = [[*row, part] for row, part in zip(make_rows(), parts, strict=True)]
    rows[50][0] = rows[51][2] = rows[3][2] = ""
    rows[52][2] = "black"
    path = write_csv(rows, [*HEAD, "part"])
    splits = split(load("table", path, columns=TableKeys("species", "part", missing="fill")))
    test = encoded(splits).test.inputs
    assert np.isfinite(test).all()
    assert test[2, 0] == 0
    assert test[3, 2:].tolist() == test[4, 2:].tolist() == [0, 0, 0]
    assert test[2, 2:].sum() == 1
    (note,) = unseen_categories(splits)  # an empty cell is none
    assert (note.values["cells"], note.values["first"]) == (1, "colour")


@pytest.mark.usefixtures("no_proofs", "no_reports")
def test_a_column_may_say_which_row_is_in_which_part(cli: Cli) -> None:
    parts = ["test", "train", "train", "Validation "] * 15
    write_csv([[*row, part] for row, part in zip(make_rows(), parts, strict=True)], [*HEAD, "part"])
    made = run(cli, 'split_column = "part"')
    assert {name: sum(counts) for name, counts in made["data"]["images_by_class"].items()} == {
        "train": 30, "validation": 15, "test": 15,
    }  # fmt: skip
    assert made["data"]["numeric_columns"] == 2
    assert "note: the column part splits the rows: 30 to train, 15 to validate, 15 to test" in made["printed"]


@pytest.mark.usefixtures("no_proofs", "no_reports")
def test_empty_cells_are_refused_or_filled_and_said(cli: Cli) -> None:
    rows = make_rows()
    rows[4][0] = rows[7][2] = rows[9][2] = ""
    write_csv(rows)
    write_experiment()
    refused_clean(
        cli("run", "x.toml"), "3 cells are empty", "row 5 of the column 'length'", 'missing = "fill"'
    )
    made = run(cli, 'missing = "fill"')
    assert "note: empty cells: 3 (columns: 2, the first of them length)" in made["printed"]
    assert [column["empty"] for column in made["data"]["columns"]] == [1, 0, 2]


@pytest.mark.usefixtures("no_proofs", "no_reports")
def test_a_category_that_no_training_row_has_is_said(cli: Cli) -> None:
    parts = ["train"] * 40 + ["validation"] * 8 + ["test"] * 12
    rows = [[*row, part] for row, part in zip(make_rows(), parts, strict=True)]
    rows[59][2] = rows[58][2] = "black"
    write_csv(rows, [*HEAD, "part"])
    made = run(cli, 'split_column = "part"')
    assert "note: categories that no training row has: 2 cells of other rows" in made["printed"]
    assert made["data"]["features"] == 5


@pytest.mark.usefixtures("no_proofs", "no_reports")
def test_parquet_and_other_csv_files_hold_the_same(cli: Cli) -> None:
    import pandas as pd

    pytest.importorskip("pyarrow")
    digest = load_digest(write_csv(make_rows()))
    semicolons = [[row[0].replace(".", ","), *row[1:]] for row in make_rows()]
    frame = pd.read_csv(write_csv(make_rows()))
    assert load_digest(write_csv(semicolons, separator=";")) == digest
    write_csv(make_rows(), separator="\t")
    Path("flowers.csv").write_text("\ufeff" + Path("flowers.csv").read_text(), encoding="utf-8")
    assert load_digest(Path("flowers.csv")) == digest
    frame.astype({"colour": "category"}).to_parquet("flowers.csv")  # told by how it begins, not by its name
    assert load_digest(Path("flowers.csv")) == digest
    assert run(cli)["data"]["digest"] == digest


@pytest.mark.usefixtures("cli")
def test_codes_are_categories_where_they_are_called_so() -> None:
    import pandas as pd

    pytest.importorskip("pyarrow")
    codes = [(1234567, 1234568, 20)[number % 3] for number in range(60)]
    path = write_csv(
        [[str(code), *row] for code, row in zip(codes, make_rows(), strict=True)], ["zip", *HEAD]
    )
    frame = pd.read_csv(path)
    frame.loc[5, "colour"] = None
    frame.astype({"colour": "category"}).to_parquet(path)
    keys = TableKeys("species", categorical=("zip",), missing="fill")
    data = load("table", path, columns=keys)
    assert data.columns[0].categories == ("20", "1234567", "1234568")
    assert data.train_inputs[:4, 0].tolist() == [1, 2, 0, 1]
    assert data.columns[3].categories == ("blue", "red", "white")
    assert np.isnan(data.train_inputs[5, 3])


def load_digest(path: Path) -> str:
    return load("table", path, columns=TableKeys("species")).digest


def test_parquet_without_pyarrow_says_what_to_install(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    import pandas as pd

    pytest.importorskip("pyarrow")
    pd.read_csv(write_csv(make_rows())).to_parquet("flowers.csv")

    def missing(*_: object, **__: object) -> None:
        raise ImportError("no pyarrow")

    monkeypatch.setattr(pd, "read_parquet", missing)
    write_experiment()
    refused_clean(cli("run", "x.toml"), "needs pyarrow", "pip install 'reportgen[parquet]'")


def changed(column: int, value: str, row: int = 1) -> Callable[[], object]:
    rows = make_rows()
    rows[row - 1][column] = value
    return lambda: write_csv(rows)


def with_column(name: str, values: Callable[[int], str]) -> Callable[[], object]:
    rows = [[values(number), *row] for number, row in enumerate(make_rows())]
    return lambda: write_csv(rows, [name, *HEAD])


def text(content: bytes) -> Callable[[], object]:
    return lambda: Path("flowers.csv").write_bytes(content)


def sound() -> object:
    return write_csv(make_rows())


MISTAKES: dict[str, tuple[Callable[[], object], str, list[str]]] = {
    "no file": (lambda: None, "", ["flowers.csv does not exist"]),
    "a folder": (lambda: Path("flowers.csv").mkdir(), "", ["flowers.csv is a folder"]),
    "an Excel file": (text(b"PK\x03\x04 book"), "", ["archive, as Excel's", "save it as CSV"]),
    "no UTF-8": (text(b"a,species\n1,\xff\n"), "", ["not UTF-8", "save it as UTF-8"]),
    "nothing in it": (text(b""), "", ["cannot be read as CSV"]),
    "no rows": (text(b"a,species\n"), "", ["has no rows"]),
    "cells too many": (text(b"a,species\n1,x\n1,2,3\n"), "", ["cannot be read as CSV", "line 3"]),
    "more cells than names": (text(b"a,species\n1,2,x\n3,4,y\n"), "", ["more cells than it has names"]),
    "damaged Parquet": (text(b"PAR1 and no more"), "", ["is damaged"]),
    "twin columns": (text(b"a,a,species\n1,2,x\n3,4,y\n"), "", ["two columns named 'a'"]),
    "an index": (with_column("", str), "", ["column 1 has no name", "ignore = ['Unnamed: 0']"]),
    "a count of rows": (with_column("id", str), "", ["column 'id' counts the rows", "ignore = ['id']"]),
    "names of rows": (
        lambda: write_csv([[f"n{n}", *row] for n, row in enumerate(make_rows(120))], ["who", *HEAD]),
        "",
        ["column 'who' has 120 different texts", "ignore = ['who']"],
    ),
    "a text among numbers": (changed(0, "?", 8), "", ["column 'length'", "'?' in row 8", "mend it"]),
    "an infinite number": (changed(0, "inf"), "", ["column 'length'", "infinite"]),
    "no label": (changed(3, "", 6), "", ["label column 'species'", "row 6"]),
    "one class": (lambda: write_csv([[*row[:3], "rose"] for row in make_rows()]), "", ["one value 'rose'"]),
    "quantities": (
        lambda: write_csv([[*row[:3], row[0]] for row in make_rows()]),
        "",
        ["not whole", "name a column of classes"],
    ),
    "a class too rare": (changed(3, "orchid"), "", ["class 'orchid' there are 1 in 60", "too few"]),
    "an unknown column": (
        sound,
        'ignore = ["colours"]',
        ["names the column 'colours'", "did you mean"],
    ),
    "text called numeric": (
        sound,
        'numeric = ["colour"]',
        ["to be numeric", "'blue' in row 1"],
    ),
    "nothing to learn from": (sound, 'ignore = ["length", "petals", "colour"]', ["no column to learn from"]),
    "a column twice": (sound, 'ignore = ["length"]\nnumeric = ["length"]', ['"length" is named twice']),
    "another split": (
        sound,
        'split_column = "colour"',
        ["split column 'colour' says", "train, validation or test"],
    ),
    "a split and shares": (
        sound,
        'split_column = "colour"\nshares = [0.6, 0.2, 0.2]',
        ["split_column says which row", "leave out shares"],
    ),
    "a size of images": (sound, "resize = [8, 8]", ["resize is for images of a folder"]),
    "more than there are": (sound, "test = 70", ["60 training rows"]),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_about_a_table(cli: Cli, mistake: str) -> None:
    make, data, said = MISTAKES[mistake]
    make()
    write_experiment(data)
    refused_clean(cli("run", "x.toml"), "x.toml", *said)


def test_a_part_without_a_row_is_refused(cli: Cli) -> None:
    write_csv([[*row, "train"] for row in make_rows()], [*HEAD, "part"])
    write_experiment('split_column = "part"')
    refused_clean(cli("run", "x.toml"), "no row of the split column 'part' says validation")


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("augmentation = { flip = true }", "comparison.augmentation: rows of a table cannot be flipped"),
        ('normalization = "per-channel"', "comparison.normalization: a table is always standardized"),
    ],
)
def test_what_is_done_to_images_is_refused_for_a_table(cli: Cli, key: str, said: str) -> None:
    write_csv(make_rows())
    write_experiment(more=key)
    refused_clean(cli("run", "x.toml"), said, "leave it out")


def test_a_table_needs_a_label_and_others_take_none(cli: Cli) -> None:
    write_csv(make_rows())
    write_experiment()
    experiment = Path("x.toml").read_text()
    Path("x.toml").write_text(experiment.replace('label = "species"\n', ""))
    refused_clean(cli("run", "x.toml"), 'source "table" needs label = "..."')
    Path("x.toml").write_text(experiment.replace('"table"', '"npz"'))
    refused_clean(cli("run", "x.toml"), 'label is for source "table", not for "npz"')


@pytest.mark.usefixtures("no_proofs", "no_reports")
def test_rows_of_an_npz_file_are_a_table_too(cli: Cli) -> None:
    random = np.random.default_rng(0)
    y = np.arange(40) % 2
    x = random.normal(size=(40, 3)) + y[:, None]
    np.savez("rows.npz", x_train=x[:30], y_train=y[:30], x_test=x[30:], y_test=y[30:])
    write_experiment()
    answer = cli("run", "x.toml", "--data-source", "npz", "--data-path", "rows.npz", "--no-pdf")
    assert answer.code == 0, answer
    assert "note: x_train, x_test: rows of 3 values are taken as features, not as images" in answer.err
    data = json.loads(Path("output/x/latest/manifest.json").read_text())["data"]
    assert [column["name"] for column in data["columns"]] == ["x1", "x2", "x3"]
    assert data["columns"][0]["mean"] == pytest.approx(x[:22, 0].mean(), rel=1e-5)
