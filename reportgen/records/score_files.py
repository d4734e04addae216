"""Anyone's tables of scores, read from files or from memory: the trials that are compared."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd
from pandas.api.types import is_numeric_dtype

from reportgen.errors import UserError
from reportgen.records.tables import delimited
from reportgen.records.tables.epochs import TRIAL
from reportgen.records.tables.forms import read_raw
from reportgen.records.tables.own_run import RESULTS, is_run
from reportgen.records.tables.raw import RawTable, listed, name_of, place, shown
from reportgen.records.tables.reading import AS_IT_IS, Reading
from reportgen.records.tables.reading_notes import Note
from reportgen.records.tables.trials import Trials, read_trials

MOST_PAIRS = 1_000
MOST_SEEDS = 1_000

FRAME = Path("table")
"""What messages call a table in memory."""


@dataclass(frozen=True)
class Scores:
    """What was read.

    Attributes:
        metric: What the score is called.
        table: The columns problem, optimizer, seed, score, file and line, a row a trial; the last two say
            where it stands.
        curves: The columns problem, optimizer, seed, epoch and score (the metric's value), where trials have
            a row for every epoch.
        assumed: What was assumed, in a short sentence each.
        paired: Whether trials of one seed are taken as paired.
        lower_is_better: Whether the source shows that the metric is better when lower.
        kept: What was read of sources that are no files of text; a report carries it in place of them.
        stages: Whether problems are stages of a run: the same optimizers at other settings, which are no
            further problem.
        further: What else the tables have, as it was read: for each row of table one.
    """

    metric: str
    table: pd.DataFrame
    curves: pd.DataFrame | None = None
    assumed: tuple[Note, ...] = ()
    paired: bool = True
    lower_is_better: bool = False
    kept: Mapping[Path, RawTable] = field(default_factory=dict)
    stages: bool = False
    further: pd.DataFrame | None = None


def read_all(
    paths: Sequence[Path], reading: Reading = AS_IT_IS, *, names: Sequence[str | None] | None = None
) -> Scores:
    """Read the trials of several files together.

    Args:
        paths: The files.
        reading: What is known of their tables; the same for all.
        names: What the files are called; None for what `file_names` calls them.

    Raises:
        UserError: A file cannot be read as a table of scores, or a trial comes twice; the line names the
            file, and its line and column.
        OSError: A file cannot be read at all.
    """
    if not paths:
        raise UserError("no table of scores is named; name a CSV file, e.g. a run's results.csv")
    names = names or file_names(paths)
    tables = [read_raw(path) for path in paths]
    parts = [read_trials(table, reading, name) for table, name in zip(tables, names, strict=True)]
    for path, part in zip(paths, parts, strict=True):
        if part.metric != parts[0].metric:
            raise UserError(
                f"{path}: has the metric {part.metric}, {paths[0]} has {parts[0].metric};"
                " choose one that both have with --metric"
            )
    kept = {path: table for path, table in zip(paths, tables, strict=True) if not table.is_text}
    return replace(_together(parts, reading), kept=kept)


def read_frame(frame: pd.DataFrame, reading: Reading = AS_IT_IS) -> Scores:
    """Read the trials of a table in memory.

    Args:
        frame: The columns of a file that `read_all` reads; named levels of its index are columns too.
        reading: What is known of the table.

    Returns:
        The trials; their lines are those of the table written as CSV.

    Raises:
        UserError: As for `read_all`.
    """
    return _together([read_trials(delimited.parse(frame_as_csv(frame), FRAME), reading, None)], reading)


def frame_as_csv(frame: pd.DataFrame) -> str:
    """Return a table in memory as the text of a CSV file, which reads back as the same numbers.

    Levels of the index are columns where they have names, or are texts. Texts are in quotes, so that none is
    taken for a comment.
    """
    named = [name for name in frame.index.names if name is not None]
    frame = frame.reset_index(level=named) if named else frame
    has_texts = frame.index.nlevels == 1 and not is_numeric_dtype(frame.index)
    return frame.to_csv(index=has_texts, quoting=csv.QUOTE_NONNUMERIC)


def file_names(paths: Sequence[Path]) -> list[str | None]:
    """What to call each file: nothing if it is alone, else its experiment or name, as long as needed."""
    resolved = [path.resolve() for path in paths]
    for path, count in Counter(resolved).items():
        if count > 1:
            raise UserError(f"{path}: is named {count} times; once is enough")
    if len(paths) == 1:
        return [None]
    resolved = [path / RESULTS if is_run(path) else path for path in resolved]
    runs = [(path.parent / "manifest.json").is_file() for path in resolved]
    short = [
        path.parent.parent.name if run else name_of(path) for path, run in zip(resolved, runs, strict=True)
    ]
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


def _together(parts: Sequence[Trials], reading: Reading) -> Scores:
    """The trials of all files, none of them twice."""
    whole = pd.concat([part.table for part in parts], ignore_index=True)
    table = _only(whole, reading.problem)
    _refuse_twice(table)
    further = pd.concat([part.further for part in parts], ignore_index=True)
    if reading.problem is not None:
        further = further[whole["problem"] == reading.problem].reset_index(drop=True)
    assumed: list[Note] = list(dict.fromkeys(note for part in parts for note in part.notes))
    if lost := int(table["score"].isna().sum()):
        assumed.append(Note("worse_without", lost=lost))
    curves = [part.curves for part in parts if part.curves is not None]
    paired = reading.paired
    if paired is None:
        paired = all(part.paired for part in parts)
        if paired and _share_no_seed(table):
            paired = False
            assumed.append(Note("no_seed_in_common"))
    return Scores(
        parts[0].metric,
        table,
        _only(pd.concat(curves, ignore_index=True), reading.problem) if curves else None,
        tuple(assumed),
        paired,
        lower_is_better=all(part.lower_is_better for part in parts),
        stages=any(part.stages for part in parts),
        further=further,
    )


def _share_no_seed(table: pd.DataFrame) -> bool:
    """Whether several optimizers of a problem were tried, and nowhere two with the same seed."""
    optimizers = table.groupby("problem")["optimizer"].nunique()
    return bool(optimizers.max() > 1 and not table.duplicated(["problem", "seed"]).any())


def _only(table: pd.DataFrame, problem: str | None) -> pd.DataFrame:
    if problem is None:
        return table
    rows = table[table["problem"] == problem]
    if rows.empty:
        known = listed(sorted(set(table["problem"])))
        raise UserError(f"problem {shown(problem)}: is not in the table (there are {known}); choose another")
    return rows.reset_index(drop=True)


def _refuse_twice(table: pd.DataFrame) -> None:
    """Raise UserError for a trial that stands in two files."""
    doubled = table[table.duplicated(TRIAL)]
    if not doubled.empty:
        row = doubled.iloc[0]
        first = table[(table[TRIAL] == row[TRIAL]).all(axis=1)].iloc[0]
        trial = f"{row['optimizer']} with seed {row['seed']} on {row['problem']}"
        here, there = (place(one["file"], one["line"]) for one in (row, first))
        raise UserError(f"{here}: {trial} stands already in {there}; keep one of them")
