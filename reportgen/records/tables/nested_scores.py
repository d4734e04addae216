"""Scores nested by optimizer and seed, as {"SGD": {"0": 0.9, "1": 0.8}}, as records."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reportgen.errors import UserError
from reportgen.records.tables.raw import listed
from reportgen.records.tables.reading_notes import Note
from reportgen.records.tables.run_names import take_apart

SEED = re.compile(r"(?:seed|run|rep|s)?[\s_=:-]*(\d+)", re.IGNORECASE)
SCORE = "score"
EXAMPLE = '[{"optimizer": "SGD", "seed": 0, "score": 0.9}, ...]'
LEVELS = {
    (1, 0): ("name",),
    (2, 1): ("optimizer", "seed"),
    (2, 0): ("seed", "optimizer"),
    (3, 1): ("optimizer", "seed", "metric"),
    (3, 2): ("problem", "optimizer", "seed"),
    (3, 0): ("seed", "optimizer", "metric"),
    (4, 2): ("problem", "optimizer", "seed", "metric"),
}
"""What the keys of each level are, by how many levels there are, and which of them has the seeds."""

Leaf = float | list[float | None] | None


def score_records(
    value: Mapping[str, Any], path: Path
) -> tuple[list[dict[str, Any]], Note, tuple[Note, ...]]:
    """Return nested scores as records, one for each training, or for each of its epochs.

    Args:
        value: Scores, or lists of them, under keys that are optimizers and seeds; the seeds are numbers.
        path: For messages.

    Returns:
        The records, how the scores were nested, and what was assumed.

    Raises:
        UserError: Which keys are what cannot be told.
    """
    leaves = list(_leaves(value, path))
    depths = {len(keys) for keys, _ in leaves}
    if len(depths) != 1:
        raise UserError(f"{path}: its scores are not nested alike; write {EXAMPLE}")
    depth = depths.pop()
    if depth == 1:
        return _of_names({keys[0]: leaf for keys, leaf in leaves})
    levels = [list(dict.fromkeys(keys[level] for keys, _ in leaves)) for level in range(depth)]
    seeds = [level for level in range(depth) if all(map(SEED.fullmatch, levels[level]))]
    names = LEVELS.get((depth, seeds[0])) if len(seeds) == 1 else None
    if names is None:
        examples = "; ".join(listed(level[:3]) for level in levels)
        raise UserError(
            f"{path}: which of its keys are optimizers and which are seeds cannot be told ({examples}); write"
            f" seeds as numbers, or {EXAMPLE}"
        )
    trials: dict[tuple[str, ...], dict[str, Any]] = {}
    for keys, leaf in leaves:
        named = dict(zip(names, keys, strict=True))
        metric = named.pop("metric", SCORE)
        named["seed"] = SEED.fullmatch(named["seed"])[1]  # type: ignore[index]
        trials.setdefault(tuple(named.values()), {**named})[metric] = leaf
    return (
        [row for trial in trials.values() for row in _rows(trial)],
        Note("json_by", levels=", ".join(names)),
        (),
    )


def _leaves(value: object, path: Path, keys: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Leaf]]:
    """Every score or list of scores, with the keys that lead to it."""
    if isinstance(value, Mapping) and len(keys) < max(depth for depth, _ in LEVELS):
        for key, inner in value.items():
            yield from _leaves(inner, path, (*keys, str(key)))
    elif _is_score(value) or (isinstance(value, list) and value and all(map(_is_score, value))):
        yield keys, value  # type: ignore[misc]
    else:
        raise UserError(
            f"{path}: has neither a score nor a list of scores under {listed(keys)}; write {EXAMPLE}"
        )


def _is_score(value: object) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _of_names(scores: Mapping[str, Leaf]) -> tuple[list[dict[str, Any]], Note, tuple[Note, ...]]:
    """Scores under the names of optimizers, or of runs."""
    if any(isinstance(leaf, list) for leaf in scores.values()):
        records: list[dict[str, Any]] = [
            {"optimizer": name, SCORE: score}
            for name, leaf in scores.items()
            for score in (leaf if isinstance(leaf, list) else [leaf])
        ]
        return records, Note("json_lists"), (Note("lists_are_trainings"),)
    runs = take_apart(list(scores))
    if runs is None or runs.seeds is None:
        return (
            [{"optimizer": name, SCORE: leaf} for name, leaf in scores.items()],
            Note("json_by", levels="optimizer"),
            (),
        )
    columns = zip(runs.optimizers, runs.seeds, scores.values(), strict=True)
    records = [{"optimizer": name, "seed": seed, SCORE: leaf} for name, seed, leaf in columns]
    return records, Note("json_by_run"), (runs.note,)


def _rows(trial: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
    """A trial as it is, or a row for each of its epochs where it has lists of scores."""
    lists = {name: value for name, value in trial.items() if isinstance(value, list)}
    if not lists:
        return [dict(trial)]
    single = {name: value for name, value in trial.items() if name not in lists}
    return [
        {
            **single,
            "epoch": index + 1,
            **{name: value[index] for name, value in lists.items() if index < len(value)},
        }
        for index in range(max(map(len, lists.values())))
    ]
