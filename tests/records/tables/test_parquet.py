"""Parquet files that pandas writes, and what is said without pyarrow or of a damaged file."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pyarrow
import pytest
from pyarrow import parquet as pyarrow_parquet

from reportgen.errors import UserError
from reportgen.records.tables import parquet
from reportgen.records.tables.forms import read_raw

FRAME = pd.DataFrame(
    {"optimizer": ["SGD", "Adam"], "seed": [0, 0], "score": [0.9, None], "ok": [True, False]},
)


def test_columns_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "scores.data"
    FRAME.to_parquet(path)
    table = read_raw(path)
    assert table.form == "Parquet"
    assert list(table.lines) == [1, 2]
    pd.testing.assert_frame_equal(table.frame, FRAME, check_dtype=False)


def test_levels_of_the_index_and_fields_of_structures_are_columns(tmp_path: Path) -> None:
    path = tmp_path / "scores.parquet"
    records = [
        {"config": {"optimizer": "SGD", "inner": {"lr": 0.1}}, "score": 0.9, "seed": seed} for seed in (0, 1)
    ]
    table = pyarrow.Table.from_pylist(records)
    pyarrow_parquet.write_table(table, path)
    assert set(read_raw(path).frame.columns) == {"config.optimizer", "config.inner.lr", "score", "seed"}
    FRAME.set_index(["optimizer", "seed"]).to_parquet(path)
    assert list(read_raw(path).frame["optimizer"]) == ["SGD", "Adam"]


def test_without_pyarrow_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "scores.parquet"
    FRAME.to_parquet(path)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UserError, match=r"needs pyarrow: pip install 'reportgen\[parquet\]'"):
        read_raw(path)


def test_damaged_empty_and_large_files_get_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "scores.parquet"
    FRAME.to_parquet(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    with pytest.raises(UserError, match="is damaged"):
        read_raw(path)
    path.write_bytes(whole)
    monkeypatch.setattr(parquet, "MOST_ROWS", 1)
    with pytest.raises(UserError, match="has 2 rows and 4 columns; at most 1 rows"):
        read_raw(path)
    FRAME.iloc[:0].to_parquet(path)
    with pytest.raises(UserError, match="has no rows"):
        read_raw(path)


def test_a_text_of_many_rows_is_unpacked_once(tmp_path: Path) -> None:
    path = tmp_path / "scores.parquet"
    texts = pyarrow.DictionaryArray.from_arrays([0] * 5_000, ["x" * 100_000])
    pyarrow_parquet.write_table(pyarrow.table({"optimizer": texts}), path, store_schema=False)
    assert path.stat().st_size < 1_000_000  # 500 MB, if every row had a text of its own
    cells = read_raw(path).frame["optimizer"]
    assert (len(cells), len({id(cell) for cell in cells})) == (5_000, 1)
