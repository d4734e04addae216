"""Whether every class is in every part of the data, in like shares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from reportgen.analysis.audit.facts import AuditedData, Fact, list_in_line
from reportgen.analysis.tails import hypergeometric_tails

LEVEL = 0.0027
"""What lies outside of three standard deviations; shared out over all classes and parts."""

LITTLE = 0.2
"""A share that differs by less than a fifth of itself is told, and does not count."""

SHOWN = 3
"""So many of the classes are named, those that stand out most."""


def class_shares(data: AuditedData) -> Iterator[Fact]:
    """Yield whether each class has the same share of every part, but for chance.

    Args:
        data: With the number of images of each class in every part; none where they are not known.
    """
    tables = [{part: counts for part, counts in data.by_class.items() if "subset" not in part}]
    tables.append({part: counts for part, counts in data.by_class.items() if "subset" in part})
    facts = [fact for table in tables if table for fact in _of_parts(table, data.classes)]
    counted = [fact for fact in facts if fact.passed is not None]
    yield from (fact for fact in facts if fact.passed is not True)
    if counted and all(fact.passed for fact in counted):
        yield counted[0]


def _of_parts(parts: Mapping[str, Sequence[int]], classes: Sequence[str]) -> Iterator[Fact]:
    counts = np.array(list(parts.values()))
    unlearnt = [classes[int(i)] for i in np.flatnonzero((counts[0] == 0) & (counts.sum(axis=0) > 0))]
    if unlearnt:
        yield Fact("class_untrained", False, {"names": list_in_line(unlearnt)})
    unlikely, differences = _beyond_chance(counts), _differences(counts)
    clear = unlikely & (differences > LITTLE)
    if clear.any():
        yield Fact("shares_differ", False, {"shares": _shares(counts, clear, classes)})
    elif unlikely.any():
        yield Fact("shares_differ_little", None, {"shares": _shares(counts, unlikely, classes)})
    absent = [
        f"{classes[j]} ({list(parts)[i].replace('subset ', '')})"
        for i, j in np.argwhere((counts == 0) & ~clear & (counts.sum(axis=0) > 0))
        if i > 0
    ]
    if absent:
        yield Fact("classes_absent", None, {"names": list_in_line(absent)})
    if not unlearnt and not clear.any():
        yield Fact("shares_alike", True, {"classes": len(classes)})


def _beyond_chance(counts: NDArray[np.int_]) -> NDArray[np.bool_]:
    """Which classes a part has more or fewer of than chance gives it: exact, hypergeometric.

    Args:
        counts: Images by part and class (P, C).

    Returns:
        For each part and class (P, C).
    """
    images, of_class, of_part = counts.sum(), counts.sum(axis=0), counts.sum(axis=1)
    p = [
        [
            2 * min(hypergeometric_tails(int(drawn), int(marked), int(draws), int(images)))
            for drawn, marked in zip(of_row, of_class, strict=True)
        ]
        for of_row, draws in zip(counts, of_part, strict=True)
    ]
    unlikely: NDArray[np.bool_] = np.array(p) < LEVEL / counts.size
    return unlikely


def _differences(counts: NDArray[np.int_]) -> NDArray[np.float64]:
    """By how much of itself each share differs from that of the whole (P, C)."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    whole = counts.sum(axis=0) / max(counts.sum(), 1)
    differences: NDArray[np.float64] = np.abs(shares / np.where(whole > 0, whole, 1) - 1)
    return differences


def _shares(counts: NDArray[np.int_], which: NDArray[np.bool_], classes: Sequence[str]) -> str:
    """cat 2% / 10% / 10%; dog ...: in the order of the parts, those that differ most first."""
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    differences = np.where(which, _differences(counts), 0).max(axis=0)
    worst = [i for i in np.argsort(-differences, kind="stable") if differences[i] > 0][:SHOWN]
    return "; ".join(f"{classes[i]} {' / '.join(f'{share:.1%}' for share in shares[:, i])}" for i in worst)
