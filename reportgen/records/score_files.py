"""Anyone's tables of scores, read from CSV files."""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from reportgen.errors import UserError, is_printable
from reportgen.files.atomic import kind
from reportgen.files.csv_cells import unguarded

DEFAULT_METRICS = ("score", "test_accuracy")

LARGEST_FILE = 50_000_000
LONGEST_NAME = 100
MOST_ROWS = 1_000_000
MOST_PAIRS = 1_000
MOST_SEEDS = 1_000

TABLE = ("problem", "optimizer", "seed", "score", "file", "line")

FRAME = Path("table")
"""What messages call a table in memory."""

WHOLE = re.compile(r"[+-]?\d{1,15}(\.0*)?")


@dataclass(frozen=True)
class Scores:
    """What was read of a file: the metric, and the trials.

    table: the columns of TABLE, a row a trial; file and line say where it stands.
    """

    metric: str
    table: pd.DataFrame


def read_all(paths: Sequence[Path], *, metric: str | None = None, problem: str | None = None) -> Scores:
    """Read the trials of several files together.

    Args:
        paths: CSV files.
        metric: As for `read_scores`; the same in all.
        problem: As for `read_scores`.

    Raises:
        UserError: As for `read_scores`, and for a trial that comes twice.
    """
    if not paths:
        raise UserError("no table of scores is named; name a CSV file, e.g. a run's results.csv")
    parts = [
        read_scores(path, metric=metric, problem=None, name=name)
        for path, name in zip(paths, file_names(paths), strict=True)
    ]
    for path, part in zip(paths, parts, strict=True):
        if part.metric != parts[0].metric:
            raise UserError(
                f"{path}: has the metric {part.metric}, {paths[0]} has {parts[0].metric};"
                " choose one that both have with --metric"
            )
    table = _only(pd.concat([part.table for part in parts], ignore_index=True), problem)
    _refuse_twice(table)
    return Scores(parts[0].metric, table)


def read_scores(
    path: Path, *, metric: str | None = None, problem: str | None = None, name: str | None = None
) -> Scores:
    """Read the trials of one CSV file in UTF-8.

    Either a table with the columns optimizer, seed, a metric, and problem if it has several; or a run's
    results.csv, whose setups are the optimizers and whose stages are the problems. A trial has no score where
    that is empty, NA, nan or inf, and in a results.csv where its status is "diverged".

    Args:
        path: The file.
        metric: The column to read as the score; without, the first of DEFAULT_METRICS that is there.
        problem: Only the rows of this one.
        name: What the file is called: the problem of a table without that column (the file's name if not
            given), and what stands before the stage of a results.csv.

    Raises:
        UserError: The file cannot be read as such a table; the line names its line and column.
        OSError: It cannot be read at all.
    """
    return _read_rows(_rows(path), path, metric=metric, problem=problem, name=name)


def read_frame(frame: pd.DataFrame, *, metric: str | None = None, problem: str | None = None) -> Scores:
    """Read the trials of a table in memory.

    Args:
        frame: The columns of a file that `read_scores` reads; named levels of its index are columns too.
        metric: As for `read_scores`.
        problem: As for `read_scores`.

    Returns:
        The trials; their lines are those of the table written as CSV.

    Raises:
        UserError: As for `read_scores`.
    """
    rows = _parsed(frame_as_csv(frame), FRAME)
    return _read_rows(rows, FRAME, metric=metric, problem=problem, name=None)


def frame_as_csv(frame: pd.DataFrame) -> str:
    """Return a table in memory as the text of a CSV file, which reads back as the same numbers."""
    named = [name for name in frame.index.names if name is not None]
    return (frame.reset_index(level=named) if named else frame).to_csv(index=False)


