"""What was assumed in reading a table: said alike on the terminal and in a report, in its languages."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from reportgen.files import resources
from reportgen.records.tables.reading_notes import DEEPEST, TEXTS, Note, as_json, from_json
from reportgen.report.sections.scores import read_note
from reportgen.report.words.catalogue import load

CATALOGUE = resources.templates() / "catalogue.toml"
LANGUAGES = ("zh-Hant", "en")
EXAMPLE = Note("lost", lost=2, trials=5, when=Note("at_epoch", epoch="7"))


def of_values(key: str) -> Note:
    """A note with values that show which is which."""
    return Note(key, **{name: f"<{name}>" for name in re.findall(r"{(\w+)}", TEXTS[key])})


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_says_every_note_with_all_that_is_printed(language: str) -> None:
    t = load(CATALOGUE, (language,))
    for key in TEXTS:
        note = of_values(key)
        said = read_note(note, t).plain()
        assert sorted(re.findall(r"<\w+>", said)) == sorted(set(note.values.values())), key


def test_a_report_in_english_says_what_the_terminal_does() -> None:
    t = load(CATALOGUE, ("en",))
    several = {"empty": 3, "lost": 3}  # of one alone a report says so
    for key in TEXTS:
        note = Note(key, **{name: several.get(name, value) for name, value in of_values(key).values.items()})
        said = read_note(note, t).plain()
        for typographic, plain in ("“”", '""'), ("’", "'"):
            said = said.translate(str.maketrans(typographic, plain))
        assert said.replace("`", "") == str(note).replace("`", ""), key


def test_notes_in_notes_are_said_in_the_same_language() -> None:
    assert str(EXAMPLE) == "2 of 5 trials have no score at epoch 7"
    t = load(CATALOGUE, ("zh-Hant",))
    assert read_note(EXAMPLE, t).plain() == "5 次試驗中有 2 次在第 7 個週期沒有分數"


@pytest.mark.parametrize("key", TEXTS)
def test_a_note_is_the_same_after_it_was_json(key: str) -> None:
    for note in (of_values(key), EXAMPLE):
        again = from_json(json.loads(json.dumps(as_json(note))))
        assert (again, again.key, again.values) == (note, note.key, note.values)


def nested(depth: int) -> dict[str, Any]:
    inner: Any = "x"
    for _ in range(depth):
        inner = {"key": "and", "values": {"first": inner, "second": "y"}}
    return dict(inner)


@pytest.mark.parametrize(
    "value",
    [
        {"key": "no such", "values": {}},
        {"key": "lost", "values": {"lost": 1}},
        {"key": "tabs", "values": {"more": 1}},
        {"key": "span", "values": {"first": None, "second": [1]}},
        {"key": "span", "values": {"first": ["1"], "last": "2"}},
        {"key": "tabs"},
        "tabs",
        nested(DEEPEST + 5),
    ],
)
def test_what_is_no_note_is_refused(value: Any) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        from_json(value)
    assert from_json(nested(3))
