"""Which engine trains which trial: decided by what is known beforehand, never by the clock; then proved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from reportgen.checks import Check
from reportgen.checks.engines import Inputs, count_steps, distinct, prove_engine, recall_check
from reportgen.data import Splits, encoded
from reportgen.errors import UserError
from reportgen.execution.devices import CPU
from reportgen.execution.proving import FailedProofError
from reportgen.execution.worker import DataSettings, load_data, splits_of
from reportgen.training import EngineProof, Record, Trial
from reportgen.training.engines.choice import (
    BATCHED,
    COMPILED,
    REASONS,
    Work,
    batched_reason,
    compiled_reason,
)
from reportgen.training.engines.textbook import TEXTBOOK

AUTO = "auto"
CHOICES = (AUTO, TEXTBOOK, COMPILED, BATCHED)
"""What may be asked for: the compiled engine where it can and is worth it, on a device the batched one; or
one of them for all trials."""


@dataclass
class Engines:
    """Which engine trains which trial of an experiment, and how it was proved.

    asked: one of CHOICES. data: the images and their split. device: what trains, as torch calls it; a user's
    code stays on the processor. proofs: of all that this program has trained with another engine than the
    textbook, by what tells proofs apart.
    """

    asked: str
    data: DataSettings
    device: str = CPU
    proofs: dict[str, EngineProof] = field(default_factory=dict)
    _splits: dict[int | None, Splits] = field(default_factory=dict)

    def decide(self, trial: Trial) -> Trial:
        """Return a trial with the engine that it is trained by, and the device that it is trained on.

        Raises:
            UserError: An engine was asked for that cannot train it.
        """
        setup = trial.setup
        reason = self.reason(trial)
        if reason and self.asked in (COMPILED, BATCHED):
            raise UserError(
                f"--engine {self.asked}: it cannot train {setup.label} ({setup.stage}), {REASONS[reason]};"
                f" leave --engine out, and the {TEXTBOOK} trains that"
            )
        device = CPU if batched_reason(setup) else self.device
        engine = TEXTBOOK if reason or self.asked == TEXTBOOK else self._best
        return replace(trial, setup=replace(setup, engine=engine, device=device))

    @property
    def _best(self) -> str:
        """What trains all that it can train."""
        return BATCHED if self.asked == BATCHED or self.device != CPU else COMPILED

    def reason(self, trial: Trial) -> str:
        """Return why what would do best does not train a trial, a key of REASONS; empty where it may."""
        if self.asked != TEXTBOOK and self._best == BATCHED:
            return batched_reason(trial.setup) or ""
        match self.asked:
            case "textbook":
                return ""
            case "compiled":
                return compiled_reason(trial.setup) or ""
            case _:
                return compiled_reason(trial.setup, self._work(trial)) or ""

    def prove(self, trials: Iterable[Trial]) -> None:
        """Prove the engines of trials that are about to be trained, each setup once.

        Args:
            trials: As `decide` returns them.

        Raises:
            FailedProofError: An engine does not train as the textbook does.
        """
        for key, trial in distinct(trials).items():
            if key in self.proofs:
                continue
            check = prove_engine(trial, self._inputs(trial))
            if not check.passed:
                raise FailedProofError(
                    f"{check.line} {check.evidence}; --engine {TEXTBOOK} trains without it, and this is worth"
                    " telling the authors of reportgen",
                    [check],
                )
            (measure,) = check.measures
            self.proofs[key] = EngineProof(count_steps(trial), measure.error, measure.limit)

    def proof_of(self, trial: Trial) -> EngineProof | None:
        """Return how the engine of a trial was proved before it was trained; None of the textbook."""
        return next((self.proofs[key] for key in distinct([trial])), None)

    def _work(self, trial: Trial) -> Work:
        part = self._splits_of(trial).train
        return Work(int(part.inputs[0].size), len(part))

    def _inputs(self, trial: Trial) -> Inputs:
        return Inputs(
            self._splits_of(trial).train.inputs.shape[1:], len(load_data(self.data).dataset.classes)
        )

    def _splits_of(self, trial: Trial) -> Splits:
        """The parts that a trial is about; where every seed has its own, those that stand for all."""
        subset = trial.setup.subset
        if subset not in self._splits:
            splits = splits_of(trial, load_data(self.data).splits)
            self._splits[subset] = encoded(splits, of_all=self.data.resplit)
        return self._splits[subset]


def proofs_of(records: Sequence[Record]) -> list[Check]:
    """Return the checks of the engines that trained, one for each engine and optimizer.

    Args:
        records: Of the trials; each has the proof of its engine that came before it. Of several, that counts
            which came nearest to its limit.
    """
    nearest: dict[tuple[str, str], tuple[Trial, EngineProof]] = {}
    for trial, proof in ((record.trial, record.engine_proof) for record in records):
        name = trial.setup.engine, trial.setup.optimizer
        if proof is not None and (name not in nearest or proof.share > nearest[name][1].share):
            nearest[name] = trial, proof
    return [recall_check(trial, proof) for trial, proof in nearest.values()]