def _read_rows(
    rows: Iterator[tuple[int, list[str]]],
    path: Path,
    *,
    metric: str | None,
    problem: str | None,
    name: str | None,
) -> Scores:
    """The trials of the rows of a file, its header first."""
    line, header = next(rows, (0, []))
    columns = [cell.strip() for cell in header]
    if not any(columns):
        raise UserError(f"{path}: is empty; a table needs the columns optimizer, seed and a metric")
    for column, count in Counter(columns).items():
        if count > 1 and column:
            raise UserError(
                f"{_place(path, line)}: has {count} columns {_shown(column)}; each needs its own name"
            )
    own = {"stage", "setup", "seed"} <= set(columns)
    optimizer_column = "setup" if own else "optimizer"
    for column in (optimizer_column, "seed"):
        if column not in columns:
            raise UserError(f"{path}: has no column {column} (it has {_listed(columns)}); name one so")
    chosen = _metric(path, columns, metric)
    alone = _name(name or path.stem, str(path))
    # a name or a seed that was read once need not be looked at again
    problem_of, optimizer_of, seed_of = _Read(_name), _Read(_name), _Read(_seed)
    found: dict[str, list[Any]] = {column: [] for column in TABLE}
    for line, cells in rows:
        if len(cells) != len(columns):
            raise UserError(
                f"{_place(path, line)}: has {len(cells)} cells, the header has {len(columns)};"
                " part them by commas and put names with commas into quotes"
            )
        if len(found["line"]) == MOST_ROWS:
            raise UserError(
                f"{_place(path, line)}: has more than {MOST_ROWS:,} rows; leave out what is not compared"
            )
        row = dict(zip(columns, cells, strict=True))
        score = _number(row[chosen], path, line, chosen)
        if own:
            row |= {column: unguarded(row[column]) for column in ("stage", "setup")}
            stage = problem_of(row["stage"], path, line, "stage")
            of_problem = f"{alone} {stage}" if name else stage
        else:
            of_problem = problem_of(row["problem"], path, line, "problem") if "problem" in columns else alone
        found["problem"].append(of_problem)
        found["optimizer"].append(optimizer_of(row[optimizer_column], path, line, optimizer_column))
        found["seed"].append(seed_of(row["seed"], path, line, "seed"))
        found["score"].append(math.nan if own and row.get("status") == "diverged" else score)
        found["file"].append(path)
        found["line"].append(line)
    if not found["line"]:
        raise UserError(f"{path}: has a header and no rows; there is nothing to compare")
    table = _only(pd.DataFrame(found), problem)
    _refuse_twice(table)
    return Scores(chosen, table)


class _Read:
    """What cells of a column mean, each looked at once."""

    def __init__(self, read: Callable[[str, str], Any]) -> None:
        self.read = read
        self.known: dict[str, Any] = {}

    def __call__(self, cell: str, path: Path, line: int, column: str) -> Any:
        """What the cell means. Raises UserError with its place where it means nothing."""
        if cell not in self.known:
            self.known[cell] = self.read(cell, f"{_place(path, line)}, column {column}")
        return self.known[cell]


def _place(path: object, line: int) -> str:
    return f"{path}, line {line}"


def file_names(paths: Sequence[Path]) -> list[str | None]:
    """What to call each file: nothing if it is alone, else its experiment or name, as long as needed."""
    resolved = [path.resolve() for path in paths]
    for path, count in Counter(resolved).items():
        if count > 1:
            raise UserError(f"{path}: is named {count} times; once is enough")
    if len(paths) == 1:
        return [None]
    runs = [(path.parent / "manifest.json").is_file() for path in resolved]
    short = [path.parent.parent.name if run else path.stem for path, run in zip(resolved, runs, strict=True)]
    middle = [
        f"{name}/{path.parent.name}" if run else f"{path.parent.name}/{name}"
        for name, path, run in zip(short, resolved, runs, strict=True)
    ]
    names = [short, middle, [str(path) for path in resolved]]
    return list(next(found for found in names if len(set(found)) == len(found)))


