"""What a text of a user's own is made of: paragraphs, headings, lists, tables, code, formulas, pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it.token import Token

Inline = tuple[Token, ...]
"""Words with their emphasis, links and formulas, as markdown-it has them."""


@dataclass(frozen=True)
class Paragraph:
    """Words."""

    words: Inline


@dataclass(frozen=True)
class Heading:
    """A heading. level: 1 for those that stand highest in the text."""

    level: int
    words: Inline


@dataclass(frozen=True)
class Formula:
    """A formula on a line of its own."""

    latex: str


@dataclass(frozen=True)
class Picture:
    """A picture.

    Attributes:
        path: Of its file, from the experiment's folder.
        alt: What it shows, for who cannot see it.
        caption: What stands below it.
    """

    path: str
    alt: str
    caption: str


@dataclass(frozen=True)
class Table:
    """A table. alignments: "left", "right" or "center" for each column."""

    caption: Inline
    head: tuple[Inline, ...]
    rows: tuple[tuple[Inline, ...], ...]
    alignments: tuple[str, ...]


@dataclass(frozen=True)
class Code:
    """Lines of code. language: as the text names it, or nothing."""

    text: str
    language: str


@dataclass(frozen=True)
class Items:
    """A list. start: the first number of an ordered one, None for one without numbers."""

    start: int | None
    items: tuple[tuple[Block, ...], ...]


@dataclass(frozen=True)
class Quotation:
    """What somebody else said."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Rule:
    """A line across the page."""


Block = Paragraph | Heading | Formula | Picture | Table | Code | Items | Quotation | Rule


def pictures(blocks: tuple[Block, ...]) -> Iterator[str]:
    """Yield the paths of the pictures of a text, each once; they stand in no list and no quotation."""
    yield from dict.fromkeys(block.path for block in blocks if isinstance(block, Picture))


def plain(words: Inline) -> str:
    """Return words without their emphasis, formulas as their source."""
    parts = []
    for token in words:
        if token.type in ("text", "code_inline", "math_inline"):
            parts.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
    return "".join(parts)
