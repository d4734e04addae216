"""The codes of the audit's points: short names that stay, to cite and to mute them by."""

from __future__ import annotations

from collections.abc import Mapping

from reportgen.experiment.audit_settings import CODES_OF_RUNS

CODES: Mapping[str, str] = CODES_OF_RUNS
"""By the key of a point, its code."""
