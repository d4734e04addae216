"""The code that a report shows, and what its proofs printed: shared by the sections on how it works."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reportgen.records.manifest import FoundMistake
from reportgen.records.run_folder import RunRecords
from reportgen.report.figures import formulas
from reportgen.report.page.listings import listing
from reportgen.report.sections.section import Claim
from reportgen.report.words.catalogue import Catalogue
from reportgen.report.words.recorded import formula_name


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
            name: {"file": excerpt.file, "code": listing(excerpt.text, first_line=excerpt.line)}
            for name, excerpt in records.excerpts.items()
        },
        "formulas": {
            name: formulas.formula(name, latex, t) for name, latex in latex_by_name(records).items()
        },
    }


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
