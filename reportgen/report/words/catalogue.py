"""The words of the report, in its languages side by side."""

from __future__ import annotations

import json
import re
import string
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

from reportgen.errors import nearest
from reportgen.report.words import plurals
from reportgen.report.words.languages import (
    CHINESE,
    CSS_CLASS,
    ENGLISH,
    HTML_LANG,
    css_class,
    html_lang,
    switch,
)
from reportgen.report.words.spaces import hold_together, join_chinese

__all__ = ["CHINESE", "CSS_CLASS", "ENGLISH", "HTML_LANG", "Catalogue", "Phrase", "check", "load"]


ROWS = "_rows"
"""What the name of a phrase ends with that takes the place of another in a report about a table."""


class CatalogueError(ValueError):
    """A catalogue whose two languages do not match."""


class UnknownPhraseError(KeyError):
    """A phrase that the catalogue does not have, or one that was not given all its values."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Passage:
    """A phrase as it is shown for one of the report's languages, and its attributes in HTML.

    Attributes:
        shown_for: The language that it is shown for.
        language: What it is written in.
        text: As markup.
        also: Further languages that it stands for, since they lack the phrase.
    """

    shown_for: str
    language: str
    text: Markup
    also: tuple[str, ...] = ()

    @property
    def attributes(self) -> Markup:
        """The language for readers, the class for the style sheet, and what else it is shown for."""
        lang, kind = html_lang(self.language), css_class(self.language)
        also = Markup(' data-also="{}"').format(" ".join(map(html_lang, self.also))) if self.also else ""
        return Markup('lang="{}" class="{}"{}').format(lang, kind, also)


@dataclass(frozen=True)
class Phrase:
    """The same text in each language asked for, values already filled in; a value may be markup.

    Attributes:
        texts: By the code of the language.
        borrowed: The languages that lack it, whose text is the English one.
    """

    texts: Mapping[str, Markup]
    borrowed: frozenset[str] = frozenset()

    def passages(self) -> list[Passage]:
        """Return the texts that are different ones, each with the languages that it is shown for."""
        borrowed = tuple(language for language in self.texts if language in self.borrowed)
        passages = [
            Passage(language, language, _held(text), borrowed if language == ENGLISH else ())
            for language, text in self.texts.items()
            if language not in borrowed
        ]
        if borrowed and ENGLISH not in self.texts:
            passages.append(Passage(borrowed[0], ENGLISH, _held(self.texts[borrowed[0]]), borrowed))
        return passages

    def spans(self) -> Markup:
        """Return one span a language, next to each other; one alone where the languages say the same."""
        if len(set(self.texts.values())) == 1 and len(self.borrowed) < len(self.texts):
            return Markup("<span>{}</span>").format(_held(next(iter(self.texts.values()))))
        return Markup(" ").join(
            Markup("<span {}>{}</span>").format(passage.attributes, passage.text)
            for passage in self.passages()
        )

    def paragraphs(self) -> Markup:
        """Return one paragraph a language, below each other."""
        return Markup("\n").join(
            Markup("<p {}>{}</p>").format(passage.attributes, passage.text) for passage in self.passages()
        )

    def describing(self, content: Markup, key: str, role: str = "img") -> Markup:
        """Return a picture with this as what it says to who cannot see it, on screen in the language chosen.

        Args:
            content: The picture, as an element of a page.
            key: The name of the picture, unique in the page.
            role: "img", or "math" for a formula.
        """
        words = label = Markup("")
        if len(self.passages()) > 1:
            words = Markup('<div id="alt-{}" class="alt">{}</div>').format(key, self.spans())
            label = Markup(' aria-labelledby="alt-{}"').format(key)
        start = Markup('<div role="{}" aria-label="{}"{}>').format(role, self.plain(), label)
        return start + words + content + Markup("</div>")

    def label(self) -> Label:
        """Return all languages as a text of a figure, in which one can be chosen."""
        return Label(self.passages())

    def plain(self) -> str:
        """Return all languages as text without markup: for running heads, outlines and descriptions."""
        return " ".join(dict.fromkeys(text.striptags() for text in self.texts.values()))

    def named(self) -> Markup:
        """Return the attributes by which an element is named for those who listen."""
        return Markup('aria-label="{}"{}').format(self.plain(), self.apart())

    def apart(self) -> Markup:
        """Return the attribute that has each language's words, where a page has to exchange them itself.

        Style rules hide elements of other languages, but can change no attribute and no title.
        """
        if len(set(self.texts.values())) == 1:
            return Markup("")
        words = {switch(language): text.striptags() for language, text in self.texts.items()}
        return Markup(' data-words="{}"').format(json.dumps(words, ensure_ascii=False))


class Label(str):
    """A text of a figure in all its languages, which remembers which part is of which language."""

    passages: tuple[Passage, ...]

    def __new__(cls, passages: Sequence[Passage]) -> Label:
        """Return the texts side by side.

        Args:
            passages: A text each; what they share is said once.
        """
        own = super().__new__(cls, " ".join(dict.fromkeys(each.text.striptags() for each in passages)))
        own.passages = tuple(passages)
        return own

    def __reduce__(self) -> tuple[type[Label], tuple[tuple[Passage, ...]]]:
        """Keep the passages where it is copied or pickled."""
        return Label, (self.passages,)

    def spans(self) -> Markup:
        """Return it as content of an SVG <text>, a span of its own for each language."""
        if len({each.text for each in self.passages}) == 1:
            return escape(self)
        return Markup(" ").join(
            Markup("<tspan {}>{}</tspan>").format(each.attributes, each.text.striptags())
            for each in self.passages
        )


class Catalogue:
    """Looks phrases up by section and key, in some of its languages."""

    def __init__(
        self,
        entries: Mapping[str, Mapping[str, Mapping[str, str]]],
        languages: Sequence[str],
        variant: str = "",
    ) -> None:
        self.entries = entries
        self.languages = tuple(languages)
        self.variant = variant

    def of_rows(self) -> Catalogue:
        """Return the same words about rows of a table, where they say something else about images."""
        return Catalogue(self.entries, self.languages, ROWS)

    def __call__(self, name: str, /, **values: object) -> Phrase:
        """The phrase 'section.key', its {names} filled in.

        A value that is a Phrase is filled in by language. What a language lacks is said in English. Raises
        UnknownPhraseError, a KeyError, where there is no such phrase or a value is missing.
        """
        section, _, key = name.partition(".")
        if key not in self.entries.get(section, {}):
            raise UnknownPhraseError(
                f"there is no phrase {name!r} in the catalogue{nearest(name, self.names())}"
            )
        entry = self.entries[section].get(key + self.variant, self.entries[section][key])
        if lacking := placeholders(entry[ENGLISH]) - set(values):
            raise UnknownPhraseError(f"the phrase {name!r} needs a value for {', '.join(sorted(lacking))}")
        return Phrase(
            {language: _fill(entry, values, language) for language in self.languages},
            self._lacking(entry),
        )

    def given(self, texts: Mapping[str, str]) -> Phrase:
        """Return a phrase from outside the catalogue, such as the experiment's title."""
        return Phrase(
            {
                language: escape(texts[language if language in texts else ENGLISH])
                for language in self.languages
            },
            self._lacking(texts),
        )

    def same(self, text: str) -> Phrase:
        """Return a text that is the same in every language, such as a name; it may be markup."""
        return self.given(dict.fromkeys(self.languages, text))

    def _lacking(self, texts: Mapping[str, str]) -> frozenset[str]:
        return frozenset(language for language in self.languages if language not in texts)

    def names(self) -> list[str]:
        """Return the names of all phrases."""
        return [f"{section}.{key}" for section, phrases in self.entries.items() for key in phrases]

    def has(self, name: str) -> bool:
        """Return whether there is a phrase of this name."""
        section, _, key = name.partition(".")
        return key in self.entries.get(section, {})


