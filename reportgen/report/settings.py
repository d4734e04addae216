"""The settings of a stage as rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reportgen.report import numbers
from reportgen.report.catalogue import Catalogue, Phrase


def stage_settings(settings: dict[str, Any], t: Catalogue, images: int | None) -> list[tuple[Phrase, object]]:
    """The settings of a stage, name by name."""
    return [
        (t("column.hidden"), ", ".join(map(str, settings["hidden"])) or t("ui.none")),
        (t("column.batch_size"), str(settings["batch_size"])),
        (t("column.epochs"), str(settings["epochs"])),
        (t("column.l2"), numbers.plain(settings["l2"])),
        (t("column.seeds"), ", ".join(map(str, settings["seeds"]))),
        (t("column.subset"), numbers.whole(images) if images else t("ui.all_images")),
        (t("column.initial_std"), initial_weights(settings["initial_std"], t)),
        (t("column.dtype"), settings["dtype"]),
    ]


def initial_weights(std: float | None, t: Catalogue) -> Phrase:
    """He initialization, or a fixed standard deviation."""
    return t("network.he") if std is None else t("network.normal", std=numbers.plain(std))


def band(seeds: Sequence[int], t: Catalogue) -> Phrase:
    """What the bands in a figure are."""
    return t("comparison.band", n=len(seeds)) if len(seeds) > 1 else t("comparison.no_band")


def words(t: Catalogue) -> dict[str, str]:
    """The labels of the figures."""
    names = ("epoch", "loss", "accuracy", "training", "validation", "predicted", "true")
    return {name: t(f"figure.{name}").plain() for name in names}
