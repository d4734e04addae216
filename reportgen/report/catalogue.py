"""The words of the report, in both languages side by side."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup, escape

CHINESE, ENGLISH = "zh-Hant", "en"
HTML_LANG = {CHINESE: "zh-Hant-TW", ENGLISH: "en"}
CSS_CLASS = {CHINESE: "zh", ENGLISH: "en"}


class CatalogueError(ValueError):
    """A catalogue whose two languages do not match."""


@dataclass(frozen=True)
class Phrase:
    """The same text in each language asked for, values already filled in; a value may be markup."""

    texts: Mapping[str, Markup]

    def spans(self) -> Markup:
        """One span a language, next to each other; one alone where the languages say the same."""
        if len(set(self.texts.values())) == 1:
            return Markup("<span>{}</span>").format(next(iter(self.texts.values())))
        return Markup(" ").join(
            Markup('<span lang="{}" class="{}">{}</span>').format(
                HTML_LANG[language], CSS_CLASS[language], text
            )
            for language, text in self.texts.items()
        )

    def paragraphs(self) -> Markup:
        """One paragraph a language, below each other."""
        return Markup("\n").join(
            Markup('<p lang="{}" class="{}">{}</p>').format(HTML_LANG[language], CSS_CLASS[language], text)
            for language, text in self.texts.items()
        )

    def plain(self) -> str:
        """Both languages as text without markup: for figures, running heads and outlines."""
        return " ".join(dict.fromkeys(text.striptags() for text in self.texts.values()))


class Catalogue:
    """Looks phrases up by section and key, in some of its languages."""

    def __init__(
        self, entries: Mapping[str, Mapping[str, Mapping[str, str]]], languages: Sequence[str]
    ) -> None:
        check(entries)
        self.entries = entries
        self.languages = tuple(languages)

    def __call__(self, name: str, /, **values: object) -> Phrase:
        """The phrase 'section.key', its {names} filled in.

        A value that is a Phrase is filled in by language. Raises KeyError where there is no such phrase
        or a value is missing.
        """
        section, key = name.split(".")
        entry = self.entries[section][key]
        return Phrase({language: _fill(entry[language], values, language) for language in self.languages})

    def given(self, texts: Mapping[str, str]) -> Phrase:
        """A phrase from outside the catalogue, such as the experiment's title."""
        return Phrase({language: escape(texts[language]) for language in self.languages})

    def has(self, name: str) -> bool:
        """Whether there is a phrase of this name."""
        section, key = name.split(".")
        return key in self.entries.get(section, {})


def load(path: Path, languages: Sequence[str]) -> Catalogue:
    """Read a catalogue file."""
    return Catalogue(tomllib.loads(path.read_text(encoding="utf-8")), languages)


def check(entries: Mapping[str, Mapping[str, Mapping[str, str]]]) -> None:
    """Every phrase has both languages and the same placeholders in both; CatalogueError otherwise."""
    for section, phrases in entries.items():
        for key, phrase in phrases.items():
            if set(phrase) != {CHINESE, ENGLISH}:
                raise CatalogueError(f"{section}.{key} needs exactly {CHINESE} and {ENGLISH}")
            if placeholders(phrase[CHINESE]) != placeholders(phrase[ENGLISH]):
                raise CatalogueError(f"{section}.{key} has different placeholders in its two languages")


def placeholders(text: str) -> set[str]:
    """The {names} in a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def _fill(text: str, values: Mapping[str, object], language: str) -> Markup:
    """The text as markup: everything escaped, `backquotes` as code, values put in."""
    marked = re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text)))
    chosen = {
        name: value.texts[language] if isinstance(value, Phrase) else escape(value)
        for name, value in values.items()
    }
    return Markup(marked.format_map(chosen))
