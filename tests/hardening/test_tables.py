"""Anyone's CSV files: refused in one line, or read as they are; and our own: no formulas in them."""

from __future__ import annotations

import csv
import html
import io
import math
import re
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from reportgen.analysis.comparison import Comparison, compare
from reportgen.cli import verdicts
from reportgen.errors import UserError, is_printable
from reportgen.files import csv_cells
from reportgen.records import run_folder, score_files
from reportgen.records.run_folder import RunRecords
from reportgen.records.tables import raw
from tests.helpers.cases import cases, unless_refused
from tests.helpers.cli import Cli
from tests.helpers.manifests import a_manifest

WORDS = [
    "", "A", "B", "0", "1", "2", "0.5", "1e309", "nan", "-inf", "NA", "=1+1", "'x", '"', "a,b", "\t",
    "\x1b[2J", "1_000", "٣", "a\nb", "\x00", "x" * 200, "score", "seed",
]  # fmt: skip
CELLS = st.one_of(st.sampled_from(WORDS), st.text(max_size=6), st.floats(allow_nan=False).map(repr))
HEADER = st.permutations(["optimizer", "seed", "score"]) | st.lists(
    st.sampled_from(["optimizer", "seed", "score", "problem", "setup", "stage", "status", "", " "]),
    max_size=6,
)


@st.composite
def tables(draw: st.DrawFn) -> str:
    """A table with the right columns more often than not, and rows that are mostly as long."""
    header = draw(HEADER)
    width = st.just(len(header)) if draw(st.integers(0, 9)) else st.integers(0, 6)
    rows = draw(st.lists(width.flatmap(lambda n: st.lists(CELLS, min_size=n, max_size=n)), max_size=6))
    text = io.StringIO()
    delimiter = draw(st.sampled_from([",", ";", "\t"]))
    writer = csv.writer(text, delimiter=delimiter, lineterminator=draw(st.sampled_from(["\n", "\r\n"])))
    writer.writerows([header, *rows])
    return text.getvalue()


def read_and_compare(path: Path) -> tuple[score_files.Scores, Comparison]:
    scores = score_files.read_all([path])
    score_files.check_size(scores.table)
    return scores, compare(scores.table, metric=scores.metric)


