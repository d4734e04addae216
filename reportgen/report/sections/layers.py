"""The section on the layers: formulas, code and proofs, and whose code it is."""

from __future__ import annotations

from typing import Any

from reportgen.records.run_folder import RunRecords
from reportgen.report.sections.code import claim_checks
from reportgen.report.sections.engines import is_another
from reportgen.report.sections.findings import listed
from reportgen.report.sections.section import Section
from reportgen.report.sections.whose_code import PARTS
from reportgen.report.words.catalogue import Catalogue, Phrase

OWN = {
    "averages": "layers.fully_connected_own_averages",
    "sums": "layers.fully_connected_own_sums",
    "": "layers.relu_own",
    "divides": "layers.softmax_cross_entropy_own_divides",
    "does_not_divide": "layers.softmax_cross_entropy_own_does_not_divide",
}
"""What is said of a user's layer, by what its proof remarks."""


def layers_section(records: RunRecords, t: Catalogue) -> Section:
    """Return the section on the layers.

    Args:
        records: Of the run.
        t: The words, in the report's languages.
    """
    return Section("layers", lambda: describe_layers(records, t), tuple(claim_checks(records, *PARTS)))


def describe_layers(records: RunRecords, t: Catalogue) -> dict[str, Any]:
    """Return what is said of the layers, and of each.

    Args:
        records: Of the run.
        t: The words, in the report's languages.
    """
    layers = records.manifest.layers
    if layers is None and is_another(records.manifest):
        text = t("layers.text_followed", section=t("section.engines"))
    elif layers is None:
        text = t("layers.text")
    else:
        text = t("layers.text_own", names=listed(list(layers.classes.values()), t), file=layers.file)
    return {"layers_text": text, "layer_texts": {part: layer_text(part, records, t) for part in PARTS}}


def layer_text(part: str, records: RunRecords, t: Catalogue) -> Phrase:
    """Return what is said of a layer: of a user's own, what its proof has found.

    Args:
        part: Of the network.
        records: Of the run.
        t: The words, in the report's languages.
    """
    layers = records.manifest.layers
    if layers is None or part not in layers.classes:
        return t(f"layers.{part}")
    found = next(
        (check.remark for check in records.manifest.checks if check.key == part and check.passed), None
    )
    return t("layers.failed_own" if found is None else OWN[found], file=layers.file)
