"""The section on the optimizers: each with its text, its formulas and its code."""

from __future__ import annotations

from typing import Any

from reportgen.report.figures import formulas
from reportgen.report.words.catalogue import Catalogue


def describe_optimizer(name: str, t: Catalogue) -> dict[str, Any]:
    """An optimizer's text and formulas; one that the catalogue does not know has only its code."""
    known = t.has(f"optimizers.{name}")
    return {
        "name": name,
        "text": t(f"optimizers.{name}" if known else "optimizers.other"),
        "formulas": formulas.OF_OPTIMIZER.get(name, ()),
    }
