"""The section on the layers: formulas, code and proofs."""

from __future__ import annotations

from reportgen.records.run_folder import RunRecords
from reportgen.report.sections.code import claim_checks
from reportgen.report.sections.section import Section


def layers_section(records: RunRecords) -> Section:
    """Return the section on the layers."""
    layers = ("fully_connected", "relu", "softmax_cross_entropy")
    return Section("layers", dict, tuple(claim_checks(records, *layers)))
