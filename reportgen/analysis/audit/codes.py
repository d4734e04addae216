"""The codes of the audit's points: short names that stay, to cite and to mute them by."""

from __future__ import annotations

from collections.abc import Mapping

CODES: Mapping[str, str] = {
    "same_network": "RG001",
    "same_weights": "RG002",
    "same_batches": "RG003",
    "same_training": "RG004",
    "same_budget": "RG005",
    "own_rate": "RG006",
    "true_gradient": "RG007",
    "data_apart": "RG008",
    "choice": "RG009",
    "enough_seeds": "RG010",
    "other_hyperparameters": "RG011",
    "search_seen": "RG012",
    "validation_large": "RG013",
    "classes": "RG014",
    "learned": "RG015",
}
"""By the key of a point, its code. A code is never given to another point, also where its own is gone."""
