"""Trials with a user's optimizer or layers, each trained whole in a guarded process of its own.

What comes back is data, and checked; nothing of the user's code runs in this process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, astuple
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from reportgen.data import Splits
from reportgen.errors import printable
from reportgen.execution.arrived_record import MalformedRecordError, read_record, read_row
from reportgen.training import EpochRow, Record, Trial
from reportgen.user_code.confinement import GIB, Limits
from reportgen.user_code.encoding import encode
from reportgen.user_code.errors import UserCodeError
from reportgen.user_code.guarded import GARBLED, GuardedProcess
from reportgen.user_code.remote import error_of
from reportgen.user_code.source import UserCode

if TYPE_CHECKING:
    from reportgen.execution.worker import Workplace

SECONDS_AN_EPOCH = 30 * 60
"""How long an epoch may take, by the clock, and what comes before the first and after the last."""
MEMORY, TIMES_THE_DATA = 4 * GIB, 4
"""What a training may take: bytes for any data, and for each byte of them."""
CHILD = "reportgen.execution.guarded_child"


def train_guarded(
    trial: Trial,
    splits: Splits,
    classes: int,
    *,
    workplace: Workplace,
    on_epoch: Callable[[EpochRow], None],
    on_notice: Callable[[str], None],
) -> Record:
    """Train a trial with a user's code in a guarded process, or go on where its checkpoints stand.

    Args:
        trial: Its setup has the digests of the user's files.
        splits: What it is trained, validated and tested on.
        classes: How many there are.
        workplace: The trial's own folder, in which alone the process may write; it holds the users' code.
        on_epoch: Called with the row of every epoch, once it is over.
        on_notice: Called with a line for the user about what went wrong without stopping anything.

    Returns:
        The record that the process made, checked for what a record of this trial can be.

    Raises:
        UserCodeError: The code raised something, the process ended or was ended, or its answer is no record.
    """
    setup = trial.setup
    codes = [code for code in workplace.code if code.digest in (setup.optimizer_code, setup.layers_code)]
    file = " and ".join(code.file for code in codes)
    workplace.folder.mkdir(parents=True, exist_ok=True)
    arrays = {
        name: {key: np.asarray(array) for key, array in vars(part).items()}
        for name, part in splits.by_name().items()
    }
    job = {
        "trial": asdict(trial),
        "codes": [astuple(code) for code in codes],
        "splits": arrays,
        "classes": classes,
        "folder": str(workplace.folder.resolve()),
        "model": workplace.model.name if workplace.keeps_model else None,
        "seconds_between": workplace.seconds_between,
    }
    size = sum(array.nbytes for part in arrays.values() for array in part.values())
    limits = Limits(
        seconds=SECONDS_AN_EPOCH,
        processor_seconds=SECONDS_AN_EPOCH * (setup.epochs + 2),
        memory=MEMORY + TIMES_THE_DATA * size,
    )
    doing = f"training of {setup.label}, seed {trial.seed}"
    with GuardedProcess(CHILD, file, limits=limits, writable=[workplace.folder]) as process:
        answers = _Answers(process, codes, doing)
        message = encode(job)
        while True:
            kind, content = answers.next(message)
            message = b""
            try:
                match kind:
                    case "epoch":
                        on_epoch(read_row(content))
                    case "notice":
                        on_notice(printable(str(content)))
                    case _:
                        record = read_record(trial, content, splits, classes)
                        break
            except MalformedRecordError as error:
                answers.refuse(str(error))
    _refuse_links(workplace, file, doing)
    return record


class _Answers:
    """What a process sends while it trains."""

    def __init__(self, process: GuardedProcess, codes: list[UserCode], doing: str) -> None:
        self.process, self.codes, self.doing = process, codes, doing

    def next(self, message: bytes) -> tuple[str, Any]:
        """Return the next answer's kind, 'epoch', 'notice' or 'record', and its content."""
        answer = self.process.exchange(message, self.doing)
        match answer:
            case ("epoch" | "notice" | "record" as kind, content):
                return kind, content
            case ("error", dict(described)):
                raise self._error(described)
        return self.refuse("no answer of a training")

    def refuse(self, reason: str) -> NoReturn:
        """End the process for what it sent."""
        self.process.stop(self.doing, GARBLED, f"its process sent what is no record ({printable(reason)})")

    def _error(self, described: Mapping[Any, Any]) -> UserCodeError:
        number = described.get("code")
        code = self.codes[number] if type(number) is int and 0 <= number < len(self.codes) else self.codes[0]
        return error_of(dict(described), code, self.doing, self.process.limits)


def _refuse_links(workplace: Workplace, file: str, doing: str) -> None:
    """Refuse a classifier that is a link: what it leads to would be copied into the run's folder."""
    for path in (workplace.model, workplace.insight):
        if path.is_symlink() or (path.exists() and not path.is_file()):
            path.unlink(missing_ok=True)
            text = f"{file}: {doing}: put something else in the place of {path.name}"
            raise UserCodeError(text, file=file, kind=GARBLED)