def compared(data: bytes) -> score_files.Scores | None:
    """The table, compared and described as the command does it; None where it was refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scores.csv"
        path.write_bytes(data)
        read = unless_refused(lambda: read_and_compare(path))
    if read is None:
        return None
    scores, found = read
    lines = verdicts.describe(found, console_is_terminal=False)
    assert all(is_printable(line.replace("\t", "")) for line in lines)
    return scores


@example("score,seed,optimizer\n,A,\ud7fc\n")  # no character yet
@cases(300)
@given(tables())
def test_a_table_is_refused_in_one_line_or_compared(text: str) -> None:
    compared(text.encode("utf-8", "surrogatepass"))


@cases(200)
@given(
    st.binary(max_size=100) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_any_bytes_are_refused_in_one_line_or_compared(data: bytes) -> None:
    compared(data)
    compared(b"optimizer,seed,score\n" + data)


@cases(200)
@given(
    st.lists(
        st.tuples(st.sampled_from("ABC"), st.integers(0, 5), st.floats()), min_size=1, max_size=12,
        unique_by=lambda row: row[:2],
    )
)  # fmt: skip
def test_a_sound_table_is_read_as_it_stands(rows: list[tuple[str, int, float]]) -> None:
    text = "optimizer,seed,score\n" + "".join(f"{name},{seed},{score!r}\n" for name, seed, score in rows)
    scores = compared(text.encode())
    assert scores is not None
    read = list(zip(scores.table["optimizer"], scores.table["seed"], scores.table["score"], strict=True))
    for (name, seed, score), found in zip(rows, read, strict=True):
        assert (name, seed) == found[:2]
        assert found[2] == score or (math.isnan(score) and math.isnan(found[2]))


def test_limits_of_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "scores.csv"
    table.write_text("optimizer,seed,score\n" + "A,0,1\n" * 20)
    monkeypatch.setattr(raw, "MOST_ROWS", 10)
    with pytest.raises(UserError, match=r"line 12: has more than 10 rows"):
        score_files.read_all([table])
    monkeypatch.setattr(raw, "LARGEST_FILE", 100)
    with pytest.raises(UserError, match="has more than"):
        score_files.read_all([table])


@pytest.mark.filterwarnings("error:Glyph:UserWarning", "error:No artists:UserWarning")
def test_odd_names_are_in_the_figures_legends_and_nothing_is_said_on_standard_error(
    cli: Cli, tmp_path: Path
) -> None:
    names = ["_hidden", "$x$", "שלום", "🙂", "<b>"]
    rows = [
        f"{name},{problem},{seed},{place + seed / 10}"
        for place, name in enumerate(names)
        for problem in ("p", "q")
        for seed in range(2)
    ]
    (tmp_path / "loss.csv").write_text("\n".join(["optimizer,problem,seed,score", *rows]), encoding="utf-8")
    answer = cli("compare", tmp_path / "loss.csv", "--lower-is-better", "--no-pdf")
    assert (answer.code, answer.err) == (0, "")
    page = (tmp_path / "output" / "compare" / "loss-comparison.html").read_text(encoding="utf-8")
    for name in names:
        shown = html.escape(name)
        legends = re.findall(rf"<text[^>]*>\s*{re.escape(shown)}\s*</text>", page)
        assert len(legends) >= 3, name  # of each problem's scores, and of the profile


# ---------------------------------------------------------------- our own

TEXTS = st.text("=+-@\t'\"a,<&漢 \r", max_size=6) | st.text(max_size=6)


@cases(300)
@given(TEXTS)
@example("=cmd|' /C calc'!A0")
@example("'=x")
@example("''=")
def test_a_text_in_a_cell_is_no_formula_and_comes_back(text: str) -> None:
    cell = csv_cells.guarded(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert csv_cells.unguarded(cell) == text
    if csv_cells.FORMULA.match(text) is None:
        assert cell == text  # what is harmless stays as people know it


@cases(60)
@given(
    st.lists(st.text("=+-@'a,\"<", min_size=1, max_size=5), min_size=2, max_size=4, unique=True), st.floats()
)
def test_records_come_back_as_they_were(names: list[str], number: float) -> None:
    assume(all(name.strip() for name in names))
    rows = [{"stage": "comparison", "setup": name, "seed": 0} for name in names]
    confusion = pd.DataFrame(
        [{**row, "true": name, "predicted": name, "images": 3} for row in rows for name in names]
    )
    epochs = pd.DataFrame(
        [row | {"epoch": 1} | dict.fromkeys(run_folder.METRIC_COLUMNS, number) for row in rows]
    )
    results = (
        pd.DataFrame(rows)
        .reindex(columns=run_folder.RESULT_COLUMNS)
        .assign(optimizer=names, test_loss=number)
    )
    kept = RunRecords(
        manifest_json=a_manifest(),
        epochs=epochs,
        results=results,
        search=pd.DataFrame(columns=run_folder.SEARCH_COLUMNS),
        confusion=confusion,
        sample_images=np.zeros((0, 2, 2, 1), np.uint8),
        sample_labels=np.zeros(0, np.int64),
        excerpts={},
        experiment_text="",
    )
    with tempfile.TemporaryDirectory() as folder, run_folder.partial_folder(Path(folder) / "x") as partial:
        read = run_folder.read(path := run_folder.keep(kept, partial, "run"))
        raw = [
            cell
            for file in ("metrics.csv", "results.csv", "records/confusion.csv")
            for row in csv.reader((path / file).open(encoding="utf-8", newline=""))
            for cell in row
        ]
    for table in ("epochs", "results", "confusion"):
        for column in {"setup", "optimizer", "true", "predicted"} & set(getattr(kept, table).columns):
            assert list(getattr(read, table)[column]) == list(getattr(kept, table)[column])
    pd.testing.assert_series_equal(read.epochs["training_loss"], epochs["training_loss"], check_exact=True)
    assert not [cell for cell in raw if cell.startswith(("=", "+", "@"))]
    assert all(_is_number(cell) for cell in raw if cell.startswith("-"))


def test_a_runs_own_table_is_compared_under_the_names_that_it_was_given(tmp_path: Path) -> None:
    lines = ["stage,setup,seed,test_accuracy", *(f"comparison,'=A,{seed},0.5" for seed in range(2))]
    (tmp_path / "results.csv").write_text("\n".join(lines))
    assert set(score_files.read_all([tmp_path / "results.csv"]).table["optimizer"]) == {"=A"}


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
