"""The kinds of values that an experiment's file is made of, each with its limits."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)

from reportgen.errors import is_printable

RECORDED = {"recorded": True}
"""Pydantic's context for reading a table from a record, where every default is written out."""


class Later:
    """Marks a setting that earlier versions did not have: a record that lacks it means its default."""


class Table(BaseModel):
    """A table of the file: its keys and no others, never changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)

    @model_validator(mode="after")
    def _is_whole_in_a_record(self, info: ValidationInfo) -> Self:
        """A default that is not written out there is none: what was asked for is not known then."""
        if info.context is RECORDED:
            for name, field in type(self).model_fields.items():
                later = any(isinstance(mark, Later) for mark in field.metadata)
                if name not in self.model_fields_set and not field.exclude and not later:
                    raise ValueError(f"{name} is missing")
        return self


def _without_breaks(value: str) -> str:
    """Titles and names stand in headings, tables and progress lines."""
    if not is_printable(value):
        raise ValueError("must be one line of printable characters")
    return value


OneLine = Annotated[str, AfterValidator(_without_breaks)]


Line = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_without_breaks)]
"""A title, or a name beside it."""


class Bilingual(Table):
    """A text in Traditional Chinese and in English."""

    zh_hant: Line = Field(alias="zh-Hant")
    """The text in Traditional Chinese."""
    en: Line
    """The text in English."""


def _in_both(value: object) -> object:
    """A plain text stands for both languages, and so does that of one language alone."""
    if isinstance(value, str):
        return {"zh-Hant": value, "en": value}
    if isinstance(value, dict):
        for language, other in (("en", "zh-Hant"), ("zh-Hant", "en")):
            if isinstance(value.get(language), str) and other not in value:
                return value | {other: value[language]}
    return value


def _seed_list(value: object) -> object:
    """A count n stands for the seeds 0 ... n - 1."""
    if isinstance(value, int) and not isinstance(value, bool):
        if not 1 <= value <= 1000:
            raise ValueError("a count of seeds must be from 1 to 1000")
        return tuple(range(value))
    return as_tuple(value)


def _together_one(shares: tuple[float, float, float]) -> tuple[float, float, float]:
    if abs(sum(shares) - 1) > 1e-9:
        raise ValueError(f"the shares are {sum(shares):g} together; they must be 1")
    return shares


def as_tuple(value: object) -> object:
    """TOML's lists as tuples, which cannot be changed."""
    return tuple(value) if isinstance(value, list) else value


def _all_differ(seeds: tuple[int, ...]) -> tuple[int, ...]:
    for seed in seeds:
        if seeds.count(seed) > 1:
            raise ValueError(f"the seed {seed} stands there twice; every trial needs its own")
    return seeds


Value = bool | int | float | str | tuple[int | float, ...]
"""What a hyperparameter may be: a truth value, a number, a text, or a pair such as (0.9, 0.999)."""
Text = Annotated[Bilingual, BeforeValidator(_in_both)]
Positive = Annotated[int, Field(ge=1, lt=2**32)]
Units = Annotated[int, Field(ge=1, le=65536)]
Hidden = Annotated[tuple[Units, ...], BeforeValidator(as_tuple), Field(max_length=20)]
Seed = Annotated[int, Field(ge=0, lt=2**32)]
Seeds = Annotated[
    tuple[Seed, ...],
    BeforeValidator(_seed_list),
    Field(min_length=1, max_length=1000),
    AfterValidator(_all_differ),
]
Labels = Annotated[tuple[OneLine, ...], BeforeValidator(as_tuple), Field(min_length=2, max_length=1000)]
Share = Annotated[float, Field(ge=0, lt=1)]
_Part = Annotated[float, Field(gt=0, lt=1)]
Shares = Annotated[tuple[_Part, _Part, _Part], BeforeValidator(as_tuple), AfterValidator(_together_one)]
"""Of all images: to train on, to validate with, to test with."""
Column = Annotated[str, Field(min_length=1, max_length=100)]
"""The name of a table's column."""
Columns = Annotated[tuple[Column, ...], BeforeValidator(as_tuple), Field(max_length=10_000)]
_Side = Annotated[int, Field(ge=1, le=1024)]
Resize = Annotated[tuple[_Side, _Side], BeforeValidator(as_tuple)]
"""Height and width in pixels."""
Epochs = Annotated[int, Field(ge=1, le=100_000)]
