"""A user's own table, CSV or Parquet: one column of labels, others of numbers and of categories."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from reportgen.data.cache import cached
from reportgen.data.dataset import (
    LARGEST_NUMBER,
    LONGEST_NAME,
    Column,
    Dataset,
    Labels,
    check_class_names,
    check_size,
    make_dataset,
)
from reportgen.data.errors import DataError
from reportgen.data.notes import Note
from reportgen.data.sources.table_file import read_frame
from reportgen.errors import is_printable, nearest

if TYPE_CHECKING:
    import pandas as pd

PARTS = ("train", "validation", "test")
MOST_CATEGORIES = 100
"""Of a column that nobody called categorical; more are likely names of the rows."""


@dataclass(frozen=True)
class TableKeys:
    """What an experiment says of a table's columns; see `experiment/data_settings.py`."""

    label: str
    split_column: str | None = None
    numeric: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    missing: str | None = None


def load(path: Path, keys: TableKeys) -> Dataset:
    """The rows of the file in its own order, or those to train on first where a column says which they are.

    Args:
        path: Of the file.
        keys: What its columns are.

    Raises:
        DataError: The file cannot be read, or a column is not what it is said to be.
    """
    if not path.exists():
        raise DataError(f"table {path} does not exist: give the path of a CSV or Parquet file")
    dataset = cached("table", [path.name, asdict(keys)], [path], lambda: _decode(path, keys))
    if keys.split_column is None:
        return replace(dataset, default_seed=0)
    # the pool holds the rows to train on, then those to validate with: the cache keeps no counts
    counts = next(note.values for note in dataset.notes if note.key == "split_column")
    train, validation = int(counts["train"]), int(counts["validation"])
    return replace(dataset, default_train=train, default_validation=validation)


def _decode(path: Path, keys: TableKeys) -> Dataset:
    frame = read_frame(path)
    where = f"table {path}"
    _check_names(frame, keys, where)
    labels, classes = _labels(frame[keys.label], f"{where}: label column {keys.label!r}")
    used = [name for name in frame.columns if name not in (keys.label, keys.split_column, *keys.ignore)]
    if not used:
        raise DataError(f"{where}: beside the label there is no column to learn from")
    check_size(len(frame), (len(used),), where, "rows")
    rows = np.empty((len(frame), len(used)))
    columns = []
    for place, name in enumerate(used):
        column, rows[:, place] = _values(frame[name], name, keys, f"{where}: column {name!r}")
        columns.append(column)
    notes = _missing(rows, columns, keys, where)
    check_size(len(frame), (sum(len(column.categories or "1") for column in columns),), where, "rows")
    parts = _parts(frame, keys, where)
    pool = np.concatenate([parts["train"], parts["validation"]])
    lacking = np.setdiff1d(labels, labels[parts["train"]])
    if lacking.size:
        raise DataError(f"{where}: the class {classes[lacking[0]]!r} is in no row to train on: leave it out")
    if keys.split_column is not None:
        counts: dict[str, int | str] = {name: len(places) for name, places in parts.items()}
        notes.append(Note("split_column", {"column": keys.split_column, **counts}))
    dataset = make_dataset(
        "table",
        (rows[pool], labels[pool]),
        (rows[parts["test"]], labels[parts["test"]]),
        classes,
        f"table {path.name}",
        columns=columns,
    )
    return replace(dataset, notes=tuple(notes))


def _check_names(frame: pd.DataFrame, keys: TableKeys, where: str) -> None:
    """Refuse columns that are named in the experiment and not there, and names that cannot be shown."""
    for key, names in asdict(keys).items():
        if key == "missing":
            continue
        for name in (names,) if isinstance(names, str) else names or ():
            if name not in frame.columns:
                there = ", ".join(map(str, frame.columns[:12]))
                raise DataError(
                    f"{where}: {key} names the column {name!r}, which is not there"
                    f"{nearest(name, list(frame.columns))}: its columns are {there}"
                    f"{', ...' if len(frame.columns) > 12 else ''}"
                )
    for number, name in enumerate(frame.columns, start=1):
        if name in keys.ignore:
            continue
        if name.startswith("Unnamed: "):
            raise DataError(
                f"{where}: column {number} has no name, as an index that pandas writes: leave it out with"
                f" ignore = [{name!r}], or name it"
            )
        if not is_printable(name) or len(name) > LONGEST_NAME:
            raise DataError(
                f"{where}: the name of column {number}, {name[:20]!r}, is not one to print: rename it"
            )


def _labels(values: pd.Series, where: str) -> tuple[Labels, list[str]]:
    """The class of every row as a number, and the names of the classes in order."""
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    if empty := int(values.isna().sum()):
        raise DataError(f"{where}: {empty} cells are empty, the first in {_row(values.isna())}: fill them in")
    if is_numeric_dtype(values) and not is_bool_dtype(values):
        numbers = values.to_numpy(dtype=np.float64)
        broken = numbers[numbers != np.rint(numbers)]
        if broken.size:
            raise DataError(
                f"{where} has numbers that are not whole, such as {broken[0]:g}: name a column of classes;"
                " quantities cannot be learned here"
            )
        distinct, codes = np.unique(numbers, return_inverse=True)
        names = [f"{number:.0f}" for number in distinct]
    else:
        texts, codes = np.unique(_texts(values), return_inverse=True)
        names = texts.tolist()
    if len(names) < 2:
        raise DataError(f"{where} has the one value {names[0]!r}: there is nothing to tell apart")
    check_class_names(names, where)
    return codes.reshape(-1).astype(np.int64), names


