"""What is searched: for each setup its spaces, found to be possible before anything is trained."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from pydantic import ValidationError

from reportgen.errors import nearest
from reportgen.experiment.model import Experiment, OptimizerSettings, Stage, Tuned
from reportgen.experiment.refusals import ExperimentError, shown
from reportgen.experiment.search import ComparisonSearch, Space, StageSearch
from reportgen.experiment.stages import COMPARISON, SEARCH, TUNED
from reportgen.planning.optimizers_by_name import BUILT_IN, OptimizersByName, problem_of, refuse_mistakes
from reportgen.planning.plan import defects_of, make_setup
from reportgen.planning.proposers import Proposer, Values, proposer
from reportgen.training import Defects, Setup, Trial

AnyStage = TypeVar("AnyStage", bound=Stage)


@dataclass(frozen=True)
class Study:
    """What is searched for one setup: a compared optimizer, or the tuned one.

    Attributes:
        stage: For which one is searched, COMPARISON or TUNED.
        label: What the optimizer is called there.
        search: How.
        spaces: The values of each setting that may be tried.
        defects: Those of the experiment.
        make: Returns the setup with other values of these settings, trained for as long as the search says.
        optimizers: What the names of optimizers mean.
        repeat: Which of several searches for the same it is, from 0.
        rounds: How many settings each round of it trains, and for how many epochs: one but for halving.
    """

    stage: str
    label: str
    search: StageSearch
    spaces: Mapping[str, Space]
    defects: Defects
    make: Callable[[Values], Setup]
    optimizers: OptimizersByName
    repeat: int = 0
    rounds: tuple[tuple[int, int], ...] = ()

    @property
    def seeds(self) -> tuple[int, ...]:
        """What every setting is tried with."""
        search = self.search
        return search.seeds_of(self.repeat) if isinstance(search, ComparisonSearch) else search.seeds

    @property
    def start(self) -> Values | None:
        """The file's own settings, choices as the space spells them; None where the space lacks them."""
        own, start = self.make({}), {}
        for name, space in self.spaces.items():
            if space.choices:
                same = [choice for choice in space.choices if self.make({name: choice}) == own]
            else:
                value = own.hyperparameters.get(name, getattr(own, name, None))
                same = [value] if value is not None and space.holds(value) else []
            if not same:
                return None
            start[name] = same[0]
        return start

    def key(self, name: str) -> str:
        """Return where the space of a setting stands in the file."""
        search = self.search
        if isinstance(search, ComparisonSearch) and name in search.own.get(self.label, {}):
            return f"search.{self.stage}.own.{self.label}.{name}"
        return f"search.{self.stage}.space.{name}"


def search_trials(study: Study, values: Values, number: int, rung: int = 0) -> list[Trial]:
    """Return the trials of one candidate, a seed each, with the experiment's defects and without its test.

    Args:
        study: What is searched.
        values: The settings that are tried.
        number: Counts what is tried for a setup from 1.
        rung: The round of halving, from 0.
    """
    setup, search = study.make(values), study.search
    if search.halving:
        setup = replace(setup, epochs=study.rounds[rung][1])
    label = f"{setup.label} {number}/{search.trials}"
    if isinstance(search, ComparisonSearch) and search.repeats > 1:
        label += f" of search {study.repeat + 1}/{search.repeats}"
    setup = replace(setup, stage=SEARCH, label=label, reads_test=False)
    return [Trial(setup, seed, study.defects) for seed in study.seeds]


def possible_trials(study: Study) -> list[Trial]:
    """Return a trial for every extreme of the spaces, to be checked before any is trained."""
    return [
        trial
        for name, space in study.spaces.items()
        for value in space.choices or (space.low, space.high)
        for trial in search_trials(study, {name: value}, 1)[:1]
    ]


