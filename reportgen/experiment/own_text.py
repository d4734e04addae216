"""The table [text] of an experiment: where the words of its author come from."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from reportgen.experiment.values import Table

LONGEST = 100_000
"""The most characters of a text."""


def _as_table(value: object) -> object:
    """A text alone stands for a table with that text."""
    return {"text": value} if isinstance(value, str) else value


class TextSource(Table):
    """A text, or the file that it is in."""

    text: Annotated[str, Field(max_length=LONGEST)] | None = None
    """The text, in Markdown. A text alone may stand for the table."""
    file: str | None = None
    """The file that the text is in, UTF-8, in the folder of the experiment's file or below it."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.file is None):
            raise ValueError("give either a text or a file")
        return self


Source = Annotated[TextSource, BeforeValidator(_as_table)]


class OwnText(Table):
    """A text of the author's own: for all languages, or for each."""

    text: Annotated[str, Field(max_length=LONGEST)] | None = None
    """The text for all languages, in Markdown. A text alone may stand for the table."""
    file: str | None = None
    """The file that the text for all languages is in, UTF-8, in the folder of the experiment's file or below
    it.
    """
    zh_hant: Source | None = Field(default=None, alias="zh-Hant")
    """The text in Traditional Chinese: a text, or `{ file = "..." }`. Where only one language has a text, it
    is shown for the other one too.
    """
    en: Source | None = None
    """The text in English, likewise."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        given = [self.text is not None, self.file is not None, bool(self.zh_hant or self.en)]
        if sum(given) != 1:
            raise ValueError('give a text, or { file = "..." }, or one of these for zh-Hant and for en')
        return self


Own = Annotated[OwnText, BeforeValidator(_as_table)]


class OwnTexts(Table):
    """The author's own words in the report."""

    introduction: Own | None = None
    """Stands before all else. In Markdown with formulas, tables, code and pictures: `"A text"` for all
    languages, `{ zh-Hant = "...", en = "..." }`, or `{ file = "introduction.md" }` for any of these texts.
    """
    method: Own | None = None
    """Stands before the comparison, written likewise."""
    discussion: Own | None = None
    """Stands after the conclusions, written likewise."""
