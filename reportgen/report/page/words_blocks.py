"""What the templates of the author's own sections are filled with: a text's blocks, in all its languages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from markupsafe import Markup, escape

from reportgen.errors import UserError
from reportgen.own_words.blocks import (
    Block,
    Code,
    Heading,
    Inline,
    Items,
    Paragraph,
    Picture,
    Quotation,
    Table,
)
from reportgen.own_words.counterparts import Row, are_same, rows, say_the_same
from reportgen.own_words.texts import FILE
from reportgen.report.page.listings import LANGUAGES, PLAIN_TEXT, listing
from reportgen.report.page.words_html import WordsWriter, picture
from reportgen.report.words.catalogue import Catalogue, Passage, Phrase
from reportgen.report.words.languages import ENGLISH, html_lang


def describe_blocks(
    name: str, by_language: Mapping[str, tuple[Block, ...]], pictures: Mapping[str, bytes], t: Catalogue
) -> list[dict[str, Any]]:
    """Return the blocks of a section as its template sets them, each with its kind.

    Args:
        name: Of the section.
        by_language: The texts.
        pictures: The bytes of each, by path.
        t: The words, in the report's languages.

    Raises:
        UserError: A picture is missing, or cannot be shown.
    """
    setter = _Setter(name, tuple(by_language), pictures, t)
    return [described for row in rows(by_language) for described in setter.describe(row)]


@dataclass
class _Setter:
    """Sets the blocks of one section.

    Attributes:
        name: Of the section.
        written_in: The languages of its texts.
        pictures: The bytes of each, by path.
        t: The words, in the report's languages.
        counted: How many of each kind there were, and of each picture.
        level: Of the heading before.
    """

    name: str
    written_in: Sequence[str]
    pictures: Mapping[str, bytes]
    t: Catalogue
    counted: Counter[str] = field(default_factory=Counter)
    level: int = 2

    def describe(self, row: Row) -> Iterator[dict[str, Any]]:
        """Yield what stands at one place of the text."""
        first = next(iter(row.values()))
        match first:
            case Heading():
                yield self._heading(row, first.level)
            case Picture():
                yield self._figure(row, first)
            case Table():
                yield self._table(row, first)
            case Code() if are_same(row.values()):
                yield self._listing(first, self._alone(row))
            case Code():
                for language, block in row.items():
                    assert isinstance(block, Code)
                    yield self._listing(block, self._attributes(language))
            case _:
                yield {"kind": "html", "html": self._html(row), "attributes": ""}

    # ------------------------------------------------------------ languages

    def _alone(self, row: Row) -> Markup:
        """The attributes of what stands there in one language; none where it stands there in both."""
        return self._attributes(next(iter(row))) if len(row) == 1 else Markup("")

    def _attributes(self, language: str) -> Markup:
        """What says the language of an element, and that it is left out where another one is chosen."""
        if len(self.written_in) == 1 and self.t.languages != (language,):
            return Markup('lang="{}"').format(html_lang(language))
        also = tuple(code for code in self.t.languages if code not in self.written_in)
        return Passage(language, language, Markup(""), also if language == ENGLISH else ()).attributes

    def _phrase(self, texts: Mapping[str, Markup]) -> Phrase:
        """Texts by the languages that they are written in, as one phrase in all languages of the report."""
        if len(texts) == 1:
            ((language, text),) = texts.items()
            marked = Markup('<span lang="{}">{}</span>').format(html_lang(language), text)
            return Phrase(dict.fromkeys(self.t.languages, marked))
        lacking = frozenset(code for code in self.t.languages if code not in texts)
        return Phrase({code: texts.get(code, texts[ENGLISH]) for code in self.t.languages}, lacking)

    def _words(self, row: Mapping[str, Inline]) -> dict[str, Markup]:
        return {language: self._writer().words(words, language) for language, words in row.items()}

    def _writer(self) -> WordsWriter:
        self.counted["writer"] += 1
        return WordsWriter(f"{self.name}-{self.counted['writer']}")

    # ------------------------------------------------------------ blocks without a number

    def _html(self, row: Row) -> Markup:
        made = {language: self._block(block, language) for language, block in row.items()}
        first = next(iter(row.values()))
        if len(row) > 1 and not _has_words(first) and are_same(row.values()):
            return self._writer().block(first, next(iter(row)))
        return Markup("\n").join(made.values())

    def _block(self, block: Block, language: str) -> Markup:
        attributes = self._attributes(language)
        writer = self._writer()
        if isinstance(block, Paragraph):
            return Markup("<p {}>{}</p>").format(attributes, writer.words(block.words, language))
        return Markup("<div {}>{}</div>").format(attributes, writer.block(block, language))

    # ------------------------------------------------------------ blocks with a number

    def _heading(self, row: Row, level: int) -> dict[str, Any]:
        titles = {language: block.words for language, block in row.items() if isinstance(block, Heading)}
        self.level = min(level + 2, self.level + 1, 4)
        self.counted["heading"] += 1
        return {
            "kind": "heading",
            "level": self.level,
            "key": f"{self.name}-{self.counted['heading']}",
            "title": self._phrase(self._words(titles)),
            "attributes": self._alone(row),
        }

    def _figure(self, row: Row, first: Picture) -> dict[str, Any]:
        of_row = {language: block for language, block in row.items() if isinstance(block, Picture)}
        alt = self._phrase({language: escape(block.alt) for language, block in of_row.items()}).plain()
        try:
            content = picture(first.path, self.pictures[first.path], alt)
        except KeyError:
            raise UserError(f"{FILE}: the picture {first.path!r} is missing") from None
        except ValueError as error:
            raise UserError(f"{FILE}: the picture {first.path!r} {error}") from None
        return {
            "kind": "figure",
            "key": self._key(first.path),
            "content": content,
            "caption": self._phrase({language: escape(block.caption) for language, block in of_row.items()}),
            # its caption says its language; bare, it may let the text behind it fill up the page
            "attributes": self._alone(row) if len(self.written_in) > 1 else "",
        }

    def _key(self, path: str) -> str:
        """A picture's name in links: that of its file, with a number where it is shown again."""
        key = f"{self.name}-" + re.sub(r"[^\w-]+", "-", PurePosixPath(path).stem)
        self.counted[key] += 1
        return key if self.counted[key] == 1 else f"{key}-{self.counted[key]}"

    def _table(self, row: Row, first: Table) -> dict[str, Any]:
        tables = {language: block for language, block in row.items() if isinstance(block, Table)}
        captions = {language: table.caption for language, table in tables.items() if table.caption}
        self.counted["table"] += 1

        def cell(number: int, column: int) -> dict[str, Any]:
            words = {
                language: (table.head if number < 0 else table.rows[number])[column]
                for language, table in tables.items()
            }
            made = self._words(words)
            same = say_the_same(words.values())
            html = next(iter(made.values())) if same else self._phrase(made).spans()
            return {"html": html, "alignment": first.alignments[column]}

        columns = range(len(first.head))
        return {
            "kind": "table",
            "key": f"{self.name}-{self.counted['table']}",
            "caption": self._phrase(self._words(captions)) if captions else None,
            "head": [cell(-1, column) for column in columns],
            "rows": [[cell(number, column) for column in columns] for number in range(len(first.rows))],
            "attributes": self._alone(row),
        }

    def _listing(self, block: Code, attributes: Markup) -> dict[str, Any]:
        self.counted["listing"] += 1
        return {
            "kind": "listing",
            "key": f"{self.name}-{self.counted['listing']}",
            "code": listing(
                block.text, language=block.language if block.language in LANGUAGES else PLAIN_TEXT
            ),
            "attributes": attributes,
        }


def _has_words(block: Block) -> bool:
    return isinstance(block, Paragraph | Items | Quotation)
