"""The appendix with every pair of many optimizers, to look things up in."""

from __future__ import annotations

from reportgen.analysis.findings import FEW
from reportgen.analysis.results import of_stage
from reportgen.experiment.stages import COMPARISON
from reportgen.records.run_folder import RunRecords
from reportgen.report.sections.section import Section


def every_pair_section(records: RunRecords) -> Section:
    """Return the appendix; it is left out where few are compared, whose pairs stand with the verdicts."""
    many = of_stage(records.results, COMPARISON)["setup"].nunique() > FEW
    return Section("every_pair", dict, shown=many, appendix=True)
