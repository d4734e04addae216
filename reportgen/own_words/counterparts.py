"""Texts in two languages side by side: which block of one says what a block of the other says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reportgen.own_words.blocks import Block, Heading, Inline, Items, Picture, Table

Row = Mapping[str, Block]
"""A block by its language: in one of them, or in all."""


def rows(by_language: Mapping[str, tuple[Block, ...]]) -> list[Row]:
    """Return the blocks in the order in which they are set.

    Where all texts have the same kinds of blocks in the same order, counterparts stand together; else one
    text stands whole behind the other.

    Args:
        by_language: The texts.
    """
    forms = {tuple(map(form, text)) for text in by_language.values()}
    if len(forms) == 1:
        return [
            dict(zip(by_language, blocks, strict=True)) for blocks in zip(*by_language.values(), strict=True)
        ]
    return [{language: block} for language, text in by_language.items() for block in text]


def form(block: Block) -> tuple[Any, ...]:
    """Return what a block has in common with its counterpart in another language."""
    match block:
        case Heading():
            return Heading, block.level
        case Table():
            return Table, len(block.rows), block.alignments, bool(block.caption)
        case Items():
            return Items, block.start, len(block.items)
        case Picture():
            return Picture, block.path
    return (type(block),)


def are_same(blocks: Iterable[Block]) -> bool:
    """Return whether all blocks are the same one."""
    first, *others = blocks
    return all(other == first for other in others)


def say_the_same(words: Iterable[Inline]) -> bool:
    """Return whether all words are the same ones, such as the numbers of a table."""
    return len({repr([(token.type, token.content, token.attrs) for token in one]) for one in words}) == 1