def together(phrases: Sequence[Phrase], between: str, t: Catalogue) -> Phrase:
    """Return phrases in a row; a language that lacks one of them has all in English.

    Args:
        phrases: Those in the row, in order.
        between: The name of the phrase that stands between them.
        t: The words, in the report's languages.
    """
    signs = t(between).texts
    lacking = frozenset().union(*(phrase.borrowed for phrase in phrases))
    return Phrase({k: signs[k].join(phrase.texts[k] for phrase in phrases) for k in t.languages}, lacking)


def in_a_row(texts: Iterable[str], t: Catalogue) -> Phrase:
    """Return texts that are the same in all languages, one after another as each language lists them.

    Args:
        texts: The texts, which may be markup.
        t: The words, in the report's languages.
    """
    return together([t.same(text) for text in texts], "list.names", t)


def load(path: Path, languages: Sequence[str]) -> Catalogue:
    """Read the report's own catalogue file.

    Args:
        path: Of the file.
        languages: The codes of those that the report is in.

    Raises:
        CatalogueError: The two languages of an entry do not match.
    """
    entries = tomllib.loads(path.read_text(encoding="utf-8"))
    check(entries)
    return Catalogue(entries, languages)


def check(entries: Mapping[str, Mapping[str, Mapping[str, str]]]) -> None:
    """Check that every phrase has both languages and the same placeholders in both.

    Args:
        entries: The texts of each phrase by language, by section and name.

    Raises:
        CatalogueError: A phrase has not.
    """
    for section, phrases in entries.items():
        for key, phrase in phrases.items():
            if set(phrase) != {CHINESE, ENGLISH}:
                raise CatalogueError(f"{section}.{key} needs exactly {CHINESE} and {ENGLISH}")
            if placeholders(phrase[CHINESE]) != placeholders(phrase[ENGLISH]):
                raise CatalogueError(f"{section}.{key} has different placeholders in its two languages")
            for language, text in phrase.items():
                for _, name, forms, _ in string.Formatter().parse(text):
                    if forms and (mistake := plurals.mistake(forms, language)):
                        raise CatalogueError(f"{section}.{key}: {{{name}:{forms}}} {mistake}")


def _held(text: str) -> Markup:
    """A text as it is set: with spaces at which no line ends."""
    return Markup(hold_together(text))


def placeholders(text: str) -> set[str]:
    """Return the {names} in a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def _fill(entry: Mapping[str, str], values: Mapping[str, object], language: str) -> Markup:
    """The text as markup: everything escaped, `backquotes` as code, values and the words by them put in."""
    written_in = language if language in entry else ENGLISH
    text = entry[written_in]
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text)))
    chosen = {
        name: value.texts[language] if isinstance(value, Phrase) else escape(value)
        for name, value in values.items()
    }
    pieces: list[str] = []
    for literal, name, forms, _ in string.Formatter().parse(marked):
        value = str(chosen[name]) if name else ""
        pieces += [literal, plurals.choose_form(forms, value, written_in) if forms else value]
    return Markup(join_chinese(pieces) if css_class(language) == "zh" else "".join(pieces))
