"""The table [data] of an experiment: where the data come from, how they are split, what they are called."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import model_validator

from reportgen.experiment.values import Labels, Later, Positive, Resize, Seed, Shares, Table, Text

WITH_PATH = ("npz", "folder")
"""The sources that are read from a path of the user's."""
PARTS = ("train", "validation", "test")


class Data(Table):
    """Where the images come from and how they are split. What is left unsaid follows the source."""

    source: Literal["digits", "cifar10", "fashion-mnist", "npz", "folder"]
    """Where the images come from."""
    path: str | None = None
    """File of `npz` or folder of `folder`, relative to the experiment's file; needed for these two, and other
    sources take none.
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
    """Shuffles the training pool before it is split; without it, as the source has it."""
    shares: Annotated[Shares | None, Later()] = None
    """Shares to train on, to validate with and to test with, such as `[0.6, 0.2, 0.2]`, instead of their
    numbers, for a source without a test part of its own.
    """
    resize: Annotated[Resize | None, Later()] = None
    """Height and width, such as `[32, 32]`, that the images of a `folder` are scaled to; without it, all must
    have one size.
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
        if self.shares is not None and (
            counts := [name for name in PARTS if getattr(self, name) is not None]
        ):
            raise ValueError(f"shares and {counts[0]} say the same in two ways; leave one of them out")
        return self