def check_size(table: pd.DataFrame) -> None:
    """Raise UserError for what would take hours."""
    trials = table.groupby(["problem", "optimizer"]).size()
    optimizers = trials.groupby(level="problem").size()
    pairs = int((optimizers * (optimizers - 1) // 2).sum())
    if pairs > MOST_PAIRS:
        raise UserError(
            f"problem {optimizers.idxmax()}: has {optimizers.max()} optimizers, which makes {pairs} pairs in"
            f" all; at most {MOST_PAIRS} are compared at once: leave some out or choose one --problem"
        )
    if trials.max() > MOST_SEEDS:
        trial = table[table.groupby(["problem", "optimizer"])["seed"].transform("size") > MOST_SEEDS].iloc[0]
        raise UserError(
            f"problem {trial['problem']}, optimizer {trial['optimizer']}: has {trials.max()} seeds; at most"
            f" {MOST_SEEDS} are compared: leave some out"
        )


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the line that it ends on."""
    if (what := kind(path.stat())) != "file":
        raise UserError(f"{path}: is a {what}, where a CSV file is expected; save the table as a file")
    with path.open("rb") as file:
        raw = file.read(LARGEST_FILE + 1)
    if len(raw) > LARGEST_FILE:
        raise UserError(f"{path}: has more than {LARGEST_FILE // 10**6} MB; leave out what is not compared")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UserError(f"{path}, line {line}: is not UTF-8 text; save the table as CSV in UTF-8") from None
    yield from _parsed(text, path)


def _parsed(text: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV text that are not blank, each with the line that it ends on."""
    head = text.lstrip().partition("\n")[0]
    separator = next((mark for mark in ",\t;" if mark in head), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise UserError(f"{path}, line {reader.line_num}: is no CSV ({error}); correct it") from None


def _metric(path: Path, columns: Sequence[str], metric: str | None) -> str:
    for wanted in DEFAULT_METRICS if metric is None else (metric,):
        if wanted in columns:
            return wanted
    if metric is None:
        raise UserError(
            f"{path}: has no column {' or '.join(DEFAULT_METRICS)} (it has {_listed(columns)});"
            " choose one with --metric"
        )
    raise UserError(f"{path}: has no column {_shown(metric)} (it has {_listed(columns)}); choose another")


def _number(cell: str, path: Path, line: int, column: str) -> float:
    text = cell.strip()
    if text in {"", "NA"}:
        return math.nan
    try:
        if "_" not in text:  # Python's own way to write 1_000 is a slip in a table
            return float(text)
    except ValueError:
        pass
    where = f"{_place(path, line)}, column {column}"
    raise UserError(f"{where}: {_shown(text)} is not a number; correct it, or leave it empty for no score")


def _name(cell: str, where: str) -> str:
    text = cell.strip()
    if not text:
        raise UserError(f"{where}: is empty; write a name")
    if len(text) > LONGEST_NAME:
        raise UserError(f"{where}: {_shown(text)} has {len(text)} characters; at most {LONGEST_NAME} can be")
    if not is_printable(text):
        raise UserError(f"{where}: {_shown(text)} has characters that cannot be printed; take them out")
    return text


def _seed(cell: str, where: str) -> int | str:
    text = _name(cell, where)
    return int(float(text)) if WHOLE.fullmatch(text) else text


def _only(table: pd.DataFrame, problem: str | None) -> pd.DataFrame:
    if problem is None:
        return table
    rows = table[table["problem"] == problem]
    if rows.empty:
        known = _listed(sorted(set(table["problem"])))
        raise UserError(f"problem {_shown(problem)}: is not in the table (there are {known}); choose another")
    return rows.reset_index(drop=True)


def _refuse_twice(table: pd.DataFrame) -> None:
    keys = ["problem", "optimizer", "seed"]
    doubled = table[table.duplicated(keys)]
    if not doubled.empty:
        row = doubled.iloc[0]
        first = table[(table[keys] == row[keys]).all(axis=1)].iloc[0]
        trial = f"{row['optimizer']} with seed {row['seed']} on {row['problem']}"
        here, there = (_place(one["file"], one["line"]) for one in (row, first))
        raise UserError(f"{here}: {trial} stands already in {there}; keep one of them")


def _shown(text: str) -> str:
    """A text of someone else's in a message: short, and with nothing that a terminal would obey."""
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _listed(names: Sequence[str]) -> str:
    shown = [name if is_printable(name) and len(name) <= 40 else _shown(name) for name in names if name]
    return ", ".join(shown[:20]) + (", ..." if len(shown) > 20 else "")