def _values(values: pd.Series, name: str, keys: TableKeys, where: str) -> tuple[Column, np.ndarray]:
    """A column, and its cells as numbers: as they are, or the codes of its categories."""
    import pandas as pd
    from pandas.api.types import is_bool_dtype, is_numeric_dtype, is_object_dtype, is_string_dtype

    numbers = is_numeric_dtype(values) and not is_bool_dtype(values)
    texts = (
        is_string_dtype(values) or is_object_dtype(values) or isinstance(values.dtype, pd.CategoricalDtype)
    )
    if name in keys.numeric or (numbers and name not in keys.categorical):
        if not numbers:
            raise DataError(f"{where} is to be numeric, but {_odd(values)}: mend it, or call it categorical")
        cells = values.to_numpy(dtype=np.float64, na_value=np.nan)
        if (np.abs(cells) > LARGEST_NUMBER).any():
            raise DataError(f"{where} has a number that is infinite or beyond {LARGEST_NUMBER:g}: mend it")
        if name not in keys.numeric and len(cells) > 2 and (np.diff(cells) == 1).all():
            raise DataError(
                f"{where} counts the rows, which would give away the order of the file: leave it out with"
                f" ignore = [{name!r}], or call it numeric if that is meant"
            )
        return Column(name), cells
    if not (texts or numbers or is_bool_dtype(values)):
        raise DataError(f"{where} is of the type {values.dtype}: turn it into numbers or texts, or ignore it")
    empty = values.isna().to_numpy()
    named = _texts(values.map(_number_as_text, na_action="ignore") if numbers else values)
    categories = sorted(set(named[~empty].tolist()), key=float if numbers else None)
    if name not in keys.categorical:
        if texts and (odd := _nearly_numbers(categories)) is not None:
            raise DataError(
                f"{where} holds numbers, but {odd!r} in {_row(named == odd)}: mend it, leave the cell empty,"
                " or call the column categorical"
            )
        if len(categories) > MOST_CATEGORIES:
            raise DataError(
                f"{where} has {len(categories)} different texts: leave it out with ignore = [{name!r}], or"
                " call it categorical if every one of them is to be a value of its own"
            )
    for category in categories:
        if not is_printable(category) or len(category) > LONGEST_NAME:
            raise DataError(f"{where} has the text {category[:20]!r}, which is not one to print: shorten it")
    codes = {category: code for code, category in enumerate(categories)}
    cells = np.array([codes.get(text, np.nan) for text in named.tolist()])
    return Column(name, tuple(categories)), cells


def _number_as_text(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _nearly_numbers(texts: list[str]) -> str | None:
    """The first text that is no number where most of them are; None elsewhere."""
    others = [text for text in texts if not _is_number(text)]
    return others[0] if others and len(others) * 2 < len(texts) else None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _odd(values: pd.Series) -> str:
    """What keeps a column from being one of numbers."""
    texts = values.dropna().astype(str)
    others = [not _is_number(text) for text in texts]
    if not any(others):
        return f"is of the type {values.dtype}"
    first = texts[others].index[0]
    return f"holds {texts[first][:40]!r} in row {first + 1}"


def _missing(rows: np.ndarray, columns: list[Column], keys: TableKeys, where: str) -> list[Note]:
    """Refuse empty cells, or note them where they are to be filled."""
    empty = np.isnan(rows)
    if not empty.any():
        return []
    cells, first = int(empty.sum()), int(empty.any(axis=0).argmax())
    name = columns[first].name
    if keys.missing is None:
        raise DataError(
            f"{where}: {cells} cells are empty, the first in {_row(empty[:, first])} of the column {name!r}:"
            ' fill them in, ignore the column, or take what is usual for them with missing = "fill"'
        )
    if empty.all(axis=0).any():
        raise DataError(
            f"{where}: the column {columns[int(empty.all(axis=0).argmax())].name!r} is empty: ignore it"
        )
    return [Note("filled", {"cells": cells, "columns": int(empty.any(axis=0).sum()), "first": name})]


def _parts(frame: pd.DataFrame, keys: TableKeys, where: str) -> dict[str, np.ndarray]:
    """The places of the rows of each part; all are to train on where no column says anything else."""
    nowhere = np.zeros(0, dtype=np.int64)
    if keys.split_column is None:
        return {"train": np.arange(len(frame)), "validation": nowhere, "test": nowhere}
    said = np.char.lower(np.char.strip(_texts(frame[keys.split_column])))
    unknown = ~np.isin(said, PARTS)
    if unknown.any():
        raise DataError(
            f"{where}: the split column {keys.split_column!r} says {said[unknown][0]!r} in {_row(unknown)}:"
            " every row must say train, validation or test"
        )
    parts = {name: np.flatnonzero(said == name) for name in PARTS}
    for name, places in parts.items():
        if not len(places):
            raise DataError(
                f"{where}: no row of the split column {keys.split_column!r} says {name}: let some of them"
            )
    return parts


def _texts(values: pd.Series) -> np.ndarray:
    """The cells as texts, an empty one as an empty text."""
    # pandas' own way cuts them to one letter where a cell is empty
    return np.array(
        [str(value) for value in values.astype(object).where(values.notna(), "").tolist()], dtype=str
    )


def _row(flags: object) -> str:
    """The first row of which something is so, counted from 1 below the names of the columns."""
    return f"row {int(np.asarray(flags).argmax()) + 1}"
