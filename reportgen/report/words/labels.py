"""The labels of the figures."""

from __future__ import annotations

from reportgen.report.words.catalogue import Catalogue


def figure_labels(t: Catalogue) -> dict[str, str]:
    """Return the labels of axes, panels and legends, by their names in the catalogue."""
    names = (
        "epoch", "loss", "accuracy", "training", "validation", "predicted", "true", "learning_rate",
        "validation_accuracy", "tried", "factor", "share", "gradient", "step", "class_share",
    )  # fmt: skip
    return {name: t(f"figure.{name}").plain() for name in names}
