"""The code that a report shows, and what its proofs printed: shared by the sections on how it works."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from reportgen.files.resources import PACKAGE
from reportgen.records.manifest import Check, FoundMistake
from reportgen.records.run_folder import Excerpt, RunRecords
from reportgen.report.figures import formulas
from reportgen.report.page.abridging import find_left_out
from reportgen.report.page.listings import listing
from reportgen.report.sections.section import Claim, claim_row
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase
from reportgen.report.words.recorded import formula_name

MEASURE = re.compile(r"(?P<against>.+) (?P<error>\S+) \(limit (?P<limit>\S+)\)")
"""How the evidence of a check tells a measure."""

STEPS = re.compile(r"(?P<steps>\d+) steps of the textbook, (?P<precision>\w+)")
ENGINE = re.compile(r"engine (?P<engine>\S+) (?P<optimizer>.+)")
"""How an engine's check tells what it is held against, and its key what it is of."""
REFERENCES = {
    "finite differences": "finite_differences",
    "autograd twin": "autograd",
    "autograd twin, loss": "autograd_loss",
    "by hand": "by_hand",
    "no twin: properties only": "no_twin",
}
"""What checks are held against, by its name under [proof]; others, as torch.optim, are named as is."""


def describe_code(records: RunRecords, t: Catalogue) -> dict[str, Any]:
    """Return the outputs of proofs, the listings and the formulas, each by its name.

    Args:
        records: Of the run.
        t: The words, in the report's languages.
    """
    return {
        "checks": {
            check.key: check.model_dump(mode="json")
            | {"mistakes": [describe_mistake(mistake, t) for mistake in check.mistakes]}
            for check in records.manifest.checks
        },
        "listings": {
            name: {"file": excerpt.file, "code": list_excerpt(excerpt)}
            for name, excerpt in records.excerpts.items()
        },
        "formulas": {
            name: formulas.formula(name, latex, t) for name, latex in latex_by_name(records).items()
        },
    }


def list_excerpt(excerpt: Excerpt) -> Markup:
    """Return the listing of code that ran: a user's whole, this program's without what a reader can spare.

    Args:
        excerpt: Of the records.
    """
    own = excerpt.file.startswith(f"{PACKAGE.name}/")
    left_out = find_left_out(excerpt.text) if own else []
    return listing(excerpt.text, first_line=excerpt.line, left_out=left_out)


def latex_by_name(records: RunRecords) -> dict[str, str]:
    """Return all formulas of a report by name: its own, and those of the optimizers that trained.

    Args:
        records: Of the run.
    """
    of_optimizers = {
        formula_name(name, place): formula.latex
        for name, optimizer in records.manifest.optimizers.items()
        for place, formula in enumerate(optimizer.formulas)
    }
    return formulas.FORMULAS | of_optimizers


def describe_mistake(mistake: FoundMistake, t: Catalogue) -> dict[str, Any]:
    """Return the sentence on a mistake in a user's code, and its example.

    Args:
        mistake: What was found.
        t: The words, in the report's languages.
    """
    key = f"mistake.{mistake.key}"
    said = t(key if t.has(key) else "mistake.unknown")
    return {
        "sentence": t("code.mistake", where=mistake.where, said=said),
        "example": list(mistake.example),
    }


def claim_checks(records: RunRecords, *keys: str) -> Iterator[Claim]:
    """Yield the claims of what these proofs printed last, each a line that says whether it passed."""
    for check in records.manifest.checks:
        if check.key in keys:
            yield Claim("proofs", check.line)


def measures_of(check: Check, t: Catalogue) -> list[dict[str, str | Phrase]]:
    """Return what a check was held against, a row each: its error, and the limit that this may have.

    Args:
        check: As the manifest has it. What its evidence tells otherwise is told as it is.
        t: The words, in the report's languages.
    """
    verdict = t("ui.passed" if check.passed else "ui.failed")
    rows: list[dict[str, str | Phrase]] = []
    for part in check.evidence.split("; "):
        found = MEASURE.fullmatch(part)
        against, error, limit = found.groups() if found else (part, numbers.MISSING, numbers.MISSING)
        line: str | Phrase = "" if rows else t("proof.line", name=_name_check(check, t), verdict=verdict)
        reference = _name_reference(against, t) if against else numbers.MISSING
        rows.append({"line": line, "against": reference, "error": error, "limit": limit})
    return rows


def _name_check(check: Check, t: Catalogue) -> Phrase:
    """What a check is of; an optimizer by its name."""
    if found := ENGINE.fullmatch(check.key):
        engine = f"proof.engine_{found['engine']}"
        if t.has(engine):
            return t(engine, optimizer=found["optimizer"])
        return t("proof.engine", **found.groupdict())
    key = f"proof.{check.key}"
    return t(key) if t.has(key) else t.same(check.key)


def _name_reference(against: str, t: Catalogue) -> Phrase:
    """What a check was held against."""
    if found := STEPS.fullmatch(against):
        return t("proof.steps", **found.groupdict())
    return t(f"proof.{REFERENCES[against]}") if against in REFERENCES else t.same(against)


def claim_measures(records: RunRecords, t: Catalogue) -> Iterator[Claim]:
    """Yield the claims of the rows of the table of checks.

    Args:
        records: Of the run.
        t: The words, in the report's languages.
    """
    for check in records.manifest.checks:
        for row in measures_of(check, t):
            yield claim_row("errors of proofs", *row.values())
