"""The codes of the audit's points: short names that stay, to cite and to mute them by."""

from __future__ import annotations

from collections.abc import Mapping

from reportgen.experiment.audit_settings import CODES_OF_RUNS

CODES_OF_TABLES: Mapping[str, str] = {
    "same_seeds": "RG101",
    "all_scores": "RG102",
    "own_scores": "RG103",
}
"""By the key of a point that a table of scores alone can fail, its code."""

CODES: Mapping[str, str] = {**CODES_OF_RUNS, **CODES_OF_TABLES}
"""By the key of a point, its code."""
