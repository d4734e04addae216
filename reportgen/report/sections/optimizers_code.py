"""The appendix with the code of many optimizers."""

from __future__ import annotations

from reportgen.analysis.findings import FEW
from reportgen.records.run_folder import RunRecords
from reportgen.report.sections.section import Section


def optimizers_code_section(records: RunRecords) -> Section:
    """Return the appendix; it is left out of few optimizers, whose code stands with their rules."""
    many = records.results["optimizer"].nunique() > FEW
    return Section("optimizers_code", dict, shown=many, appendix=True)
