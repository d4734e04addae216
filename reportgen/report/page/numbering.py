"""What a document keeps count of while it is rendered: headings, figures, tables, listings, references."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markupsafe import Markup

from reportgen.report.words.catalogue import Catalogue, Phrase, together

NUMBER_HERE = "data-number"
"""The attribute of an empty link that asks for the number of what it leads to; its value is a language."""
_NUMBERED = re.compile(rf'<a href="#(figure|table|listing)-([^"]+)" {NUMBER_HERE}="([^"]+)">')


@dataclass(frozen=True)
class Heading:
    """A heading as the contents list it. number: 3 or 3.1; of an appendix A or A.1."""

    level: int
    anchor: str
    number: str
    title: Phrase


class Document:
    """Numbers headings, figures, tables and listings in the order in which they are first spoken of.

    Attributes:
        letter: Of the appendix that is being rendered; empty where that is none.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.headings: list[Heading] = []
        self.letter = ""
        self.numbers: dict[str, list[str]] = {}

    def heading(self, level: int, key: str, title: Phrase | None = None, **values: object) -> Heading:
        """Return the next heading: section.key, or the key itself where there is no such phrase.

        Args:
            level: 2 or 3.
            key: Names its phrase.
            title: Of a heading that has no phrase.
            **values: What the phrase needs.
        """
        chapters = sum(1 for found in self.headings if found.level == 2 and found.number.isdigit())
        chapter = self.letter or str(chapters + (level == 2))
        if level == 2:
            number = chapter
        else:
            siblings = sum(1 for found in self.headings if found.number.startswith(f"{chapter}."))
            number = f"{chapter}.{siblings + 1}"
        name = f"section.{key}"
        both = dict.fromkeys(self.catalogue.languages, key)
        if title is None:
            title = self.catalogue(name, **values) if self.catalogue.has(name) else self.catalogue.given(both)
        heading = Heading(level, f"sec-{key}", number, title)
        self.headings.append(heading)
        return heading

    def number(self, kind: str, key: str) -> int:
        """Return the number of a figure, table or listing; the next free one when it is first asked for.

        Args:
            kind: "figure", "table" or "listing".
            key: Its name among those of its kind.
        """
        known = self.numbers.setdefault(kind, [])
        if key not in known:
            known.append(key)
        return known.index(key) + 1

    def anchor(self, kind: str, key: str) -> str:
        """Return where links to a figure, table or listing lead.

        Args:
            kind: "figure", "table" or "listing".
            key: Its name among those of its kind.
        """
        return f"{kind}-{key}"

    def numbered(self, html: Markup) -> Markup:
        """Return a part of the page in which every link that asks for a number says it.

        Args:
            html: The part.
        """

        def said(link: re.Match[str]) -> str:
            kind, key, language = link.groups()
            label = self.catalogue(f"ui.{kind}").texts[language]
            return f'<a href="#{kind}-{key}">{label}&nbsp;{self.number(kind, str(Markup(key).unescape()))}'

        return Markup(_NUMBERED.sub(said, html))

    def ref(self, kind: str, key: str) -> Phrase:
        """Return a link to a figure, table or listing, as its number in words.

        Args:
            kind: "figure", "table" or "listing".
            key: Its name among those of its kind.
        """
        number, label = self.number(kind, key), self.catalogue(f"ui.{kind}")
        texts = {
            language: Markup("{}&nbsp;{}").format(text, number) for language, text in label.texts.items()
        }
        return self.link(self.anchor(kind, key), Phrase(texts))

    def together(self, *phrases: Phrase | None) -> Phrase:
        """Return sentences as one paragraph.

        Args:
            *phrases: The sentences, one at least; those that are None are left out.
        """
        return together(
            [phrase for phrase in phrases if phrase is not None], "list.sentences", self.catalogue
        )

    def appendix(self, anchor: str, letter: str) -> Phrase:
        """Return a link to an appendix, by its letter.

        Args:
            anchor: Of its heading.
            letter: It.
        """
        return self.link(anchor, self.catalogue("ui.appendix", letter=letter))

    def link(self, anchor: str, phrase: Phrase) -> Phrase:
        """Return a link to a place in the page.

        Args:
            anchor: Of the place.
            phrase: What the link says.
        """
        return Phrase(
            {
                language: Markup('<a href="#{}">{}</a>').format(anchor, text)
                for language, text in phrase.texts.items()
            }
        )
