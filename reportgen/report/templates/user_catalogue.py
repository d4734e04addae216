"""A user's catalogue.toml: single phrases in other words, or in further languages, merged over ours."""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reportgen.errors import nearest
from reportgen.report.templates.former_names import tell_former_phrase
from reportgen.report.words import plurals
from reportgen.report.words.catalogue import check
from reportgen.report.words.languages import CODE, ENGLISH

Entries = Mapping[str, Mapping[str, Mapping[str, str]]]
Said = tuple[int, str]
"""A line of the file, and what is said about it."""


@dataclass(frozen=True)
class OwnWords:
    """All phrases, ours and the user's; what must be mended in the user's, and what is only odd."""

    words: Entries
    mistakes: tuple[Said, ...]
    notes: tuple[Said, ...]


def ours(text: str) -> Entries:
    """Return the program's own catalogue.

    Raises:
        CatalogueError: The two languages of an entry do not match.
    """
    entries = tomllib.loads(text)
    check(entries)
    return entries


def read(text: str, ours: Entries) -> OwnWords:
    """Merge a user's catalogue over ours, entry by entry and language by language.

    Args:
        text: Of the user's catalogue.toml.
        ours: The program's own phrases.

    Returns:
        All phrases, and what must be mended in the user's, or is only odd.
    """
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # beside its own, for endless numbers and nested lists
        match = re.search(r"at line (\d+)", str(error))
        return OwnWords(ours, ((int(match[1]) if match else 1, f"is not valid TOML: {error}"),), ())
    mistakes, notes = [], []
    merged = {section: dict(phrases) for section, phrases in ours.items()}
    names = [f"{section}.{key}" for section, phrases in ours.items() for key in phrases]
    for section, phrases in content.items():
        if not isinstance(phrases, dict):
            mistakes.append((_line(text, section), f"{section}: must be a table of phrases"))
            continue
        for key, phrase in phrases.items():
            name, line = f"{section}.{key}", _line(text, section, key)
            known = ours.get(section, {}).get(key)
            if found := list(_mistakes(name, phrase, known, names)):
                mistakes += [(line, mistake) for mistake in found]
                continue
            if known is None:
                notes.append((line, _unknown(name, names, "only a template of yours can use it")))
            merged.setdefault(section, {})[key] = {**(known or {}), **phrase}
    return OwnWords(merged, tuple(mistakes), tuple(notes))


def _unknown(name: str, names: Collection[str], what: str) -> str:
    """What is said of a phrase that is none of the program's, which are these, and what can be done."""
    if former := tell_former_phrase(name):
        return f"{name} {former}; {what}"
    return f"{name} is no phrase of the program; {what}{nearest(name, names)}"


def _mistakes(
    name: str, phrase: Any, known: Mapping[str, str] | None, names: Collection[str]
) -> Iterator[str]:
    """What is wrong with a phrase. known: ours of the same name; names: of all of ours."""
    if not isinstance(phrase, dict) or not all(isinstance(text, str) for text in phrase.values()):
        yield f'{name}: must be a table of texts by language, such as {{ en = "..." }}'
        return
    for language in phrase:
        if not CODE.fullmatch(language):
            yield f"{name}: {language!r} is no language; write it as in zh-Hant, en, de, pt-BR"
    if known is None and ENGLISH not in phrase:
        yield _unknown(name, names, f"take it out, or give it a text in {ENGLISH} for a template of yours")
        return
    try:
        wanted = _names(known[ENGLISH] if known else phrase[ENGLISH])
    except ValueError:  # told below
        wanted = set()
    for language, text in phrase.items():
        try:
            found = _names(text)
        except ValueError as error:
            yield f"{name} in {language}: {str(error).lower()}; a brace that is meant is written twice"
            continue
        if mistake := next(_more_than_names(text, language), None):
            yield f"{name} in {language}: {mistake}"
        elif odd := sorted(found - wanted):
            hint = nearest(odd[0], wanted)
            yield f"{name} in {language}: there is no value {{{odd[0]}}}{hint}; {_listed(wanted)}"
        elif lacking := sorted(wanted - found):
            yield f"{name} in {language}: lacks {', '.join(f'{{{one}}}' for one in lacking)}"


def _names(text: str) -> set[str]:
    """The {names} in a text, without the forms of a word behind them."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _more_than_names(text: str, language: str) -> Iterator[str]:
    """What in braces is neither a name nor the forms that a word of this language has by a number."""
    for _, name, forms, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        shown = f"{name}{f'!{conversion}' if conversion else ''}{f':{forms}' if forms else ''}"
        if conversion or not name.isidentifier():
            yield f"{{{shown}}} is no value; write its name alone: {{n}}"
        elif forms and (mistake := plurals.mistake(forms, language)):
            yield f"{{{shown}}} {mistake}"


def _listed(names: set[str]) -> str:
    return f"it has {', '.join(f'{{{name}}}' for name in sorted(names))}" if names else "it has none"


def _line(text: str, section: str, key: str | None = None) -> int:
    """Where a table, or a phrase in it, stands; the first line where it is written in another way."""
    inside, line_number = "", 1
    for number, line in enumerate(text.split("\n"), start=1):
        head = re.match(r"\s*\[\s*([\w.\"'-]+?)\s*\]", line)
        if head:
            inside = head[1].replace('"', "").replace("'", "")
        if (head or re.match(rf"\s*[\"']?{re.escape(section)}\b", line)) and (
            inside == section or (not head and not inside)
        ):
            line_number = number
            if key is None:
                return number
        if key is not None and inside == f"{section}.{key}":
            return number
        if (
            key is not None
            and inside == section
            and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[.=]", line)
        ):
            return number
    return line_number
