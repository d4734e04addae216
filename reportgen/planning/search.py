"""The search for good settings: the same number of trials for every optimizer, scored on validation."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import pandas as pd
from pydantic import ValidationError

from reportgen.errors import nearest
from reportgen.experiment.model import Experiment, OptimizerSettings, Stage, Tuned
from reportgen.experiment.reading import ExperimentError, shown
from reportgen.experiment.search import ComparisonSearch, Space, StageSearch
from reportgen.experiment.stages import COMPARISON, SEARCH, TUNED
from reportgen.optim import OPTIMIZERS, hyperparameters
from reportgen.planning.plan import defects_of, is_finite_number, make_setup
from reportgen.planning.proposers import Proposer, Values, proposer
from reportgen.records.run_folder import SEARCH_COLUMNS
from reportgen.training import Defects, Record, Setup, Trial

AnyStage = TypeVar("AnyStage", bound=Stage)
TrainTrials = Callable[[Sequence[Trial]], Sequence[Record]]
"""Trains trials and returns their records, in the same order."""


@dataclass(frozen=True)
class Study:
    """What is searched for one setup: a compared optimizer, or the tuned one.

    make: the setup with other values of these settings, trained for as long as the search says.
    """

    stage: str
    label: str
    search: StageSearch
    spaces: Mapping[str, Space]
    defects: Defects
    make: Callable[[Values], Setup]

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
        """Where the space of a setting stands in the file."""
        search = self.search
        if isinstance(search, ComparisonSearch) and name in search.own.get(self.label, {}):
            return f"search.{self.stage}.own.{self.label}.{name}"
        return f"search.{self.stage}.space.{name}"


@dataclass(frozen=True)
class Candidate:
    """Settings that were tried, and the record of every search seed."""

    values: Values
    records: tuple[Record, ...]

    @property
    def score(self) -> float | None:
        """The mean over seeds of the validation accuracy at the best epoch; None where one diverged."""
        scores = [validation_accuracy(record) for record in self.records]
        finished = [score for score in scores if score is not None]
        return sum(finished) / len(finished) if len(finished) == len(scores) else None


@dataclass(frozen=True)
class Searched:
    """A study with all it has tried, in order."""

    study: Study
    candidates: tuple[Candidate, ...]

    @property
    def best(self) -> Candidate:
        """The candidate of the highest score, the first of several.

        Raises ExperimentError where every one diverged.
        """
        finished = [candidate for candidate in self.candidates if candidate.score is not None]
        if not finished:
            raise ExperimentError(
                f"search.{self.study.stage}: {self.study.label} diverged with every setting that was tried;"
                " search smaller learning rates"
            )
        return max(finished, key=lambda candidate: candidate.score or 0.0)

    @property
    def at_edge(self) -> tuple[str, ...]:
        """The settings whose best value lies at the edge of its space."""
        best = self.best.values
        return tuple(name for name, space in self.study.spaces.items() if space.at_edge(best[name]))


def validation_accuracy(record: Record) -> float | None:
    """At the best epoch; None where the trial diverged."""
    if record.diverged or record.best_epoch is None:
        return None
    return record.epochs[record.best_epoch - 1].validation_accuracy


def search(studies: Sequence[Study], train: TrainTrials) -> list[Searched]:
    """Carry out every search of an experiment, all of them at the same time, round by round.

    Args:
        studies: What is searched, and how; of `studies_of`.
        train: Whoever trains. One that keeps what it has finished lets a search that was stopped go on
            where it was.

    Returns:
        Every study with all that it has tried.

    Raises:
        ExperimentError: Every setting of a setup diverged.
    """
    proposers = [_proposer(study) for study in studies]
    tried: list[list[Candidate]] = [[] for _ in studies]
    while any(rounds := [one.ask() for one in proposers]):
        trials = [
            [search_trials(study, values, len(before) + n) for n, values in enumerate(asked, start=1)]
            for study, before, asked in zip(studies, tried, rounds, strict=True)
        ]
        records = iter(train([t for of_study in trials for of_one in of_study for t in of_one]))
        for one, before, asked, of_study in zip(proposers, tried, rounds, trials, strict=True):
            found = [
                Candidate(values, tuple(itertools.islice(records, len(of_one))))
                for values, of_one in zip(asked, of_study, strict=True)
            ]
            if found:
                one.tell([candidate.score for candidate in found])
            before.extend(found)
    searched = [Searched(study, tuple(found)) for study, found in zip(studies, tried, strict=True)]
    for each in searched:
        each.best  # noqa: B018 - raises where there is none
    return searched


def search_trials(study: Study, values: Values, number: int) -> list[Trial]:
    """The trials of one candidate, a seed each: with the experiment's defects, never near the test set."""
    setup = study.make(values)
    setup = replace(
        setup, stage=SEARCH, label=f"{setup.label} {number}/{study.search.trials}", reads_test=False
    )
    return [Trial(setup, seed, study.defects) for seed in study.search.seeds]


