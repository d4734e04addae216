"""The search for good settings: the same number of trials for every optimizer, scored on validation."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from reportgen.experiment.model import Experiment
from reportgen.experiment.refusals import ExperimentError
from reportgen.experiment.stages import COMPARISON, TUNED
from reportgen.planning.proposers import Values
from reportgen.planning.studies import Study, make_proposer, search_trials, with_tuned_values, with_values
from reportgen.records.run_folder import LATER_SEARCH_COLUMNS, SEARCH_COLUMNS
from reportgen.training import Record, Trial

TrainTrials = Callable[[Sequence[Trial]], Sequence[Record]]
"""Trains trials and returns their records, in the same order."""


@dataclass(frozen=True)
class Candidate:
    """Settings that were tried, and the record of every search seed.

    records: of its longest trials. shorter: of those in the rounds of halving before.
    """

    values: Values
    records: tuple[Record, ...]
    shorter: tuple[tuple[Record, ...], ...] = ()

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
        """The candidate of the highest score, the first of several; with halving, of those trained longest.

        Raises:
            ExperimentError: Every one diverged.
        """
        finished = [candidate for candidate in self.candidates if candidate.score is not None]
        if not finished:
            raise ExperimentError(
                f"search.{self.study.stage}: {self.study.label} diverged with every setting that was tried;"
                " search smaller learning rates"
            )
        return max(finished, key=lambda candidate: (len(candidate.shorter), candidate.score or 0.0))

    @property
    def at_edge(self) -> tuple[str, ...]:
        """The settings whose best value lies at the edge of its space."""
        best = self.best.values
        return tuple(name for name, space in self.study.spaces.items() if space.at_edge(best[name]))


def validation_accuracy(record: Record) -> float | None:
    """Return what a trial reached at its best epoch; None where it diverged."""
    return None if record.diverged or record.best is None else record.best.validation_accuracy


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
    proposers = [make_proposer(study) for study in studies]
    tried: list[list[Candidate]] = [[] for _ in studies]
    while any(proposals := [proposer.ask() for proposer in proposers]):
        trials = [
            [
                search_trials(study, values, number)
                for number, values in enumerate(asked, start=len(before) + 1)
            ]
            for study, before, asked in zip(studies, tried, proposals, strict=True)
        ]
        records = iter(train([trial for of_study in trials for seeds in of_study for trial in seeds]))
        for proposer, before, asked, of_study in zip(proposers, tried, proposals, trials, strict=True):
            candidates = [
                Candidate(values, tuple(itertools.islice(records, len(seeds))))
                for values, seeds in zip(asked, of_study, strict=True)
            ]
            if candidates:
                proposer.tell([candidate.score for candidate in candidates])
            before.extend(candidates)
    for rung in range(1, max((len(study.rounds) for study in studies), default=0)):
        _go_on(studies, tried, rung, train)
    searched = [Searched(study, tuple(candidates)) for study, candidates in zip(studies, tried, strict=True)]
    for of_setup in searched:
        of_setup.best  # noqa: B018 - raises where there is none
    return searched


def _go_on(studies: Sequence[Study], tried: Sequence[list[Candidate]], rung: int, train: TrainTrials) -> None:
    """Train the best of a round of halving anew, for longer; what is tried is changed in place."""
    chosen = [
        _best_of_round(before, rung, study.rounds[rung][0]) if rung < len(study.rounds) else []
        for study, before in zip(studies, tried, strict=True)
    ]
    trials = [
        search_trials(study, before[place].values, place + 1, rung)
        for study, before, places in zip(studies, tried, chosen, strict=True)
        for place in places
    ]
    records = iter(train([trial for seeds in trials for trial in seeds]) if trials else ())
    for study, before, places in zip(studies, tried, chosen, strict=True):
        for place in places:
            candidate = before[place]
            before[place] = Candidate(
                candidate.values,
                tuple(itertools.islice(records, len(study.seeds))),
                (*candidate.shorter, candidate.records),
            )


def _best_of_round(candidates: Sequence[Candidate], rung: int, count: int) -> list[int]:
    """The places of those that go on to a round, in their order: the best of the round before."""
    scores = {
        place: candidate.score
        for place, candidate in enumerate(candidates)
        if len(candidate.shorter) == rung - 1 and candidate.score is not None
    }
    return sorted(sorted(scores, key=lambda place: -(scores[place] or 0.0))[:count])


def apply(experiment: Experiment, searched: Sequence[Searched]) -> tuple[Experiment, ...]:
    """Return the experiment with the best settings that were found, once for each repeat of its search.

    Args:
        experiment: As it was read.
        searched: What its searches found.
    """
    repeats = range(max(of_setup.study.repeat for of_setup in searched) + 1)
    # only the comparison's search is repeated
    return tuple(
        _with_found(
            experiment,
            {
                (of_setup.study.stage, of_setup.study.label): of_setup.best.values
                for of_setup in searched
                if of_setup.study.repeat == repeat or of_setup.study.stage == TUNED
            },
        )
        for repeat in repeats
    )


def _with_found(experiment: Experiment, best: Mapping[tuple[str, str], Values]) -> Experiment:
    """Return the experiment with the best settings, by stage and label."""
    comparison, tuned = experiment.comparison, experiment.tuned
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
    """Return search.csv: a row for every setting that was tried and every seed it was tried with.

    Args:
        searched: All searches of a run.

    Returns:
        The columns of SEARCH_COLUMNS and LATER_SEARCH_COLUMNS. stage, setup: what it was tried for. number:
        counts the settings of a search from 1. settings: the searched values, as JSON. chosen: whether these
        are the best of their search. at_edge: which of the chosen ones lie at the edge of their space.
        repeat: which of several searches for the same it is, from 0. rung: the round of halving, from 0.
    """
    rows: list[dict[str, Any]] = []
    for of_setup in searched:
        best_candidate = of_setup.best
        for number, candidate in enumerate(of_setup.candidates, start=1):
            rounds = (*candidate.shorter, candidate.records)
            for rung, record in [(rung, record) for rung, records in enumerate(rounds) for record in records]:
                chosen = candidate is best_candidate and rung == len(candidate.shorter)
                best = record.best
                rows.append(
                    {
                        "stage": of_setup.study.stage,
                        "setup": of_setup.study.label,
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
                        "at_edge": ", ".join(of_setup.at_edge) if chosen else "",
                        "repeat": of_setup.study.repeat,
                        "rung": rung,
                    }
                )
    return pd.DataFrame(rows, columns=[*SEARCH_COLUMNS, *LATER_SEARCH_COLUMNS])
