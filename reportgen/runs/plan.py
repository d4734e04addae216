"""From an experiment to the trials it asks for."""

from __future__ import annotations

import math
from collections.abc import Iterator

from reportgen.experiment import Experiment, ExperimentError, OptimizerSettings, Stage, nearest, shown
from reportgen.optim import OPTIMIZERS, Schedule, hyperparameters
from reportgen.training import Augmentation, Defects, Setup, Trial

COMPARISON, TUNED = "comparison", "tuned"


def check_optimizers(experiment: Experiment) -> None:
    """Refuse optimizers that do not exist and hyperparameters that theirs does not take.

    Raises ExperimentError naming the key, the value and what is allowed.
    """
    for key, settings in _optimizers(experiment):
        if settings.name not in OPTIMIZERS:
            raise ExperimentError(
                f'{key}.name = "{settings.name}": no such optimizer; allowed: {", ".join(OPTIMIZERS)}'
            )
        known = hyperparameters(settings.name)
        for name, value in settings.hyperparameters.items():
            if name not in known:
                allowed = ", ".join(["name", "label", *known])
                raise ExperimentError(
                    f"unknown key {key}.{name}{nearest(name, ['label', *known])}: {settings.name} does not"
                    f" take it; allowed: {allowed}"
                )
            if not _is_finite_number(value):
                raise ExperimentError(f"{key}.{name}{shown(value)}: must be a finite number")
        try:
            OPTIMIZERS[settings.name](**settings.hyperparameters)
        except ValueError as error:
            raise ExperimentError(f"{key}: {error}, got {settings.hyperparameters}") from error


def plan(experiment: Experiment, classes: int) -> list[Trial]:
    """Every trial of the experiment: the comparison's, optimizer by optimizer, then the tuned ones.

    classes: how many the data set has; the defect hidden_list_grows needs to know.
    """
    defects = Defects(**experiment.defects.model_dump())
    trials = []
    for stage, settings, subset, optimizers in _stages(experiment):
        for place, optimizer in enumerate(optimizers):
            grown = (classes,) * place if defects.hidden_list_grows else ()
            setup = Setup(
                stage=stage,
                label=optimizer.shown_as,
                optimizer=optimizer.name,
                hyperparameters=hyperparameters(optimizer.name) | optimizer.hyperparameters,
                hidden=settings.hidden + grown,
                batch_size=settings.batch_size,
                epochs=settings.epochs,
                l2=settings.l2,
                initial_std=settings.initial_std,
                dtype=settings.dtype,
                subset=subset,
                schedule=Schedule(**settings.schedule.model_dump()),
                normalization=settings.normalization,
                label_smoothing=settings.label_smoothing,
                dropout=settings.dropout,
                input_dropout=settings.input_dropout,
                early_stopping=settings.early_stopping,
                average_epochs=settings.average_epochs,
                best_epoch_by=settings.best_epoch_by,
                augmentation=Augmentation(**settings.augmentation.model_dump()),
            )
            trials += [Trial(setup, seed, defects) for seed in settings.seeds]
    return trials


def _is_finite_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond all floats
        return False


def _stages(
    experiment: Experiment,
) -> Iterator[tuple[str, Stage, int | None, tuple[OptimizerSettings, ...]]]:
    if experiment.comparison is not None:
        comparison = experiment.comparison
        yield COMPARISON, comparison, comparison.subset, comparison.optimizers
    if experiment.tuned is not None:
        yield TUNED, experiment.tuned, None, (experiment.tuned.optimizer,)


def _optimizers(experiment: Experiment) -> Iterator[tuple[str, OptimizerSettings]]:
    """Every optimizer's settings with the key under which they stand."""
    if experiment.comparison is not None:
        for place, settings in enumerate(experiment.comparison.optimizers):
            yield f"{COMPARISON}.optimizers[{place}]", settings
    if experiment.tuned is not None:
        yield f"{TUNED}.optimizer", experiment.tuned.optimizer
