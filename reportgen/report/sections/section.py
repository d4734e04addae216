"""A section of a report: what its template is filled with, and the texts that it claims to print."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

from reportgen.report.figures.curve_data import Curves
from reportgen.report.figures.style import style
from reportgen.report.words.catalogue import Phrase

Content = Mapping[str, Any]
"""What templates are filled with, by the names that they know."""


@dataclass(frozen=True)
class Claim:
    """A sentence, or a row of a table, that a report must have.

    Attributes:
        kind: A name for all of its like.
        text: The text as a reader finds it, without markup.
        front: Whether it stands on the first page.
    """

    kind: str
    text: str
    front: bool = False


@dataclass(frozen=True)
class Section:
    """A section of a report.

    Attributes:
        name: Of its template, sections/NAME.html.j2, and of the module that makes it; own_words.py makes
            those of the author's own.
        fill: Makes its content. It draws the figures, so it is called where a page is made and not where
            claims are held against one.
        claims: The texts that it prints.
        links: The addresses out of the report that it has links to.
        shown: Whether a report has it; its content is there also where it is left out, as templates ask.
        curves: Gives the figures whose curves a page lets its reader examine.
        appendix: Whether it is an appendix, which has a letter in place of a number.
    """

    name: str
    fill: Callable[[], Content]
    claims: tuple[Claim, ...] = ()
    links: tuple[str, ...] = ()
    shown: bool = True
    curves: Callable[[], Curves] = dict
    appendix: bool = False


@dataclass(frozen=True)
class Report:
    """What a report says.

    Attributes:
        front: The front page, which report.html.j2 sets itself, and what all sections share.
        sections: The sections in the order in which they are printed, numbered and listed.
    """

    front: Section
    sections: tuple[Section, ...]

    @property
    def claims(self) -> Iterator[Claim]:
        """All texts that the report must have, in its order."""
        for section in (self.front, *self.sections):
            yield from section.claims

    @property
    def links(self) -> frozenset[str]:
        """The addresses out of the report that it has links to."""
        return frozenset(link for section in self.sections for link in section.links)

    @property
    def shown(self) -> tuple[str, ...]:
        """The names of the sections that are not left out."""
        return tuple(section.name for section in self.sections if section.shown)

    @property
    def appendices(self) -> dict[str, str]:
        """The letter of each appendix that is not left out, by the section's name."""
        names = [section.name for section in self.sections if section.shown and section.appendix]
        return dict(zip(names, ascii_uppercase, strict=False))

    def fill(self) -> dict[str, Any]:
        """Return the content of the front page and of all sections together, and all their curves."""
        content: dict[str, Any] = {"appendices": self.appendices}
        with style():
            for section in (self.front, *self.sections):
                content |= section.fill()
        shown = (section for section in self.sections if section.shown)
        content["curves"] = {key: figure for section in shown for key, figure in section.curves().items()}
        return content


def claim_row(kind: str, *cells: str | Phrase, front: bool = False) -> Claim:
    """Return the claim of a row of a table, whose phrases stand in all languages beside each other.

    Args:
        kind: A name for all of its like.
        *cells: The texts of the row, from left to right.
        front: Whether it stands on the front page.
    """
    texts = (cell.spans().striptags() if isinstance(cell, Phrase) else cell for cell in cells)
    return Claim(kind, " ".join(texts), front)


def claim_sentences(kind: str, phrases: Iterable[Phrase], *, front: bool = False) -> Iterator[Claim]:
    """Yield the claims of sentences, one for each language in which a sentence is another.

    Args:
        kind: A name for all of their like.
        phrases: The sentences.
        front: Whether they stand on the front page.
    """
    for phrase in phrases:
        for text in dict.fromkeys(phrase.texts.values()):
            yield Claim(kind, text.striptags(), front)
