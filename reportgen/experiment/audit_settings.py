"""The table [audit] of an experiment: the points of its audit that its author mutes, each with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from reportgen.experiment.values import Line, Table

CODES_OF_RUNS: Mapping[str, str] = {
    "same_network": "RG001",
    "same_weights": "RG002",
    "same_batches": "RG003",
    "same_training": "RG004",
    "same_budget": "RG005",
    "own_rate": "RG006",
    "true_gradient": "RG007",
    "data_apart": "RG008",
    "choice": "RG009",
    "enough_seeds": "RG010",
    "other_hyperparameters": "RG011",
    "search_seen": "RG012",
    "validation_large": "RG013",
    "classes": "RG014",
    "learned": "RG015",
}
"""By the key of a point of a run's audit, its code. No code is ever given to another point."""

WORDS = 4
"""The fewest words of a reason."""
LETTERS = 8
"""The fewest letters of a reason in a script that has no spaces between its words."""


def _as_reasons(value: object) -> object:
    """Nothing but a table says what is muted and why."""
    if not isinstance(value, dict):
        raise ValueError('must be a table of codes, each with its reason: { RG005 = "the reason" }')
    return value


def _of_known_points(muted: dict[str, str]) -> dict[str, str]:
    codes = list(CODES_OF_RUNS.values())
    for code in muted:
        if code not in codes:
            raise ValueError(f"the audit has no point {code!r}; its codes are {codes[0]} to {codes[-1]}")
    return muted


def _in_some_words(reason: str) -> str:
    """A word alone is no reason, and the report prints it."""
    letters = sum(character.isalpha() and not character.isascii() for character in reason)
    if len(reason.split()) < WORDS and letters < LETTERS:
        raise ValueError(f"say why in {WORDS} words or more, as the report prints the reason")
    return reason


Reason = Annotated[Line, AfterValidator(_in_some_words)]
Muted = Annotated[dict[str, Reason], BeforeValidator(_as_reasons), AfterValidator(_of_known_points)]


class AuditSettings(Table):
    """What is asked of the audit."""

    muted: Muted = Field(default_factory=dict)
    """By code, why a point of the audit is not to count: `{ RG005 = "the reason, in a few words" }`. The
    report shows it as muted, with what was found and with the reason.
    """
