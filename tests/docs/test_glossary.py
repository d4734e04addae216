"""The glossary has the words that reports use, and is where the manual leads to."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path

from reportgen.files import resources

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "glossary.md"
TERMS = [
    line.strip("| ").split(" | ")
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("|") and not line.startswith(("| English", "| ---"))
]
PHRASES = [
    phrase
    for phrases in tomllib.loads(
        (resources.templates() / "catalogue.toml").read_text(encoding="utf-8")
    ).values()
    for phrase in phrases.values()
]


def test_every_term_is_a_word_of_reports_in_both_languages() -> None:
    english = " ".join(phrase["en"] for phrase in PHRASES).lower()
    chinese = " ".join(phrase["zh-Hant"] for phrase in PHRASES)
    assert len(TERMS) > 60
    unused = [
        cell
        for term in TERMS
        for cell, words in ((term[0].lower(), english), (term[1], chinese))
        if not re.search(rf"(?<![a-z]){re.escape(cell)}(?![a-z])", words)
    ]
    assert unused == []


def test_a_term_has_three_columns_and_stands_there_once() -> None:
    assert [term for term in TERMS if len(term) != 3 or not all(term)] == []
    for column in (0, 1):
        assert [word for word, count in Counter(term[column] for term in TERMS).items() if count > 1] == []


def test_what_the_glossary_names_once_is_called_nothing_else() -> None:
    """Words that reports once had for what the glossary now names."""
    former = re.compile(
        "到達|差距|各自調整|公平調整|給定設定|步伐|梯度長度|參數長度|無法區分|可測差異"
        "|mended|equally tuned|told apart|held against|chance of any false|by so many"
    )
    said = [text for phrase in PHRASES for text in phrase.values()]
    assert [text for text in said if former.search(text)] == []
