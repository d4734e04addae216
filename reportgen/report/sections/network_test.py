"""The section on the proof of the whole network."""

from __future__ import annotations

from reportgen.records.run_folder import RunRecords
from reportgen.report.sections.code import claim_checks
from reportgen.report.sections.section import Section


def network_test_section(records: RunRecords) -> Section:
    """Return the section on the proof of the whole network."""
    return Section("network_test", dict, tuple(claim_checks(records, "network")))