def possible_trials(study: Study) -> list[Trial]:
    """A trial for every extreme of the spaces, to be checked before any is trained."""
    return [
        trial
        for name, space in study.spaces.items()
        for value in space.choices or (space.low, space.high)
        for trial in search_trials(study, {name: value}, 1)[:1]
    ]


def studies_of(experiment: Experiment, classes: int) -> list[Study]:
    """Every study that the experiment asks for, its spaces checked.

    classes: how many the data set has; the defect hidden_list_grows needs to know.
    Raises ExperimentError that names the key of what cannot be searched.
    """
    found = [*_of_comparison(experiment, classes), *_of_tuned(experiment)]
    for study in found:
        if not study.spaces:
            raise ExperimentError(
                f"search.{study.stage}.space: nothing in it is for {study.label}; it takes:"
                f" {', '.join(hyperparameters(study.make({}).optimizer))}"
            )
        for name, space in study.spaces.items():
            for value in space.choices or (space.low, space.high):
                _refuse_impossible(study, name, value)
        try:  # a grid is laid out here, so that what is wrong with it is said before anything is trained
            _proposer(study)
        except ExperimentError as error:
            raise ExperimentError(f"search.{study.stage}, for {study.label}: {error}") from error
    return found


def _proposer(study: Study) -> Proposer:
    return proposer(study.search, study.spaces, study.start, f"search {study.stage} {study.label}")


def _refuse_impossible(study: Study, name: str, value: object) -> None:
    try:
        setup = study.make({name: value})
        if not is_finite_number(setup.hyperparameters.get(name, 0)):
            raise ValueError("must be a finite number")
        OPTIMIZERS[setup.optimizer](**setup.hyperparameters)
    except ValueError as error:
        raise ExperimentError(
            f"{study.key(name)}{shown(value)}: {_problem(error, study.spaces[name])}"
        ) from error


def _problem(error: ValueError, space: Space | None = None) -> str:
    """What is wrong with a value of a space, in words."""
    if not isinstance(error, ValidationError):
        return str(error)
    mistake = error.errors()[0]
    if mistake["type"] == "value_error":
        return str(mistake["ctx"]["error"])
    said = mistake["msg"][:1].lower() + mistake["msg"][1:]
    out_of_range = mistake["type"].startswith(("greater", "less"))
    return said if out_of_range or space is None or space.choices else f"{said}: give a list of choices"


def _with_epochs(settings: AnyStage, stage: str, epochs: int | None) -> AnyStage:
    """The stage, trained as long as its search trains."""
    if epochs is None:
        return settings
    try:
        return type(settings).model_validate(settings.model_dump(exclude_unset=True) | {"epochs": epochs})
    except ValidationError as error:
        raise ExperimentError(f"search.{stage}.epochs = {epochs}: {_problem(error)}") from error


def _of_comparison(experiment: Experiment, classes: int) -> Iterator[Study]:
    settings, wanted = experiment.comparison, experiment.search.comparison
    if settings is None or wanted is None:
        return
    defects = defects_of(experiment)
    short = _with_epochs(settings, COMPARISON, wanted.epochs)
    labels = [optimizer.shown_as for optimizer in settings.optimizers]
    for label in wanted.own:
        if label not in labels:
            raise ExperimentError(
                f"search.comparison.own.{label}: no compared optimizer is called so{nearest(label, labels)};"
                f" there are: {', '.join(labels)}"
            )
    taken = {name for optimizer in settings.optimizers for name in hyperparameters(optimizer.name)}
    for name in wanted.space:
        if name not in taken:
            raise ExperimentError(
                f"search.comparison.space.{name}: no compared optimizer takes it"
                f"{nearest(name, sorted(taken))}; they take: {', '.join(sorted(taken))}"
            )
    for place, optimizer in enumerate(settings.optimizers):
        takes = hyperparameters(optimizer.name)
        own = wanted.own.get(optimizer.shown_as, {})
        for name in own:
            if name not in takes:
                raise ExperimentError(
                    f"search.comparison.own.{optimizer.shown_as}.{name}: {optimizer.name} does not take it"
                    f"{nearest(name, list(takes))}; allowed: {', '.join(takes)}"
                )
        grown = (classes,) * place if defects.hidden_list_grows else ()
        yield Study(
            stage=COMPARISON,
            label=optimizer.shown_as,
            search=wanted,
            spaces={name: space for name, space in (wanted.space | own).items() if name in takes},
            defects=defects,
            make=lambda values, optimizer=optimizer, grown=grown: make_setup(  # type: ignore[misc]
                COMPARISON, short, with_values(optimizer, values), grown=grown
            ),
        )


