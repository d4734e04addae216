"""Our own runs and reports as tables: what stands in their records, and one line for what is damaged."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pikepdf
import pytest

from reportgen.errors import UserError
from reportgen.files import pdf_attachments
from reportgen.records import run_folder
from reportgen.records.tables.forms import read_raw
from reportgen.records.tables.raw import RawTable

TRIAL = ["stage", "setup", "seed"]


def numbers(table: RawTable, *columns: str) -> pd.DataFrame:
    frame = table.frame[[*TRIAL, *columns]].replace("", None)
    return frame.astype({"seed": int, **dict.fromkeys(columns, float)})


def test_a_run_has_a_row_for_each_epoch_and_its_test_at_the_best(tiny_run: Path) -> None:
    table = read_raw(tiny_run)
    assert (table.form, table.sparse) == (f"the run '{tiny_run.name}'", True)
    records = run_folder.read(tiny_run)
    columns = ["epoch", "validation_accuracy", "training_loss"]
    pd.testing.assert_frame_equal(
        numbers(table, *columns), records.epochs[[*TRIAL, *columns]], check_dtype=False
    )
    tested = numbers(table, "epoch", "test_accuracy").dropna()
    expected = records.results[[*TRIAL, "best_epoch", "test_accuracy"]]
    assert tested.to_numpy().tolist() == expected.to_numpy().tolist()


def test_a_report_holds_the_same_table_as_its_run(tiny_run: Path, tmp_path: Path) -> None:
    shutil.copy(tiny_run / "report.pdf", tmp_path / "someones.pdf")
    table = read_raw(tmp_path / "someones.pdf")
    assert table.form == "the report of a run"
    assert "whether they are genuine says `reportgen verify`" in table.notes[-1]
    pd.testing.assert_frame_equal(table.frame, read_raw(tiny_run).frame)
    assert table.path == tmp_path / "someones.pdf"


def test_tables_about_other_trials_are_refused(tiny_run: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(tiny_run, run)
    results = (run / "results.csv").read_text()
    (run / "results.csv").write_text("\n".join(results.splitlines()[:-1]))
    with pytest.raises(UserError, match=r"metrics\.csv and results\.csv are not about the same trials"):
        read_raw(run)
    (run / "results.csv").write_text(results.replace("best_epoch", "epoch_of_someone", 1))
    with pytest.raises(UserError, match=r"results\.csv: has no column best_epoch"):
        read_raw(run)


def a_pdf(path: Path, **attached: bytes) -> Path:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        for name, data in attached.items():
            pdf.attachments[name.replace("__", ".")] = data
        pdf.save(path)
    return path


TABLE = b"optimizer,seed,score\nSGD,0,0.5\n"


def test_the_report_of_a_table_holds_it(tmp_path: Path) -> None:
    how = b'{"files": [{"attached": "x.csv", "file": "mine.csv", "name": null}]}'
    table = read_raw(a_pdf(tmp_path / "r.pdf", comparison__json=how, x__csv=TABLE))
    assert table.form == "the report of the table 'mine.csv'"
    assert table.frame.to_dict("records") == [{"optimizer": "SGD", "seed": "0", "score": "0.5"}]


@pytest.mark.parametrize(
    ("attached", "wrong"),
    [
        ({}, "carries no results"),
        ({"comparison__json": b"{"}, "comparison.json is damaged"),
        ({"comparison__json": b'{"files": []}'}, "carries 0 tables"),
        ({"comparison__json": b'{"files": [{"attached": "../x", "file": ""}]}'}, "carries 1 tables"),
        ({"results__csv": TABLE, "metrics__csv": TABLE}, "attached/run/results.csv: has no column stage"),
    ],
)
def test_other_pdfs_get_one_line(tmp_path: Path, attached: dict[str, bytes], wrong: str) -> None:
    path = a_pdf(tmp_path / "r.pdf", **attached)
    with pytest.raises(UserError) as error:
        read_raw(path)
    assert str(error.value).startswith(f"{path}: ")
    assert wrong in str(error.value)


def test_a_pdf_takes_no_more_than_it_may(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = a_pdf(tmp_path / "r.pdf", results__csv=bytes(64 * 2**20))
    assert path.stat().st_size < 2**20
    with monkeypatch.context() as patched:
        patched.setattr(pdf_attachments, "MEMORY", 64 * 2**20)
        with pytest.raises(UserError, match="carries no results"):
            read_raw(a_pdf(tmp_path / "small.pdf", x=TABLE))
        with pytest.raises(UserError, match="takes too much memory or time"):
            read_raw(path)
    monkeypatch.setattr(pdf_attachments, "LARGEST", 1000)
    with pytest.raises(UserError, match="at most 1,000 are read"):
        read_raw(path)


def test_a_damaged_pdf_and_the_folder_of_an_experiment_get_one_line(tiny_run: Path, tmp_path: Path) -> None:
    (tmp_path / "r.pdf").write_bytes(b"%PDF-1.7\nnothing")
    with pytest.raises(UserError, match="is no PDF, or a damaged or encrypted one"):
        read_raw(tmp_path / "r.pdf")
    (tmp_path / "latest").symlink_to(tiny_run)
    with pytest.raises(
        UserError, match=r"is the folder of an experiment; name one of its runs, as .*/latest"
    ):
        read_raw(tmp_path)
