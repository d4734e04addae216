"""The table [data] of an experiment: where the data come from, how they are split, what they are called."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import model_validator

from reportgen.experiment.values import (
    Column,
    Columns,
    Labels,
    Later,
    Positive,
    Resize,
    Seed,
    Shares,
    Table,
    Text,
)

WITH_PATH = ("npz", "folder", "table")
"""The sources that are read from a path of the user's."""
PARTS = ("train", "validation", "test")

OF_TABLES = ("label", "split_column", "numeric", "categorical", "ignore", "missing")


class Data(Table):
    """Where the images come from and how they are split. What is left unsaid follows the source."""

    source: Literal["digits", "cifar10", "fashion-mnist", "npz", "folder", "table"]
    """Where the data come from."""
    path: str | None = None
    """File of `npz` or `table`, or folder of `folder`, relative to the experiment's file; needed for these,
    and other sources take none.
    """
    classes: Labels | None = None
    """Names of the classes in label order, for an `npz` file, which has only numbers; other sources bring
    their own.
    """
    train: Positive | None = None
    """How many images of the training pool to train on; without it, as the source has it."""
    validation: Positive | None = None
    """How many images of the training pool to validate with; without it, as the source has it."""
    test: Positive | None = None
    """How many test images; without it, all."""
    seed: Seed | None = None
    """Shuffles the training pool before it is split; without it, as the source has it. All trials have the
    one split that it gives; see `resplit` for other ones.
    """
    resplit: Annotated[bool, Later()] = False
    """Whether the seed of a trial also draws its split, so that what is said over seeds is said over splits
    as well. All optimizers have the same split for a seed. Images to train on and to validate with are drawn
    anew, and so are test images where the source has no test part of its own. It takes the place of `seed`.
    """
    shares: Annotated[Shares | None, Later()] = None
    """Shares to train on, to validate with and to test with, such as `[0.6, 0.2, 0.2]`, instead of their
    numbers, for a source without a test part of its own.
    """
    resize: Annotated[Resize | None, Later()] = None
    """Height and width, such as `[32, 32]`, that the images of a `folder` are scaled to; without it, all must
    have one size.
    """
    label: Annotated[Column | None, Later()] = None
    """Of a `table`: the column of the classes; needed."""
    split_column: Annotated[Column | None, Later()] = None
    """Of a `table`: a column that says of each row `train`, `validation` or `test`; without it, rows are
    split as `shares` and `seed` say, every class in proportion.
    """
    numeric: Annotated[Columns | None, Later()] = None
    """Of a `table`: columns to be taken as numbers, where that is not plain from what they hold."""
    categorical: Annotated[Columns | None, Later()] = None
    """Of a `table`: columns to be taken as categories, such as whole numbers that are codes."""
    ignore: Annotated[Columns | None, Later()] = None
    """Of a `table`: columns to leave out."""
    missing: Annotated[Literal["fill"] | None, Later()] = None
    """Of a `table`: what is done about empty cells. `"fill"` takes the mean of the training rows for a
    number, and none of the known categories for a category; without it, they are refused.
    """
    name: Annotated[Text | None, Later()] = None
    """What the report calls the data: `{ zh-Hant = "...", en = "..." }`, or one text for both languages;
    without it, as the source is called.
    """

    @model_validator(mode="after")
    def _path_where_needed(self) -> Self:
        needed = self.source in WITH_PATH
        if needed and self.path is None:
            raise ValueError(f'source "{self.source}" needs a path')
        if not needed and self.path is not None:
            raise ValueError(f'source "{self.source}" takes no path; only {" and ".join(WITH_PATH)} do')
        return self

    @model_validator(mode="after")
    def _keys_of_the_source(self) -> Self:
        if self.resize is not None and self.source != "folder":
            raise ValueError(f'resize is for images of a folder, not for source "{self.source}"')
        if self.source == "table" and self.label is None:
            raise ValueError('source "table" needs label = "...", the name of the column of the classes')
        given = [key for key in OF_TABLES if getattr(self, key) is not None]
        if given and self.source != "table":
            raise ValueError(f'{given[0]} is for source "table", not for "{self.source}"')
        if self.shares is not None and (
            counts := [name for name in PARTS if getattr(self, name) is not None]
        ):
            raise ValueError(f"shares and {counts[0]} say the same in two ways; leave one of them out")
        said = [key for key in (*PARTS, "shares", "seed") if getattr(self, key) is not None]
        if self.split_column is not None and said:
            raise ValueError(f"split_column says which row is in which part; leave out {said[0]}")
        if self.resplit and self.seed is not None:
            raise ValueError("with resplit the seed of every trial draws its split; leave out seed")
        return self

    @model_validator(mode="after")
    def _a_column_is_one_thing(self) -> Self:
        lists = (self.numeric, self.categorical, self.ignore)
        named = [self.label, self.split_column, *(column for columns in lists for column in columns or ())]
        for column in named:
            if column is not None and named.count(column) > 1:
                raise ValueError(
                    f'the column "{column}" is named twice among label, split_column, numeric, categorical'
                    " and ignore; it can be one of them"
                )
        return self
