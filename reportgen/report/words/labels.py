"""The labels of the figures."""

from __future__ import annotations

from reportgen.report.words.catalogue import Catalogue, Label

LOGARITHMIC = ("learning_rate", "factor")
"""What may stand at a logarithmic axis, which says that it is one: its label has _log behind its name."""


def figure_labels(t: Catalogue) -> dict[str, Label]:
    """Return the labels of axes, panels and legends, by their names in the catalogue."""
    names = (
        "epoch", "loss", "accuracy", "training", "validation", "predicted", "true", "learning_rate",
        "validation_accuracy", "tried", "factor", "share", "gradient", "step", "class_share", "given_rate",
        "log_scale", "loss_log",
    )  # fmt: skip
    labels = {name: t(f"figure.{name}") for name in names}
    labels |= {f"{name}_log": t("figure.log", axis=labels[name]) for name in LOGARITHMIC}
    return {name: phrase.label() for name, phrase in labels.items()}
