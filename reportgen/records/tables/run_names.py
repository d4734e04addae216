"""What the names of runs say: "SGD-seed0" is the optimizer SGD with seed 0."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from reportgen.records.tables.raw import shown
from reportgen.records.tables.reading_notes import Note

SIGN = r"[\s_=:/-]*"
RULES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"seed{SIGN}(?P<seed>\d+)",
        rf"(?<![a-z])(?:run|rep(?:eat|etition|licate)?|trial|fold|version){SIGN}(?P<seed>\d+)",
        r"(?<![a-z0-9])s[_=:-]?(?P<seed>\d+)(?![a-z0-9.])",
        r"/(?P<seed>\d+)$",
        r"^(?P<seed>\d+)/",
        r"(?<!\d\.)(?<=[_\s-])(?P<seed>\d+)$",
    )
)
"""How a seed is written in a name, the surest first; one of them has to do for all runs."""
PARTING = " \t/_-.,;:="
"""What parts the words of a name, and is left over where the seed is taken out."""
OPTIMIZER = re.compile(
    r"(?<![a-z])(a?sgd|momentum|nesterov|[a-z]*adam[a-z]*|rmsprop|ada(grad|delta|factor|belief|n)|lion|muon|shampoo"
    r"|soap|lamb|lars|sophia|prodigy|l-?bfgs|rprop|yogi|schedule-?free)(?![a-z])",
    re.IGNORECASE,
)
"""Names by which a folder is known as an optimizer's, and the one around it as a problem's."""


@dataclass(frozen=True)
class NamedRuns:
    """What the names of runs say.

    Attributes:
        optimizers: What is left of each name without its seed, with the settings that stand there.
        problems: Of each, where it stands before the optimizer, as in "mnist/SGD/0"; None else.
        seeds: Of each; None where the names have none, and several runs share each of them.
        note: How they were read, in one sentence.
    """

    optimizers: tuple[str, ...]
    seeds: tuple[str, ...] | None
    note: Note
    problems: tuple[str, ...] | None = None


def take_apart(names: Sequence[str]) -> NamedRuns | None:
    """Return the optimizers and the seeds that the names of runs tell, all by the same rule.

    Args:
        names: Of the runs, such as "SGD-seed0", "adam_lr0.1_seed=3" or "Lion/run_2".

    Returns:
        What they tell; None where no rule fits all of them.
    """
    if not names:
        return None
    for rule in RULES:
        matches = [rule.search(name) for name in names]
        parts = [(_without(match), match["seed"]) for match in matches if match]
        if len(parts) < len(names) or not all(optimizer for optimizer, _ in parts):
            continue
        optimizers, seeds = zip(*parts, strict=True)
        # a number may mean anything, unless several runs differ in nothing else
        if rule is RULES[-1] and max(Counter(optimizers).values()) == 1:
            continue
        problems = _problems(optimizers)
        if problems:
            optimizers = tuple(name.rpartition("/")[2] for name in optimizers)
        example = {"run": shown(names[0]), "optimizer": optimizers[0], "seed": seeds[0]}
        if problems:
            note = Note("run_names_problem", **example, problem=problems[0])
        else:
            note = Note("run_names", **example)
        return NamedRuns(optimizers, seeds, note, problems)
    if min(Counter(names).values()) > 1:
        return NamedRuns(tuple(names), None, Note("runs_are_optimizers"))
    return None


def _problems(names: Sequence[str]) -> tuple[str, ...] | None:
    """What stands before the last part of each name, where that part alone is known as an optimizer."""
    parts = [name.rpartition("/") for name in names]
    known = all(before and OPTIMIZER.search(last) for before, _, last in parts)
    if not known or any(OPTIMIZER.search(before) for before, _, _ in parts):
        return None
    return tuple(before for before, _, _ in parts)


def _without(match: re.Match[str]) -> str:
    """A name without its seed, and without what parted that from the rest."""
    name = match.string
    before = name[: match.start()].rstrip(PARTING)
    after = name[match.end() :].lstrip(PARTING)
    between = name[len(before) : match.start()] + name[match.end() : len(name) - len(after)]
    rest = before + (between[:1] if before and after else "") + after
    return re.sub(r"\(\s*\)|\[\s*\]|\{\s*\}", "", rest).strip(PARTING)
