"""The section on the optimizers: each with its text, its formulas and its code."""

from __future__ import annotations

from typing import Any

from reportgen.records.run_folder import RunRecords
from reportgen.report.figures import formulas
from reportgen.report.sections.code import claim_checks
from reportgen.report.sections.section import Section
from reportgen.report.words.catalogue import Catalogue


def optimizers_section(records: RunRecords, t: Catalogue) -> Section:
    """Return the section on the optimizers that the run trained with.

    Args:
        records: Of the run.
        t: The words, in the report's languages.
    """
    names = list(dict.fromkeys(records.results["optimizer"]))
    return Section(
        "optimizers",
        lambda: {"optimizers": [describe_optimizer(name, t) for name in names]},
        tuple(claim_checks(records, *names)),
    )


def describe_optimizer(name: str, t: Catalogue) -> dict[str, Any]:
    """Return an optimizer's text and formulas; one that the catalogue does not know has only its code.

    Args:
        name: Of the optimizer.
        t: The words, in the report's languages.
    """
    known = t.has(f"optimizers.{name}")
    return {
        "name": name,
        "text": t(f"optimizers.{name}" if known else "optimizers.other"),
        "formulas": formulas.OF_OPTIMIZER.get(name, ()),
    }