def _of_tuned(experiment: Experiment) -> Iterator[Study]:
    settings, wanted = experiment.tuned, experiment.search.tuned
    if settings is None or wanted is None:
        return
    short = _with_epochs(settings, TUNED, wanted.epochs)
    takes = hyperparameters(settings.optimizer.name)
    of_stage = [name for name in Stage.model_fields if name not in {"seeds", "epochs", "dtype"}]
    for name in wanted.space:
        if name not in takes and name not in of_stage:
            known = [*takes, *of_stage]
            raise ExperimentError(
                f"search.tuned.space.{name}: is no setting of the tuned stage{nearest(name, known)}; allowed:"
                f" {', '.join(known)}"
            )

    def make(values: Values) -> Setup:
        with_tuned_values(settings, values)  # what is found must do for the final training as well
        tuned = with_tuned_values(short, values)
        return make_setup(TUNED, tuned, tuned.optimizer)

    defects = defects_of(experiment)
    yield Study(TUNED, settings.optimizer.shown_as, wanted, wanted.space, defects, make)


def with_values(optimizer: OptimizerSettings, values: Values) -> OptimizerSettings:
    """The optimizer with other hyperparameters."""
    return OptimizerSettings.model_validate(optimizer.model_dump() | values)


def with_tuned_values(settings: Tuned, values: Values) -> Tuned:
    """The tuned stage with other values, its optimizer's and its own."""
    own = {name: value for name, value in values.items() if name in Stage.model_fields}
    further = {name: value for name, value in values.items() if name not in own}
    merged = settings.model_dump(exclude_unset=True) | own
    return Tuned.model_validate(merged | {"optimizer": with_values(settings.optimizer, further).model_dump()})


def apply(experiment: Experiment, searched: Sequence[Searched]) -> Experiment:
    """The experiment with the best settings that were found."""
    comparison, tuned = experiment.comparison, experiment.tuned
    best = {(one.study.stage, one.study.label): one.best.values for one in searched}
    if comparison is not None:
        optimizers = tuple(
            with_values(optimizer, best.get((COMPARISON, optimizer.shown_as), {}))
            for optimizer in comparison.optimizers
        )
        comparison = comparison.model_copy(update={"optimizers": optimizers})
    if tuned is not None:
        tuned = with_tuned_values(tuned, best.get((TUNED, tuned.optimizer.shown_as), {}))
    return experiment.model_copy(update={COMPARISON: comparison, TUNED: tuned})


def search_table(searched: Sequence[Searched]) -> pd.DataFrame:
    """search.csv: a row for every setting that was tried and every seed it was tried with.

    stage, setup: what it was tried for. number: counts the settings of a setup from 1. settings: the
    searched values, as JSON. chosen: whether these are the best of their setup. at_edge: which of the
    chosen ones lie at the edge of their space.
    """
    rows: list[dict[str, Any]] = []
    for one in searched:
        best_candidate = one.best
        for number, candidate in enumerate(one.candidates, start=1):
            chosen = candidate is best_candidate
            for record in candidate.records:
                best = None if record.best_epoch is None else record.epochs[record.best_epoch - 1]
                rows.append(
                    {
                        "stage": one.study.stage,
                        "setup": one.study.label,
                        "number": number,
                        "seed": record.trial.seed,
                        "settings": json.dumps(candidate.values),
                        "learning_rate": record.trial.setup.hyperparameters["learning_rate"],
                        "status": "diverged" if record.diverged else "finished",
                        "epochs": len(record.epochs),
                        "best_epoch": record.best_epoch,
                        "validation_loss": None if best is None else best.validation_loss,
                        "validation_accuracy": None if best is None else best.validation_accuracy,
                        "seconds": sum(row.seconds for row in record.epochs),
                        "chosen": chosen,
                        "at_edge": ", ".join(one.at_edge) if chosen else "",
                    }
                )
    return pd.DataFrame(rows, columns=list(SEARCH_COLUMNS))
