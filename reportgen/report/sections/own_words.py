"""The sections in the author's own words: introduction, method and discussion."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from reportgen.errors import UserError
from reportgen.own_words import blocks
from reportgen.own_words.blocks import Block, Code, Formula, Heading, Inline, Items, Picture, Quotation, Table
from reportgen.own_words.counterparts import Row, are_same, rows, say_the_same
from reportgen.own_words.markdown import MarkdownError, parse
from reportgen.own_words.texts import EVERY, FILE, OwnWords
from reportgen.records.run_folder import RunRecords
from reportgen.report.page.words_blocks import describe_blocks
from reportgen.report.sections.section import Claim, Section
from reportgen.report.words.catalogue import Catalogue
from reportgen.report.words.languages import CHINESE, ENGLISH

KIND = "own words"
"""What the claims of these sections are called."""
LONGEST_CLAIM = 400
"""The most characters of a claim; a longer sentence is several."""
_END = re.compile(r"(?<=[。！？；])|(?<=[.!?;])\s+")
_HAN = re.compile("[\u3400-\u9fff]")
_GAP = "\0"
"""Where a formula stands, or a number that only the page knows."""


def own_words_section(name: str, records: RunRecords, t: Catalogue) -> Section:
    """Return a section in the author's own words.

    Args:
        name: One of own_words.texts.SECTIONS.
        records: Of the run.
        t: The words, in the report's languages.

    Raises:
        UserError: The records hold a text that no report can have.
    """
    words = records.words
    if words is None or name not in words.texts:
        return Section(name, lambda: {name: []}, shown=False)
    texts = {language: _parsed(name, language, words) for language in words.texts[name]}
    by_language = shown_for(texts, t)
    return Section(
        name,
        lambda: {name: describe_blocks(name, by_language, words.pictures, t)},
        tuple(claim_texts(by_language)),
        tuple(link for text in by_language.values() for link in links_of(text)),
    )


def shown_for(texts: Mapping[str, tuple[Block, ...]], t: Catalogue) -> dict[str, tuple[Block, ...]]:
    """Return which text is shown, by the language that it is written in.

    A language that has no text has that of English, or else the one that there is.

    Args:
        texts: By language; EVERY for one that stands for all.
        t: The words, in the report's languages.
    """
    if EVERY in texts:
        return {written_in(texts[EVERY]): texts[EVERY]}
    spare = ENGLISH if ENGLISH in texts else next(iter(texts))
    wanted = dict.fromkeys(language if language in texts else spare for language in t.languages)
    return {language: texts[language] for language in wanted}


def written_in(text: tuple[Block, ...]) -> str:
    """Return the language of a text that does not say it: Chinese where most words are Chinese characters."""
    said = " ".join(text_of(text))
    return CHINESE if len(_HAN.findall(said)) > len(re.findall(r"[A-Za-z]+", said)) else ENGLISH


def claim_texts(by_language: Mapping[str, tuple[Block, ...]]) -> Iterator[Claim]:
    """Yield the claims of all that texts print, a sentence each.

    Args:
        by_language: The texts.
    """
    for row in rows(by_language):
        for passage in passages(row):
            for piece in passage.split(_GAP):
                for sentence in _END.split(piece):
                    words = sentence.strip()
                    for start in range(0, len(words), LONGEST_CLAIM):
                        yield Claim(KIND, words[start : start + LONGEST_CLAIM])


def passages(row: Row) -> Iterator[str]:
    """Yield what counterparts print together, in their order."""
    first, *others = row.values()
    tables = [block for block in row.values() if isinstance(block, Table)]
    if tables:
        yield from (_words(table.caption) for table in tables)
        for lines in zip(*((table.head, *table.rows) for table in tables), strict=True):
            yield " ".join(_cell(cells) for cells in zip(*lines, strict=True))
    elif isinstance(first, Code) and are_same(row.values()):
        yield from text_of((first,))
    else:
        yield from text_of((first, *others))


def _cell(in_each: tuple[Inline, ...]) -> str:
    """What a cell prints: in all languages, but once where they say the same."""
    return " ".join(map(_words, in_each[:1] if say_the_same(in_each) else in_each))


def links_of(text: tuple[Block, ...]) -> Iterator[str]:
    """Yield the addresses out of the report that a text has links to."""
    for block in text:
        match block:
            case blocks.Paragraph():
                yield from _links(block.words)
            case Table():
                for words in (block.caption, *block.head, *(cell for row in block.rows for cell in row)):
                    yield from _links(words)
            case Items():
                yield from (link for item in block.items for link in links_of(item))
            case Quotation():
                yield from links_of(block.blocks)


def _links(words: Inline) -> Iterator[str]:
    addresses = (str(token.attrs["href"]) for token in words if token.type == "link_open")
    yield from (address for address in addresses if not address.startswith("#"))


def text_of(text: tuple[Block, ...]) -> Iterator[str]:
    """Yield what blocks print, in their order; there is a gap where that is not known here."""
    for block in text:
        match block:
            case Formula():
                pass
            case Code():
                yield from (line.strip() for line in block.text.splitlines())
            case Picture():
                yield block.caption
            case Table():
                yield _words(block.caption)
                for row in (block.head, *block.rows):
                    yield " ".join(_words(cell) for cell in row)
            case Items():
                for item in block.items:
                    yield from text_of(item)
            case Quotation():
                yield from text_of(block.blocks)
            case blocks.Paragraph() | Heading():
                yield _words(block.words)


def _words(words: Inline) -> str:
    parts = []
    for index, token in enumerate(words):
        if token.type in ("text", "code_inline"):
            parts.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif token.type == "math_inline" or (
            token.type == "link_open" and words[index + 1].type == "link_close"
        ):
            parts.append(_GAP)
    return "".join(parts)


def _parsed(name: str, language: str, words: OwnWords) -> tuple[Block, ...]:
    try:
        return parse(words.texts[name][language])
    except MarkdownError as error:
        raise UserError(f"{FILE}: {name}, {language}, line {error.line}: {error}") from None