def studies_of(experiment: Experiment, classes: int, optimizers: OptimizersByName = BUILT_IN) -> list[Study]:
    """Lay out every study that an experiment asks for, its spaces checked.

    Args:
        experiment: With or without searches.
        classes: How many the data set has; the defect hidden_list_grows needs to know.
        optimizers: What the names of its optimizers mean.

    Returns:
        The studies of the comparison, optimizer by optimizer, and that of the tuned stage.

    Raises:
        ExperimentError: Something cannot be searched; a line for each mistake names its key.
    """
    refuse_mistakes(
        [*_unknown_in_comparison(experiment, optimizers), *_unknown_in_tuned(experiment, optimizers)]
    )
    studies = [*_of_comparison(experiment, classes, optimizers), *_of_tuned(experiment, optimizers)]
    # a space that all optimizers share is said once
    refuse_mistakes(
        list(dict.fromkeys(mistake for study in studies if study.repeat == 0 for mistake in _mistakes(study)))
    )
    return studies


def _mistakes(study: Study) -> list[str]:
    """What is not possible in a study, a line each."""
    if not study.spaces:
        takes = study.optimizers.find(study.make({}).optimizer).accepts
        return [
            f"search.{study.stage}.space: nothing in it is for {study.label}; it takes: {', '.join(takes)}"
        ]
    if mistake := _too_short(study, {}):
        return [f"search.{study.stage}.halving: {mistake}"]
    impossible = [line for name in study.spaces if (line := _impossible(study, name))]
    if impossible:
        return impossible
    try:  # a grid is laid out here, so that what is wrong with it is said before anything is trained
        make_proposer(study)
    except ExperimentError as error:
        return [f"search.{study.stage}, for {study.label}: {error}"]
    return []


def _too_short(study: Study, values: Values) -> str:
    """What does not fit into the first round of halving; empty where all does."""
    if study.search.halving is None:
        return ""
    setup, (_, epochs) = study.make(values), study.rounds[0]
    if (first := study.search.halving.first_epochs) and first >= setup.epochs:
        return f"first_epochs = {first} must be less than the {setup.epochs} epochs of the last round"
    latest = max([setup.schedule.warmup_epochs, *setup.schedule.at])
    if latest >= epochs or setup.average_epochs > epochs:
        return (
            f"its first round has {epochs} epochs, which schedule or average_epochs do not fit into; give a"
            " larger first_epochs"
        )
    return ""


def make_proposer(study: Study) -> Proposer:
    """Return whoever proposes settings for a study."""
    purpose = f"search {study.stage} {study.label}"
    if study.repeat:
        purpose += f" repeat {study.repeat}"
    return proposer(study.search, study.spaces, study.start, purpose)


def _impossible(study: Study, name: str) -> str:
    """The line for the first value of a space that cannot be; empty where all can."""
    space = study.spaces[name]
    for value in space.choices or (space.low, space.high):
        try:
            setup = study.make({name: value})
            if problem := _too_short(study, {name: value}):
                raise ValueError(problem)
            kind = study.optimizers.find(setup.optimizer)
            if name in setup.hyperparameters and (
                problem := problem_of(setup.hyperparameters[name], kind.hyperparameters.get(name))
            ):
                raise ValueError(problem)
            kind.make(**setup.hyperparameters)
        except ValueError as error:
            return f"{study.key(name)}{shown(value)}: {_problem(error, space)}"
    return ""


def _problem(error: ValueError, space: Space | None = None) -> str:
    """Say what is wrong with a value of a space."""
    if not isinstance(error, ValidationError):
        return str(error)
    mistake = error.errors()[0]
    if mistake["type"] == "value_error":
        return str(mistake["ctx"]["error"])
    message = mistake["msg"][:1].lower() + mistake["msg"][1:]
    out_of_range = mistake["type"].startswith(("greater", "less"))
    if out_of_range or space is None or space.choices:
        return message
    return f"{message}: give a list of choices"


def _with_epochs(settings: AnyStage, stage: str, epochs: int | None) -> AnyStage:
    """Return the stage, trained as long as its search trains."""
    if epochs is None:
        return settings
    try:
        return type(settings).model_validate(settings.model_dump(exclude_unset=True) | {"epochs": epochs})
    except ValidationError as error:
        raise ExperimentError(f"search.{stage}.epochs = {epochs}: {_problem(error)}") from error


