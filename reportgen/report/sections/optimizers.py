"""The section on the optimizers: each with its text, its formulas and its code."""

from __future__ import annotations

from typing import Any

from reportgen.analysis.findings import FEW
from reportgen.records.manifest import DescribedOptimizer
from reportgen.records.run_folder import RunRecords
from reportgen.report.sections.code import claim_checks
from reportgen.report.sections.section import Section
from reportgen.report.words.catalogue import Catalogue, Phrase
from reportgen.report.words.recorded import TEXT, formula_name

UNDESCRIBED = DescribedOptimizer(origin="built in")
"""Of records of a time when optimizers were not described: there were only this program's."""


def optimizers_section(records: RunRecords, t: Catalogue) -> Section:
    """Return the section on the optimizers that the run trained with.

    Args:
        records: Of the run.
        t: The words, in the report's languages.
    """
    names = list(dict.fromkeys(records.results["optimizer"]))
    passed = {check.key for check in records.manifest.checks if check.passed}
    # of many, the table of checks in the appendix tells who passed; what is wrong stands here
    in_table = passed if len(names) > FEW else set()
    return Section(
        "optimizers",
        lambda: {
            "optimizers": [
                describe_optimizer(name, records, t) | {"told_in_table": name in in_table} for name in names
            ],
        },
        tuple(claim_checks(records, *(name for name in names if name not in in_table))),
    )


def describe_optimizer(name: str, records: RunRecords, t: Catalogue) -> dict[str, Any]:
    """Return an optimizer's text and formulas: what its file says of it, and whose code it is.

    Args:
        name: Of the optimizer.
        records: Of the run.
        t: The words, in the report's languages.
    """
    described = records.manifest.optimizers.get(name, UNDESCRIBED)
    return {
        "name": name,
        "text": t(f"{TEXT}.{name}") if t.has(f"{TEXT}.{name}") else None,
        "origin": origin_of(described.origin, t),
        "source": described.source,
        "formulas": [formula_name(name, place) for place in range(len(described.formulas))],
        "listed": name in records.excerpts,
    }


def origin_of(origin: str, t: Catalogue) -> Phrase | None:
    """Say whose code an optimizer is; nothing where it is this program's.

    Args:
        origin: As the manifest has it.
        t: The words, in the report's languages.
    """
    if origin == "built in":
        return None
    if origin == "a user's file":
        return t("optimizers.of_user")
    return t("optimizers.of_package", package=origin)
