"""What is seen in a user's data: its parts and classes, and which settings of a network fit them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from reportgen.data import Dataset, Splits
from reportgen.data.dataset import Column
from reportgen.starts.data_keys import Key

SEEN = 20_000
"""About so many images are trained on in all the epochs of a trial, as on the digits: a matter of seconds."""
NAMED = 10
"""So many classes are named in a comment."""


@dataclass(frozen=True)
class Facts:
    """A data set as an experiment sees it.

    Attributes:
        shape: Of an input: height, width and channels of an image, or the number of columns.
        columns: Those of a table.
        classes: Their names, in label order.
        train: How many inputs are trained on.
        validation: How many validate.
        test: How many are in the test part.
    """

    shape: tuple[int, ...]
    columns: tuple[Column, ...]
    classes: tuple[str, ...]
    train: int
    validation: int
    test: int

    @classmethod
    def of(cls, dataset: Dataset, splits: Splits) -> Facts:
        """Return what there is to say of a data set.

        Args:
            dataset: The data.
            splits: Its parts, as they are if nothing is said of them.
        """
        shape = tuple(int(size) for size in dataset.train_inputs.shape[1:])
        sizes = (len(splits.train), len(splits.validation), len(splits.test))
        return cls(shape, dataset.columns, dataset.classes, *sizes)

    @property
    def batch_size(self) -> int:
        """Inputs in a batch: more where there are many, and never so many that an epoch has few steps."""
        usual = 16 if self.train < 5_000 else 64
        return max(1, min(usual, self.train // 4))

    @property
    def epochs(self) -> int:
        """As many as are seen in seconds."""
        return min(50, max(5, round(SEEN / self.train)))

    @property
    def units(self) -> int:
        """Units of one hidden layer: 64, or 128 where an input has many values or there are many classes."""
        return 128 if math.prod(self.shape) > 1_000 or len(self.classes) > 32 else 64

    def table(self, keys: Sequence[Key]) -> list[str]:
        """Return the lines of [data], each explained.

        Args:
            keys: What stands there.
        """
        width = max(29, max(len(key.line) for key in keys) + 1)
        parts = f"{self.train:,} to train on, {self.validation:,} to validate with, {self.test:,} to test"
        return [
            f"# {self._what()}; {len(self.classes)} classes: {self._names()}",
            f"# {parts} at the end",
            *(f"{key.line:<{width}} # {key.comment}" for key in keys),
        ]

    def _what(self) -> str:
        if self.columns:
            numbers = sum(column.categories is None for column in self.columns)
            return f"columns: {numbers} of numbers and {len(self.columns) - numbers} of categories"
        height, width, channels = self.shape
        return f"images of {height} x {width} pixels, {'gray' if channels == 1 else 'in colour'}"

    def _names(self) -> str:
        named = ", ".join(self.classes[:NAMED])
        return f"{named}, ..." if len(self.classes) > NAMED else named
