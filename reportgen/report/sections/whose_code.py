"""Whose code ran, and which proofs of it failed: what the first page says of a user's own code."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.records.manifest import Manifest
from reportgen.report.sections.code import describe_mistake
from reportgen.report.sections.findings import listed
from reportgen.report.words.catalogue import Catalogue, Phrase

PARTS = {
    "fully_connected": "FullyConnectedLayer",
    "relu": "ReLU",
    "softmax_cross_entropy": "SoftmaxCrossEntropy",
}
"""The parts of a network that a user may write, and what they are called here."""
MOST_FAILURES = 3
"""The most proofs that the first page names; every section has its own."""


def whose_code(manifest: Manifest, t: Catalogue) -> list[Phrase]:
    """Return the sentences on whose code ran; none where all of it is this program's.

    Args:
        manifest: Of the run.
        t: The words, in the report's languages.
    """
    said = []
    layers = manifest.layers
    if layers is not None:
        said.append(t("code.layers", names=listed(list(layers.classes.values()), t), file=layers.file))
        if ours := [name for part, name in PARTS.items() if part not in layers.classes]:
            said.append(t("code.layers_ours", names=listed(ours, t)))
    for file, names in optimizer_files(manifest).items():
        said.append(t("code.optimizers", names=listed(names, t), file=file))
    if said:
        said.append(t("code.rest"))
    return said


def optimizer_files(manifest: Manifest) -> dict[str, list[str]]:
    """Return the labels of the optimizers that are a user's code, by the file that has them.

    Args:
        manifest: Of the run.
    """
    files: dict[str, list[str]] = {}
    for setup in (trial.setup for trial in manifest.trials):
        file, colon, _ = setup.optimizer.rpartition(":")
        if colon and setup.label not in files.setdefault(file, []):
            files[file].append(setup.label)
    return files


def failed_proofs(manifest: Manifest, t: Catalogue) -> list[Phrase]:
    """Return a sentence for each proof that failed, with what is probably wrong.

    Args:
        manifest: Of the run.
        t: The words, in the report's languages.
    """
    said = list(_failures(manifest, t))
    further = len(said) - MOST_FAILURES
    return said if further <= 0 else [*said[:MOST_FAILURES], t("code.further_failures", count=further)]


def _failures(manifest: Manifest, t: Catalogue) -> Iterator[Phrase]:
    for check in manifest.checks:
        if check.passed:
            continue
        if check.mistakes:
            sentence = describe_mistake(check.mistakes[0], t)["sentence"]
            yield t("code.failure", line=check.line, said=sentence)
        else:
            yield t("code.failure_bare", line=check.line)
