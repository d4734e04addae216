"""The code that a report shows, and what its proofs printed: shared by the sections on how it works."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reportgen.records.run_folder import RunRecords
from reportgen.report.figures import formulas
from reportgen.report.page.listings import listing
from reportgen.report.sections.section import Claim
from reportgen.report.words.catalogue import Catalogue


def describe_code(records: RunRecords, t: Catalogue) -> dict[str, Any]:
    """Return the outputs of proofs, the listings and the formulas, each by its name.

    Args:
        records: Of the run.
        t: The words, in the report's languages.
    """
    return {
        "checks": {check.key: check.model_dump(mode="json") for check in records.manifest.checks},
        "listings": {
            name: {"file": excerpt.file, "code": listing(excerpt.text, first_line=excerpt.line)}
            for name, excerpt in records.excerpts.items()
        },
        "formulas": {name: formulas.formula(name, t) for name in formulas.FORMULAS},
    }


def claim_checks(records: RunRecords, *keys: str) -> Iterator[Claim]:
    """Yield the claims of what these proofs printed last, each a line that says whether it passed."""
    for check in records.manifest.checks:
        if check.key in keys:
            yield Claim("proofs", check.line)
