"""From an experiment to the trials it asks for."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from reportgen.errors import nearest
from reportgen.experiment.model import Experiment, OptimizerSettings, Stage
from reportgen.experiment.refusals import ExperimentError, shown
from reportgen.experiment.stages import ALL, COMPARISON, EQUALLY_TUNED, NONE, TUNED, ablation_stage
from reportgen.optim import OPTIMIZERS, Schedule, hyperparameters
from reportgen.training import Augmentation, Defects, Setup, Trial


def check_optimizers(experiment: Experiment) -> None:
    """Refuse optimizers that do not exist and hyperparameters that theirs does not take.

    Raises:
        ExperimentError: One of these; the line names the key, the value and what is allowed.
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
            if not is_finite_number(value):
                raise ExperimentError(f"{key}.{name}{shown(value)}: must be a finite number")
        try:
            OPTIMIZERS[settings.name](**settings.hyperparameters)
        except ValueError as error:
            raise ExperimentError(f"{key}: {error}, got {settings.hyperparameters}") from error


OF_STAGES_ALONE = ("seeds", "optimizers", "optimizer")
"""What a stage says and no setup has: all else of a stage is what its trials are trained with."""

MOST_TRIALS = 10_000
"""The most trials of a run; each has a row in the tables and a file of its own."""


def refuse_too_many(trials: int) -> None:
    """Raise ExperimentError where a run would have more trials than can be kept and shown."""
    if trials > MOST_TRIALS:
        raise ExperimentError(
            f"{trials:,} trials are planned; at most {MOST_TRIALS:,} can be: use fewer seeds or optimizers"
        )


def plan(experiment: Experiment, classes: int, found: Experiment | None = None) -> list[Trial]:
    """Spread an experiment out into its trials: the comparison's, optimizer by optimizer, then the others'.

    Args:
        experiment: As its file has it.
        classes: How many the data set has; the defect hidden_list_grows needs to know.
        found: The experiment with the settings that its search found; None before a search, or without one.
    """
    defects = defects_of(experiment)
    trials = _comparison(experiment, COMPARISON, defects, classes)
    if found is not None and experiment.search.comparison is not None:
        trials += _comparison(found, EQUALLY_TUNED, defects, classes)
    tuned = (found or experiment).tuned
    if tuned is not None:
        setup = make_setup(TUNED, tuned, tuned.optimizer)
        trials += [Trial(setup, seed, defects) for seed in tuned.seeds]
    return trials + _ablation(experiment, defects, classes)


def make_setup(
    stage: str, settings: Stage, optimizer: OptimizerSettings, *, grown: tuple[int, ...] = ()
) -> Setup:
    """Return a setup of a stage: its settings under the same names, and an optimizer.

    Args:
        stage: What it is trained for.
        settings: Of the stage, each of which a Setup must have.
        optimizer: With its hyperparameters.
        grown: Layers that a defect adds to the hidden ones.
    """
    named = {name: value for name, value in settings if name not in OF_STAGES_ALONE}
    named |= {
        "hidden": settings.hidden + grown,
        "schedule": Schedule(**settings.schedule.model_dump()),
        "augmentation": Augmentation(**settings.augmentation.model_dump()),
    }
    return Setup(
        stage=stage,
        label=optimizer.shown_as,
        optimizer=optimizer.name,
        hyperparameters=hyperparameters(optimizer.name) | optimizer.hyperparameters,
        **{"subset": None, **named},
    )


def defects_of(experiment: Experiment) -> Defects:
    """Return the defects that an experiment asks for."""
    return Defects(**experiment.defects.model_dump())


def ablations(defects: Defects) -> dict[str, Defects]:
    """Return the defects that are left when each is mended alone, by its name, and when ALL are mended."""
    present = [name for name, there in vars(defects).items() if there]
    return {name: replace(defects, **{name: False}) for name in present} | {ALL: Defects()}


def _ablation(experiment: Experiment, defects: Defects, classes: int) -> list[Trial]:
    wanted, comparison = experiment.ablation, experiment.comparison
    if wanted is None or comparison is None:
        return []
    lacking = tuple(seed for seed in wanted.seeds if seed not in comparison.seeds)
    trials = _comparison(experiment, ablation_stage(NONE), defects, classes, seeds=lacking)
    for mended, left in ablations(defects).items():
        trials += _comparison(experiment, ablation_stage(mended), left, classes, seeds=wanted.seeds)
    return trials


def _comparison(
    experiment: Experiment,
    stage: str,
    defects: Defects,
    classes: int,
    *,
    seeds: tuple[int, ...] | None = None,
) -> list[Trial]:
    settings = experiment.comparison
    if settings is None:
        return []
    trials = []
    for place, optimizer in enumerate(settings.optimizers):
        grown = (classes,) * place if defects.hidden_list_grows else ()
        setup = make_setup(stage, settings, optimizer, grown=grown)
        trials += [Trial(setup, seed, defects) for seed in (settings.seeds if seeds is None else seeds)]
    return trials


def is_finite_number(value: object) -> bool:
    """Return whether a value is a number that can be reckoned with."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond all floats
        return False


def _optimizers(experiment: Experiment) -> Iterator[tuple[str, OptimizerSettings]]:
    """Yield every optimizer's settings with the key under which they stand."""
    if experiment.comparison is not None:
        for place, settings in enumerate(experiment.comparison.optimizers):
            yield f"{COMPARISON}.optimizers[{place}]", settings
    if experiment.tuned is not None:
        yield f"{TUNED}.optimizer", experiment.tuned.optimizer
