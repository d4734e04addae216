"""Rows of a table as a network takes them: standardized numbers, and a value for every category."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from reportgen.data.dataset import Column, Rows
from reportgen.data.notes import Note
from reportgen.data.splits import Part, Splits


@dataclass(frozen=True, eq=False)
class Encoding:
    """How columns are turned into features, measured on rows to train on.

    mean, std: of each column of numbers (C,), without its empty cells; a single value counts as of deviation
    1. seen: for each column of categories the codes that there are, in order; None for numbers. codes: those
    that have a feature, likewise; one that was not seen is 0 for every row.
    """

    mean: NDArray[np.float64]
    std: NDArray[np.float64]
    seen: tuple[NDArray[np.int64] | None, ...]
    codes: tuple[NDArray[np.int64] | None, ...]

    @classmethod
    def of(cls, columns: Sequence[Column], rows: Rows, *, of_all: bool = False) -> Self:
        """Measure columns on rows (N, C).

        Args:
            columns: What they are.
            rows: Those to train on.
            of_all: Whether there is a feature for every category of the table, seen or not, so that networks
                of several splits are alike.
        """
        means, stds, seen, codes = [], [], [], []
        for column, values in zip(columns, rows.T, strict=True):
            there = values[~np.isnan(values)]
            numbers = there if column.categories is None and len(there) else np.zeros(1)
            means.append(numbers.mean())
            stds.append(numbers.std() or 1.0)
            categories = column.categories
            seen.append(None if categories is None else np.unique(there).astype(np.int64))
            codes.append(np.arange(len(categories)) if of_all and categories is not None else seen[-1])
        return cls(np.array(means), np.array(stds), tuple(seen), tuple(codes))

    @property
    def size(self) -> int:
        """How many features there are."""
        return sum(1 if codes is None else len(codes) for codes in self.codes)

    def encode(self, rows: Rows) -> NDArray[np.float32]:
        """Return the features (N, D) of rows (N, C).

        An empty cell is the mean of its numbers; or, as a category that was not seen, 0 for every one.
        """
        features = np.zeros((len(rows), self.size), dtype=np.float32)
        place = 0
        for number, (seen, codes) in enumerate(zip(self.seen, self.codes, strict=True)):
            values = rows[:, number]
            if seen is None or codes is None:
                standardized = (values - self.mean[number]) / self.std[number]
                features[:, place] = np.where(np.isnan(values), 0.0, standardized)
                place += 1
            else:
                known = (values[:, np.newaxis] == codes) & np.isin(codes, seen)
                features[:, place : place + len(codes)] = known
                place += len(codes)
        return features

    def unseen(self, rows: Rows) -> NDArray[np.int64]:
        """Return for each column (C,) how many rows have a category that was not seen."""
        counts = [
            0 if codes is None else int((~np.isin(values, codes) & ~np.isnan(values)).sum())
            for codes, values in zip(self.seen, rows.T, strict=True)
        ]
        return np.array(counts, dtype=np.int64)


def unseen_categories(splits: Splits) -> tuple[Note, ...]:
    """Return a note on categories that no training row has; none where there are no such ones."""
    if not splits.columns:
        return ()
    encoding = Encoding.of(splits.columns, splits.train.inputs)
    cells = encoding.unseen(splits.validation.inputs) + encoding.unseen(splits.test.inputs)
    if not cells.any():
        return ()
    first = splits.columns[int(cells.argmax())].name
    return (Note("unseen", {"cells": int(cells.sum()), "first": first}),)


def encoded(splits: Splits, *, of_all: bool = False) -> Splits:
    """Return the parts of a table as features, measured on its training rows alone; images as they are.

    Args:
        splits: The parts.
        of_all: Whether there is a feature for every category of the table, seen or not.
    """
    if not splits.columns:
        return splits
    encoding = Encoding.of(splits.columns, splits.train.inputs, of_all=of_all)
    train, validation, test = (
        Part(encoding.encode(part.inputs), part.labels) for part in splits.by_name().values()
    )
    return replace(splits, train=train, validation=validation, test=test)
