"""Trials that are trained only once: one finished before is taken as it is, one begun is gone on with."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from reportgen.errors import UserError
from reportgen.execution.devices import CPU
from reportgen.execution.engines import AUTO, Engines
from reportgen.execution.executors.choosing import LOCAL, ExecutorOptions
from reportgen.execution.executors.driving import execute
from reportgen.execution.executors.executor import Executor, Trained
from reportgen.execution.trial_key import trial_key
from reportgen.execution.trial_store import DamagedRecordError, TrialStore
from reportgen.execution.watcher import Watcher
from reportgen.execution.worker import DataSettings, Workplace
from reportgen.experiment.stages import TUNED
from reportgen.records.claims import Claims
from reportgen.training import Record, Trial
from reportgen.training.checkpoints import SECONDS_BETWEEN, Checkpoints
from reportgen.training.engines.choice import COMPILED
from reportgen.user_code.source import UserCode


@dataclass(frozen=True)
class TrainingOptions:
    """How trials are trained.

    executor: by whom. fresh: train again what was finished before. seconds_between: from one
    checkpoint to the next, at least. engine: what trains them, of engines.CHOICES. device: on what, as torch
    calls it.
    """

    executor: ExecutorOptions = field(default_factory=ExecutorOptions)
    fresh: bool = False
    seconds_between: float = SECONDS_BETWEEN
    engine: str = AUTO
    device: str = CPU

    def __post_init__(self) -> None:
        """Refuse what does not go together.

        Raises:
            UserError: A device is asked for that the engine, or who trains, has not.
        """
        if self.device != CPU and self.executor.name != LOCAL:
            raise UserError(
                f"--device {self.device} is this machine's: leave it out, or --executor {self.executor.name}"
            )
        if self.engine == COMPILED and self.device != CPU:
            raise UserError(
                f"--engine {COMPILED} trains on the processor alone: leave it out, or --device {self.device}"
            )


@dataclass(frozen=True)
class FinishedTrial:
    """A trial's record under its key, and whether it was kept from before this program."""

    key: str
    record: Record
    reused: bool


@dataclass
class FinishedTrials:
    """The finished trials of an output folder, and the way to more of them.

    data: the images and their split; digest: of both. executor: who trains; None for this process. own: the
    keys of what this program has trained; used: of all that were asked for; code: the files of a user's code
    that trials are trained with; damaged: of those that turned out to be no longer what was kept.
    """

    data: DataSettings
    digest: str
    store: TrialStore
    claims: Claims
    folder: Path
    training: TrainingOptions
    watcher: Watcher
    executor: Executor | None = None
    code: tuple[UserCode, ...] = ()
    own: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    damaged: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Set engines: which trains which trial."""
        self.engines = Engines(self.training.engine, self.data, self.training.device)

    @contextlib.contextmanager
    def workers(self) -> Iterator[None]:
        """Let workers stay from one round of trials to the next, and end them in the end."""
        with self.executor or contextlib.nullcontext():
            yield

    def records(self, trials: Sequence[Trial]) -> list[Record]:
        """Finish trials and return the record of each, in order."""
        return [finished.record for finished in self.finish(trials)]

    def finish(self, trials: Sequence[Trial]) -> list[FinishedTrial]:
        """Train what is missing of these trials, one that is wanted twice once.

        Args:
            trials: What is wanted. What another program is training meanwhile is waited for.

        Returns:
            Every trial with its record, in the same order.

        Raises:
            UserError: Training is not possible; what is finished by then is kept.
        """
        trials = [self.engines.decide(trial) for trial in trials]
        keys = [trial_key(trial, self.digest) for trial in trials]
        self.used.update(keys)
        wanted = dict(zip(keys, trials, strict=True))
        for key in wanted:
            self.claims.use(key)
        # one and the same trial may be wanted for two stages, and its classifier for one of them
        keeps_model = {key for key, trial in zip(keys, trials, strict=True) if trial.setup.stage == TUNED}
        records = self._known(wanted, keeps_model)
        for key in records:
            self._tidy(key)
        missing = [key for key in wanted if key not in records]
        mine = {key: wanted[key] for key in missing if self.claims.take(key)}
        try:
            # what another program finished just before it let go
            records |= self._known(mine, keeps_model)
            left = {key: trial for key, trial in mine.items() if key not in records}
            records |= self._train(left, keeps_model, kept=len(trials) - len(missing))
        finally:
            for key in mine:
                self.claims.release(key)
        for key in missing:
            if key not in mine:
                records |= self._wait_for(key, wanted[key], keeps_model)
        return [
            FinishedTrial(key, replace(records[key], trial=trial), key not in self.own)
            for trial, key in zip(trials, keys, strict=True)
        ]

    def model(self, key: str) -> Path:
        """Return where the classifier of a tuned trial's best epoch is."""
        return self._workplace(key, True).model

    def insight(self, key: str) -> Path:
        """Return where it is kept what can be looked at of that classifier."""
        return self._workplace(key, True).insight

    def _known(self, wanted: Mapping[str, Trial], keeps_model: set[str]) -> dict[str, Record]:
        """Return the records of those that are finished and need not be trained afresh."""
        known = {}
        for key, trial in wanted.items():
            if self.training.fresh and key not in self.own:
                continue
            record = self._kept(trial, key)
            if record is not None and (
                key not in keeps_model or record.diverged or self.model(key).is_file()
            ):
                known[key] = record
        return known

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

    def _wait_for(self, key: str, trial: Trial, keeps_model: set[str]) -> dict[str, Record]:
        if not self.claims.take(key):
            self.watcher.notice("waiting for another run, which is training the same trial")
            self.claims.wait(key)
        try:
            # it may have been stopped
            return self._known({key: trial}, keeps_model) or self._train({key: trial}, keeps_model, kept=0)
        finally:
            self.claims.release(key)

    def _train(self, trials: dict[str, Trial], keeps_model: set[str], *, kept: int) -> dict[str, Record]:
        self.engines.prove(trials.values())
        keys = list(trials)
        workplaces = [self._workplace(key, key in keeps_model) for key in keys]
        if self.training.fresh:
            for place in workplaces:
                Checkpoints(place.folder).remove()

        def proved(record: Record) -> Record:
            return replace(record, engine_proof=self.engines.proof_of(record.trial))

        def keep(place: int, trained: Trained) -> None:
            self.store.put(proved(trained.record), keys[place], self.digest, trained.environment)
            self.own.add(keys[place])
            Checkpoints(workplaces[place].folder).remove()
            with contextlib.suppress(OSError):  # not empty, where it holds the classifier
                workplaces[place].folder.rmdir()
            self.watcher.ended(place)

        if trials:
            self.watcher.planned(list(trials.values()), kept)
        records = execute(
            list(trials.values()),
            self.data,
            executor=self.executor
            if len(trials) > 1
            else None,  # a process costs more than it brings for one
            workplaces=workplaces,
            on_epoch=self.watcher.epoch,
            on_trained=keep,
            on_notice=self.watcher.notice,
        )
        return dict(zip(keys, map(proved, records), strict=True))

    def _workplace(self, key: str, keeps_model: bool) -> Workplace:
        return Workplace(self.folder / key, keeps_model, self.training.seconds_between, self.code)

    def environments(self, finished: Sequence[FinishedTrial]) -> list[dict[str, Any]]:
        """Return what each of these trials ran on."""
        return self.store.environments([trial.key for trial in finished])
