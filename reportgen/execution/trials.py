"""Trials that are trained only once: one finished before is taken as it is, one begun is gone on with."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from reportgen.errors import UserError
from reportgen.execution import environment
from reportgen.execution.executors.local import execute
from reportgen.execution.trial_key import machinery, trial_key
from reportgen.execution.trial_store import DamagedRecordError, TrialStore
from reportgen.execution.worker import DataSettings, Workplace
from reportgen.experiment.stages import TUNED
from reportgen.records.claims import Claims
from reportgen.training import EpochRow, Record, Trial
from reportgen.training.checkpoints import SECONDS_BETWEEN, Checkpoints


class Watcher(Protocol):
    """Who wants to know how training gets on."""

    def planned(self, trials: Sequence[Trial], kept: int) -> None:
        """These trials are about to be trained; so many others are kept from before."""
        ...

    def epoch(self, place: int, row: EpochRow) -> None:
        """The trial at this place has finished another epoch."""
        ...

    def ended(self, place: int) -> None:
        """The trial at this place has ended."""
        ...

    def notice(self, line: str) -> None:
        """Something that the user should know."""
        ...


@dataclass(frozen=True)
class TrainingOptions:
    """How trials are trained.

    workers: how many side by side. fresh: train again what was finished before. seconds_between: from one
    checkpoint to the next, at least.
    """

    workers: int
    fresh: bool = False
    seconds_between: float = SECONDS_BETWEEN


@dataclass
class FinishedTrials:
    """The finished trials of an output folder, and the way to more of them.

    data: the images and their split; digest: of both. own: the keys of what this program has trained;
    used: of all that were asked for; damaged: of those that turned out to be no longer what was kept.
    """

    data: DataSettings
    digest: str
    store: TrialStore
    claims: Claims
    folder: Path
    training: TrainingOptions
    watcher: Watcher
    own: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    damaged: set[str] = field(default_factory=set)

    def records(self, trials: Sequence[Trial]) -> list[Record]:
        """The record of every trial, in order."""
        keys = [self.key(trial) for trial in trials]
        self.used.update(keys)
        wanted = dict(zip(keys, trials, strict=True))
        for key in wanted:
            self.claims.use(key)
        # one and the same trial may be wanted for two stages, and its classifier for one of them
        keeps_model = {key for key, trial in zip(keys, trials, strict=True) if trial.setup.stage == TUNED}
        missing = [key for key in wanted if not self._known(key, wanted[key], key in keeps_model)]
        for key in wanted.keys() - set(missing):
            self._tidy(key)
        mine = [key for key in missing if self.claims.take(key)]
        try:
            # what another program finished just before it let go
            todo = [key for key in mine if not self._known(key, wanted[key], key in keeps_model)]
            self._train({key: wanted[key] for key in todo}, keeps_model, kept=len(trials) - len(missing))
        finally:
            for key in mine:
                self.claims.release(key)
        for key in missing:
            if key not in mine:
                self._wait_for(key, wanted[key], keeps_model)
        return [self._record(trial, key) for trial, key in zip(trials, keys, strict=True)]

    def key(self, trial: Trial) -> str:
        """The trial's key."""
        return trial_key(trial, self.digest)

    def model(self, trial: Trial) -> Path:
        """Where the classifier of a tuned trial's best epoch is."""
        return self._workplace(self.key(trial), True).model

    def insight(self, trial: Trial) -> Path:
        """Where it is kept what can be looked at of that classifier."""
        return self._workplace(self.key(trial), True).insight

    def _known(self, key: str, trial: Trial, keeps_model: bool) -> bool:
        if self.training.fresh and key not in self.own:
            return False
        record = self._kept(trial, key)
        if record is None:
            return False
        return not keeps_model or record.diverged or self._workplace(key, True).model.is_file()

    def _kept(self, trial: Trial, key: str) -> Record | None:
        """The trial's record; one that is damaged is none, and is told of once."""
        try:
            return self.store.get(trial, key)
        except DamagedRecordError:
            if key not in self.damaged:
                self.damaged.add(key)
                self.watcher.notice(
                    f"{self.store.database.path}: the record of {trial.setup.label}, seed {trial.seed}, is"
                    " damaged: it is trained again"
                )
            return None

    def _tidy(self, key: str) -> None:
        """Remove the checkpoints of a finished trial, where a kill came before they were removed."""
        checkpoints = Checkpoints(self.folder / key)
        if checkpoints.folder.is_dir() and self.claims.take(key):  # else somebody trains it afresh
            checkpoints.remove()
            with contextlib.suppress(OSError):
                checkpoints.folder.rmdir()
            self.claims.release(key)

    def _record(self, trial: Trial, key: str) -> Record:
        record = self._kept(trial, key)
        if record is None:
            raise UserError(
                f"{self.store.database.path}: a trial that was kept there a moment ago is gone; start again"
            )
        return record

    def _wait_for(self, key: str, trial: Trial, keeps_model: set[str]) -> None:
        if not self.claims.take(key):
            self.watcher.notice("waiting for another run, which is training the same trial")
            self.claims.wait(key)
        try:
            if not self._known(key, trial, key in keeps_model):  # it was stopped
                self._train({key: trial}, keeps_model, kept=0)
        finally:
            self.claims.release(key)

    def _train(self, trials: dict[str, Trial], keeps_model: set[str], *, kept: int) -> None:
        keys = list(trials)
        workplaces = [self._workplace(key, key in keeps_model) for key in keys]
        if self.training.fresh:
            for place in workplaces:
                Checkpoints(place.folder).remove()
        where = {**environment.versions(), **environment.device(), "instructions": machinery()["processor"]}

        def keep(place: int, record: Record) -> None:
            self.store.put(record, keys[place], self.digest, where)
            self.own.add(keys[place])
            Checkpoints(workplaces[place].folder).remove()
            with contextlib.suppress(OSError):  # not empty, where it holds the classifier
                workplaces[place].folder.rmdir()
            self.watcher.ended(place)

        if trials:
            self.watcher.planned(list(trials.values()), kept)
        execute(
            list(trials.values()),
            self.data,
            workers=self.training.workers,
            workplaces=workplaces,
            on_epoch=self.watcher.epoch,
            on_record=keep,
            on_notice=self.watcher.notice,
        )

    def _workplace(self, key: str, keeps_model: bool) -> Workplace:
        return Workplace(self.folder / key, keeps_model, self.training.seconds_between)

    def environments(self, trials: Sequence[Trial]) -> list[dict[str, Any]]:
        """What these trials ran on, each environment once."""
        return self.store.environments([self.key(trial) for trial in trials])
