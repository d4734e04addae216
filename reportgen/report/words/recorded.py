"""Words that a run's records bring along: what the files of its optimizers say of themselves."""

from __future__ import annotations

from collections.abc import Mapping

from reportgen.records.manifest import DescribedOptimizer
from reportgen.report.words.catalogue import Catalogue

HEADING, TEXT, SPOKEN = "section", "optimizers", "spoken"
"""Where in the catalogue an optimizer's heading, its text and its formulas' spoken words stand."""


def with_recorded(t: Catalogue, optimizers: Mapping[str, DescribedOptimizer]) -> Catalogue:
    """Return the words with those of the optimizers; what the catalogue says itself comes first.

    Args:
        t: The words, in the report's languages.
        optimizers: By name, as the manifest has them.
    """
    entries = {section: dict(phrases) for section, phrases in t.entries.items()}
    for name, optimizer in optimizers.items():
        spoken = {
            formula_name(name, place): formula.spoken for place, formula in enumerate(optimizer.formulas)
        }
        for section, key, words in (
            (HEADING, name, optimizer.heading),
            (TEXT, name, optimizer.text),
            *((SPOKEN, key, words) for key, words in spoken.items()),
        ):
            if words is not None:
                entries[section].setdefault(key, {code: _plain(text) for code, text in words.items()})
    return Catalogue(entries, t.languages)


def formula_name(optimizer: str, place: int) -> str:
    """Return what one of an optimizer's formulas is called among all of a report.

    Args:
        optimizer: Its name.
        place: Of the formula, from 0.
    """
    return f"{optimizer} {place}"


def _plain(text: str) -> str:
    """A text in which nothing is a placeholder."""
    return text.replace("{", "{{").replace("}", "}}")
