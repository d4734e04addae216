"""The settings of a stage as rows of a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reportgen.experiment.model import AugmentationSettings, Comparison, ScheduleSettings, Stage
from reportgen.experiment.trial import Setup
from reportgen.report.sections.sentences import epochs_in_words
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, together

Row = tuple[Phrase, object]


def stage_settings(settings: Stage, seeds: Sequence[int], t: Catalogue) -> list[Row]:
    """Return the settings of a stage, name by name; those that are off are left out.

    Args:
        settings: Of the stage, or of the setup that ran.
        seeds: Those that it trained with.
        t: The words, in the report's languages.
    """
    images = settings.subset if isinstance(settings, Comparison | Setup) else None
    return [
        (t("column.hidden"), ", ".join(map(str, settings.hidden)) or t("ui.none")),
        (t("column.batch_size"), str(settings.batch_size)),
        (t("column.epochs"), str(settings.epochs)),
        (t("column.l2"), numbers.plain(settings.l2)),
        (t("column.seeds"), ", ".join(map(str, seeds))),
        (t("column.subset"), numbers.whole(images) if images else t("ui.all_images")),
        (t("column.initial_std"), initial_weights(settings.initial_std, t)),
        (t("column.dtype"), settings.dtype),
        *_further(settings, t),
    ]


def _further(settings: Stage, t: Catalogue) -> Iterator[Row]:
    schedule, augmentation = settings.schedule, settings.augmentation
    if schedule.name != "constant" or schedule.warmup_epochs:
        yield t("column.schedule"), _schedule(schedule)
    if settings.normalization != "none":
        yield t("column.normalization"), t("ui.per_channel")
    if settings.label_smoothing:
        share = numbers.plain(settings.label_smoothing)
        yield t("column.label_smoothing"), t("ui.smoothed", share=share)
    for name in ("dropout", "input_dropout"):
        if share := getattr(settings, name):
            yield t(f"column.{name}"), numbers.plain(share)
    for name in ("early_stopping", "average_epochs"):
        if epochs := getattr(settings, name):
            yield t(f"column.{name}"), epochs_in_words(epochs, t)
    if settings.best_epoch_by == "validation_accuracy":
        yield t("column.best_epoch_by"), t("column.validation_accuracy")
    if augmentation.flip or augmentation.shift:
        yield t("column.augmentation"), _augmentation(augmentation)


def _schedule(schedule: ScheduleSettings) -> str:
    words: list[str] = [schedule.name]
    if schedule.name == "step":
        words.append(f"at={'/'.join(map(numbers.plain, schedule.at))}, factor={schedule.factor:g}")
    if schedule.warmup_epochs:
        words.append(f"warmup_epochs={schedule.warmup_epochs:g}")
    return ", ".join(words)


def _augmentation(augmentation: AugmentationSettings) -> str:
    flip = ["flip"] if augmentation.flip else []
    return ", ".join(flip + ([f"shift={augmentation.shift}"] if augmentation.shift else []))


def initial_weights(std: float | None, t: Catalogue) -> Phrase:
    """Return He initialization, or a fixed standard deviation, in words.

    Args:
        std: The standard deviation of the initial weights; None for He initialization.
        t: The words, in the report's languages.
    """
    return t("network.he") if std is None else t("network.normal", std=numbers.plain(std))


def band(seeds: Sequence[int], t: Catalogue, *, drawn: bool = True, lost: bool = False) -> Phrase:
    """Return what the lines and bands in a figure are.

    Args:
        seeds: Those that the figure shows the means of.
        t: The words, in the report's languages.
        drawn: Whether there are bands.
        lost: Whether trials diverged.
    """
    if len(seeds) == 1:
        said = t("comparison.no_band")
    else:
        said = t("comparison.band" if drawn else "comparison.only_means", n=len(seeds))
    return together([said, t("comparison.band_lost")], "list.sentences", t) if lost else said