def _unknown_in_comparison(experiment: Experiment, optimizers: OptimizersByName) -> Iterator[str]:
    """Yield a line for each name in the comparison's search that is of no optimizer or hyperparameter."""
    settings, wanted = experiment.comparison, experiment.search.comparison
    if settings is None or wanted is None:
        return
    takes = {each.shown_as: optimizers.find(each.name).accepts for each in settings.optimizers}
    names = {each.shown_as: each.name for each in settings.optimizers}
    taken = sorted({name for accepted in takes.values() for name in accepted})
    for name in wanted.space:
        if name not in taken:
            yield (
                f"search.comparison.space.{name}: no compared optimizer takes it{nearest(name, taken)};"
                f" they take: {', '.join(taken)}"
            )
    for label, own in wanted.own.items():
        if label not in takes:
            yield (
                f"search.comparison.own.{label}: no compared optimizer is called so{nearest(label, takes)};"
                f" there are: {', '.join(takes)}"
            )
            continue
        for name in own:
            if name not in takes[label]:
                yield (
                    f"search.comparison.own.{label}.{name}: {names[label]} does not take it"
                    f"{nearest(name, takes[label])}; allowed: {', '.join(takes[label])}"
                )


def _unknown_in_tuned(experiment: Experiment, optimizers: OptimizersByName) -> Iterator[str]:
    """Yield a line for each name in the search of the tuned stage that is no setting of it."""
    settings, wanted = experiment.tuned, experiment.search.tuned
    if settings is None or wanted is None:
        return
    of_stage = (name for name in Stage.model_fields if name not in {"seeds", "epochs", "dtype"})
    known = [*optimizers.find(settings.optimizer.name).accepts, *of_stage]
    for name in wanted.space:
        if name not in known:
            yield (
                f"search.tuned.space.{name}: is no setting of the tuned stage{nearest(name, known)};"
                f" allowed: {', '.join(known)}"
            )


def _of_comparison(experiment: Experiment, classes: int, optimizers: OptimizersByName) -> Iterator[Study]:
    settings, wanted = experiment.comparison, experiment.search.comparison
    if settings is None or wanted is None:
        return
    defects = defects_of(experiment)
    short = _with_epochs(settings, COMPARISON, wanted.epochs)
    for place, optimizer in enumerate(settings.optimizers):
        takes = optimizers.find(optimizer.name).accepts
        own = wanted.own.get(optimizer.shown_as, {})
        grown = (classes,) * place if defects.hidden_list_grows else ()
        study = Study(
            stage=COMPARISON,
            label=optimizer.shown_as,
            search=wanted,
            spaces={name: space for name, space in (wanted.space | own).items() if name in takes},
            defects=defects,
            make=lambda values, optimizer=optimizer, grown=grown: make_setup(  # type: ignore[misc]
                COMPARISON, short, with_values(optimizer, values), optimizers, grown=grown
            ),
            optimizers=optimizers,
            rounds=wanted.rounds(settings.epochs),
        )
        yield from (replace(study, repeat=repeat) for repeat in range(wanted.repeats))


def _of_tuned(experiment: Experiment, optimizers: OptimizersByName) -> Iterator[Study]:
    settings, wanted = experiment.tuned, experiment.search.tuned
    if settings is None or wanted is None:
        return
    short = _with_epochs(settings, TUNED, wanted.epochs)

    def make(values: Values) -> Setup:
        with_tuned_values(settings, values)  # what is found must do for the final training as well
        tuned = with_tuned_values(short, values)
        return make_setup(TUNED, tuned, tuned.optimizer, optimizers)

    defects = defects_of(experiment)
    yield Study(
        TUNED,
        settings.optimizer.shown_as,
        wanted,
        wanted.space,
        defects,
        make,
        optimizers,
        rounds=wanted.rounds(settings.epochs),
    )


def with_values(optimizer: OptimizerSettings, values: Values) -> OptimizerSettings:
    """Return the optimizer with other hyperparameters.

    Args:
        optimizer: As the experiment has it.
        values: Those that change, by name.
    """
    return OptimizerSettings.model_validate(optimizer.model_dump() | values)


def with_tuned_values(settings: Tuned, values: Values) -> Tuned:
    """Return the tuned stage with other values, its optimizer's and its own.

    Args:
        settings: As the experiment has them.
        values: Those that change, by name.
    """
    own = {name: value for name, value in values.items() if name in Stage.model_fields}
    further = {name: value for name, value in values.items() if name not in own}
    merged = settings.model_dump(exclude_unset=True) | own
    return Tuned.model_validate(merged | {"optimizer": with_values(settings.optimizer, further).model_dump()})
