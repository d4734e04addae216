"""From an experiment to the trials it asks for."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from reportgen.experiment.model import Experiment, OptimizerSettings, Stage
from reportgen.experiment.refusals import ExperimentError
from reportgen.experiment.stages import ALL, COMPARISON, EQUALLY_TUNED, NONE, TUNED, ablation_stage
from reportgen.optim import Schedule, built_in
from reportgen.planning.optimizers_by_name import BUILT_IN, OptimizersByName, refuse_mistakes
from reportgen.training import Augmentation, Defects, Setup, Trial


def check_optimizers(experiment: Experiment, optimizers: OptimizersByName = BUILT_IN) -> None:
    """Refuse optimizers that do not exist and hyperparameters that theirs does not take.

    Args:
        experiment: Names them.
        optimizers: What the names mean.

    Raises:
        ExperimentError: All that is wrong, a line each, with key, value and what is allowed.
    """
    refuse_mistakes(
        [mistake for key, settings in _optimizers(experiment) for mistake in optimizers.check(key, settings)]
    )


def further_mistakes(content: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with the optimizers of a file that is refused for something else, a line each.

    Args:
        content: Of the file. What the model of an experiment finds, and optimizers of users' files, are left
            out.
    """
    tables: list[tuple[str, Any]] = []
    match content.get(COMPARISON):
        case {"optimizers": [*listed]}:
            tables += [(f"{COMPARISON}.optimizers[{place}]", table) for place, table in enumerate(listed)]
    match content.get(TUNED):
        case {"optimizer": table}:
            tables.append((f"{TUNED}.optimizer", table))
    mistakes = []
    for key, table in tables:
        with contextlib.suppress(ValidationError):
            settings = OptimizerSettings.model_validate(table)
            if ":" not in settings.name:
                mistakes += BUILT_IN.check(key, settings)
    return mistakes


OF_STAGES_ALONE = ("seeds", "optimizers", "optimizer")
"""What a stage says and no setup has: all else of a stage is what its trials are trained with."""

REFERENCE = " (reference)"
"""What stands behind the label of a setup that this program's code stands in for."""

MOST_TRIALS = 10_000
"""The most trials of a run; each has a row in the tables and a file of its own."""


def refuse_too_many(trials: int) -> None:
    """Raise ExperimentError where a run would have more trials than can be kept and shown."""
    if trials > MOST_TRIALS:
        raise ExperimentError(
            f"{trials:,} trials are planned; at most {MOST_TRIALS:,} can be: use fewer seeds or optimizers"
        )


def plan(
    experiment: Experiment,
    classes: int,
    found: Sequence[Experiment] = (),
    optimizers: OptimizersByName = BUILT_IN,
    *,
    references: Sequence[str] = (),
) -> list[Trial]:
    """Spread an experiment out into its trials: the comparison's, optimizer by optimizer, then the others'.

    Args:
        experiment: As its file has it.
        classes: How many the data set has; the defect hidden_list_grows needs to know.
        found: The experiment with the settings that its search found, once for each repeat of that; none
            before a search, or without one.
        optimizers: What the names of its optimizers mean.
        references: The labels of those in the comparison that this program's code is to stand beside.
    """
    defects = defects_of(experiment)
    trials = _comparison(experiment, COMPARISON, defects, classes, optimizers, references=references)
    if found and (searches := experiment.searches) is not None:
        repeats = [_comparison(each, EQUALLY_TUNED, defects, classes, optimizers) for each in found]
        trials += [same[searches[same[0].seed]] for same in zip(*repeats, strict=True)]
    tuned = (found[0] if found else experiment).tuned
    if tuned is not None:
        setup = make_setup(TUNED, tuned, tuned.optimizer, optimizers)
        trials += [Trial(setup, seed, defects) for seed in tuned.seeds]
    return trials + _ablation(experiment, defects, classes, optimizers)


