"""Which column of a long table is which: by its name, or because the user said so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from reportgen.errors import UserError, nearest
from reportgen.records.tables import column_names
from reportgen.records.tables.cells import texts_of
from reportgen.records.tables.column_names import COUNTING, NAMING, bare, is_index, is_metric, is_time
from reportgen.records.tables.number_columns import is_of_numbers
from reportgen.records.tables.raw import RawTable, listed, shown
from reportgen.records.tables.reading import Reading
from reportgen.records.tables.reading_notes import Note, join

SCORE, TEST_ACCURACY = "score", ("testaccuracy", "testacc")
TRAINING = frozenset(("train", "training"))
VALIDATION = frozenset(("val", "valid", "validation", "dev"))


class NoOptimizersError(UserError):
    """No column names the optimizers."""


@dataclass(frozen=True)
class Roles:
    """The columns of a long table by what they are for.

    Attributes:
        optimizer: The column of optimizers.
        seed: That of seeds; None where there is none.
        problems: Those that name a problem together; none where the table has one.
        epochs: Those that may count epochs, those that are surer first; none where none may.
        notes: What was assumed.
    """

    optimizer: str
    seed: str | None
    problems: tuple[str, ...]
    epochs: tuple[str, ...]
    notes: tuple[Note, ...]


def find_roles(table: RawTable, reading: Reading) -> Roles:
    """Find the columns of optimizers, seeds, problems and epochs.

    Args:
        table: A long one.
        reading: What the user said of its columns.

    Raises:
        UserError: A column that the user named is not there, none names the optimizers, or several may.
    """
    frame = table.frame
    told = {
        role: find_column(table, name, option) if name is not None else None
        for role, name, option in (
            ("optimizer", reading.optimizer_column, "--optimizer-column"),
            ("seed", reading.seed_column, "--seed-column"),
            ("problem", reading.problem_column, "--problem-column"),
            ("epoch", reading.epoch_column, "--epoch-column"),
            ("metric", find_metric_name(frame.columns, reading.metric), "--metric"),
        )
    }
    notes = []
    free = [name for name in frame.columns if name not in told.values()]
    optimizer = told["optimizer"]
    if optimizer is None:
        optimizer = _optimizer(table, free)
        notes += _note("optimizer", optimizer)
        free.remove(optimizer)
    seed = told["seed"]
    if seed is None and (seed := _seed(table, free, optimizer)) is not None:
        notes += _note("seed", seed)
        free.remove(seed)
    problems: tuple[str, ...] = (told["problem"],) if told["problem"] is not None else ()
    if not problems:
        problems = _problems(frame, free)
        notes += _notes_of_problems(problems)
        free = [name for name in free if name not in problems]
    epochs: tuple[str, ...] = (told["epoch"],) if told["epoch"] is not None else _epochs(frame, free)
    return Roles(optimizer, seed, problems, epochs, tuple(notes))


def find_column(table: RawTable, name: str, option: str) -> str:
    """Return the column that a user named: exactly, or in another case and with other marks.

    Args:
        table: The table.
        name: Of the column.
        option: By which it was named, for messages.

    Raises:
        UserError: There is none, or several.
    """
    names = list(table.frame.columns)
    if name in names:
        return name
    alike = [other for other in names if other and _folded(other) == _folded(name)]
    if len(alike) == 1:
        return alike[0]
    if alike:
        raise UserError(f"{table.path}: {option} {shown(name)} may be {listed(alike)}; name it exactly")
    raise UserError(
        f"{table.path}: has no column {shown(name)}{nearest(name, names)} (it has {listed(names)});"
        f" choose another with {option}"
    )


def find_metric_name(names: Iterable[str], metric: str | None) -> str | None:
    """Return the metric that a user named, if it is a column."""
    if metric is None:
        return None
    alike = [name for name in names if name == metric or _folded(name) == _folded(metric)]
    return metric if alike else None


def find_metric(table: RawTable, reading: Reading, roles: Roles) -> tuple[str, tuple[Note, ...]]:
    """Find the column that is compared.

    Args:
        table: A long one.
        reading: What the user said of its columns.
        roles: What the other columns are for.

    Returns:
        The column, and what was assumed.

    Raises:
        UserError: The one that the user named is not there; else no column is called as a metric, or several
            are and none of them comes first.
    """
    if reading.metric is not None:
        return find_column(table, reading.metric, "--metric"), ()
    taken = {roles.optimizer, roles.seed, *roles.problems, *roles.epochs[:1]}
    free = [name for name in table.frame.columns if name not in taken]
    called = [name for name in free if is_metric(name) or name in table.lower_is_better]
    metrics = [name for name in called if is_of_numbers(table.frame[name])] or called
    for known in ((SCORE,), TEST_ACCURACY):
        if len(firsts := [name for name in metrics if bare(name) in known]) == 1:
            return firsts[0], _note_of_metric(firsts[0], metrics, "")
    scores = [name for name in metrics if not is_time(name)] or metrics
    if len(scores) == 1:
        return scores[0], _note_of_metric(scores[0], metrics, "")
    apart = {name: set(column_names.words(name)) for name in scores}
    for chosen, why in (
        ([name for name in scores if "test" in apart[name]], "of_test"),
        ([name for name in scores if not apart[name] & TRAINING], "not_of_training"),
        (
            [name for name in scores if not apart[name] & (TRAINING | VALIDATION)],
            "neither",
        ),
    ):
        if len(chosen) == 1:
            return chosen[0], _note_of_metric(chosen[0], metrics, Note(why))
    if scores:
        raise UserError(f"{table.path}: has several metrics ({listed(scores)}); choose one with --metric")
    numbers = [name for name in free if name and is_of_numbers(table.frame[name])]
    raise UserError(
        f"{table.path}: has no column that is known as a metric, as score or test_accuracy are"
        f" (it has {listed(list(table.frame.columns))}); "
        + (f"choose one with --metric, such as {numbers[-1]}" if numbers else "add one")
    )


def _optimizer(table: RawTable, free: Sequence[str]) -> str:
    """The column that names the optimizers."""
    frame = table.frame
    if "optimizer" in free:
        return "optimizer"
    for tier, known in enumerate(column_names.OPTIMIZERS):
        matches = _called(free, known, NAMING)
        if tier:  # not what merely numbers, describes, or names single runs
            matches = [name for name in matches if _has_texts(frame[name]) and _repeats(frame[name])]
        if matches:
            return _one_of(table, matches, "the optimizers", "--optimizer-column")
    unnamed = [name for name in free[:1] if is_index(name) and _has_texts(frame[name])]
    if unnamed:
        return unnamed[0]
    texts = [name for name in free if name and _has_texts(frame[name])]
    advice = f" such as {texts[0]}" if texts else ""
    raise NoOptimizersError(
        f"{table.path}: has no column optimizer, nor one that is known for it"
        f" (it has {listed(list(frame.columns))}); name one with --optimizer-column{advice}"
    )


def _seed(table: RawTable, free: Sequence[str], optimizer: str) -> str | None:
    """The column of the seeds; of runs, where there are none, and rather those that optimizers share."""
    frame = table.frame
    if "seed" in free:
        return "seed"
    seeds, further, runs = column_names.SEEDS
    matches = _called(free, seeds, COUNTING | NAMING) or _called(free, further, COUNTING | NAMING)
    if matches := matches or [name for name in free if column_names.words(name)[-1:] == ["seed"]]:
        return _one_of(table, matches, "the seeds", "--seed-column")
    matches = [name for name in _called(free, runs, COUNTING | NAMING) if frame[name].nunique() > 1]
    shared = [name for name in matches if frame[[name, optimizer]].drop_duplicates()[name].duplicated().any()]
    return _one_of(table, shared or matches, "the seeds", "--seed-column") if matches else None


def _problems(frame: pd.DataFrame, free: Sequence[str]) -> tuple[str, ...]:
    """The columns that name a problem together."""
    matches = _called(free, column_names.PROBLEMS, NAMING | COUNTING)
    matches = [name for name in matches if not _has_fractions(frame[name])]
    if exact := [name for name in matches if bare(name) == "problem"]:
        return (exact[0],)
    columns: list[str] = []
    for name in matches:
        if frame[name].nunique(dropna=False) > 1 and not any(_same(frame, name, other) for other in columns):
            columns.append(name)
    return tuple(columns or matches[:1])


def _epochs(frame: pd.DataFrame, free: Sequence[str]) -> tuple[str, ...]:
    """The columns of numbers that may count epochs, those that are surer first."""
    matches = [name for name in free if bare(name, without=COUNTING) in column_names.EPOCHS]
    matches = [name for name in matches if is_of_numbers(frame[name])]
    order = {known: place for place, known in enumerate(column_names.EPOCHS)}
    return tuple(sorted(matches, key=lambda name: order[bare(name, without=COUNTING)]))


def _called(names: Iterable[str], known: Collection[str], without: frozenset[str]) -> list[str]:
    """The columns with a known name; those alone that have it as it is, where some do."""
    exact = [name for name in names if "".join(column_names.words(name)) in known]
    return exact or [name for name in names if bare(name) in known or bare(name, without=without) in known]


def _one_of(table: RawTable, names: Sequence[str], what: str, option: str) -> str:
    """The one column, or that of several which varies. Raises UserError where several may be meant."""
    varying = [name for name in names if table.frame[name].nunique() > 1] or list(names)
    different = [
        name
        for place, name in enumerate(varying)
        if not any(_same(table.frame, name, other) for other in varying[:place])
    ]
    if len(different) > 1:
        raise UserError(
            f"{table.path}: several columns may be {what} ({listed(different)}); name one with {option}"
        )
    return different[0]


def _same(frame: pd.DataFrame, one: str, other: str) -> bool:
    """Whether two columns tell the same rows apart."""
    pairs = len(frame[[one, other]].drop_duplicates())
    return pairs == frame[one].nunique(dropna=False) == frame[other].nunique(dropna=False)


def _has_texts(cells: pd.Series) -> bool:
    return not is_of_numbers(cells)


def _has_fractions(cells: pd.Series) -> bool:
    return is_of_numbers(cells) and any("." in text or "," in text for text in texts_of(cells))


def _repeats(cells: pd.Series) -> bool:
    return bool(cells.duplicated().any())


def _folded(name: str) -> str:
    return "".join(column_names.words(name))


def _note(role: str, column: str) -> list[Note]:
    return [] if column == role else [Note(role, column=shown_column(column))]


def shown_column(column: str) -> Note:
    """Return a column's name for a sentence."""
    return Note("quoted", name=column) if column else Note("nameless")


def _notes_of_problems(problems: Sequence[str]) -> list[Note]:
    if len(problems) < 2:
        return _note("problem", problems[0]) if problems else []
    return [Note("problems", columns=join(list(map(shown_column, problems)), "and"))]


def _note_of_metric(metric: str, metrics: Sequence[str], why: str) -> tuple[Note, ...]:
    if metric in {SCORE, "test_accuracy"}:
        return ()
    others = [name for name in metrics if name != metric]
    if not others:
        return (Note("metric", metric=metric, why=why),)
    return (Note("metric_of_several", metric=metric, why=why, others=listed(others)),)