def make_setup(
    stage: str,
    settings: Stage,
    optimizer: OptimizerSettings,
    optimizers: OptimizersByName = BUILT_IN,
    *,
    grown: tuple[int, ...] = (),
) -> Setup:
    """Return a setup of a stage: its settings under the same names, and an optimizer.

    Args:
        stage: What it is trained for.
        settings: Of the stage, each of which a Setup must have.
        optimizer: With its hyperparameters.
        optimizers: What its name means.
        grown: Layers that a defect adds to the hidden ones.
    """
    named = {name: value for name, value in settings if name not in OF_STAGES_ALONE}
    named |= {
        "hidden": settings.hidden + grown,
        "schedule": Schedule(**settings.schedule.model_dump()),
        "augmentation": Augmentation(**settings.augmentation.model_dump()),
    }
    kind = optimizers.find(optimizer.name)
    return Setup(
        stage=stage,
        label=optimizer.shown_as,
        optimizer=kind.name,
        optimizer_code=kind.code,
        layers_code=optimizers.layers_code,
        hyperparameters={**kind.hyperparameters, **optimizer.hyperparameters},
        **{"subset": None, **named},
    )


def defects_of(experiment: Experiment) -> Defects:
    """Return the defects that an experiment asks for."""
    return Defects(**experiment.defects.model_dump())


def ablations(defects: Defects) -> dict[str, Defects]:
    """Return the defects that are left when each is mended alone, by its name, and when ALL are mended."""
    present = [name for name, there in vars(defects).items() if there]
    return {name: replace(defects, **{name: False}) for name in present} | {ALL: Defects()}


def _ablation(
    experiment: Experiment, defects: Defects, classes: int, optimizers: OptimizersByName
) -> list[Trial]:
    wanted, comparison = experiment.ablation, experiment.comparison
    if wanted is None or comparison is None:
        return []
    lacking = tuple(seed for seed in wanted.seeds if seed not in comparison.seeds)
    trials = _comparison(experiment, ablation_stage(NONE), defects, classes, optimizers, seeds=lacking)
    for mended, left in ablations(defects).items():
        stage = ablation_stage(mended)
        trials += _comparison(experiment, stage, left, classes, optimizers, seeds=wanted.seeds)
    return trials


def _comparison(
    experiment: Experiment,
    stage: str,
    defects: Defects,
    classes: int,
    optimizers: OptimizersByName,
    *,
    seeds: tuple[int, ...] | None = None,
    references: Sequence[str] = (),
) -> list[Trial]:
    settings = experiment.comparison
    if settings is None:
        return []
    trials = []
    for place, optimizer in enumerate(settings.optimizers):
        grown = (classes,) * place if defects.hidden_list_grows else ()
        setups = [make_setup(stage, settings, optimizer, optimizers, grown=grown)]
        if optimizer.shown_as in references:
            setups.append(reference_of(setups[0]))
        for setup in setups:
            trials += [Trial(setup, seed, defects) for seed in (settings.seeds if seeds is None else seeds)]
    return trials


def reference_of(setup: Setup) -> Setup:
    """Return a setup with this program's code in place of the user's: the layers, and the optimizer.

    Args:
        setup: Of an optimizer that this program has too, or whose code is to stay.
    """
    reference = replace(setup, label=f"{setup.label}{REFERENCE}", layers_code="")
    name = setup.optimizer.rpartition(":")[2]
    if not setup.optimizer_code or name not in built_in():
        return reference
    kind = built_in()[name]
    given = {key: value for key, value in setup.hyperparameters.items() if key in kind.accepts}
    return replace(
        reference, optimizer=name, optimizer_code="", hyperparameters={**kind.hyperparameters, **given}
    )


def _optimizers(experiment: Experiment) -> Iterator[tuple[str, OptimizerSettings]]:
    """Yield every optimizer's settings with the key under which they stand."""
    if experiment.comparison is not None:
        for place, settings in enumerate(experiment.comparison.optimizers):
            yield f"{COMPARISON}.optimizers[{place}]", settings
    if experiment.tuned is not None:
        yield f"{TUNED}.optimizer", experiment.tuned.optimizer
