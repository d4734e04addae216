"""A guarded process that trains one trial with a user's code. Started by guarded_training.py alone.

The process is confined before anything of the user's code runs in it, and it computes what it answers: a
record of a user's code is that code's word for it.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

from reportgen.randomness import stream
from reportgen.user_code.confinement import Connection, confine
from reportgen.user_code.source import UserCode


def main(arguments: Sequence[str]) -> None:
    """Confine this process, take the job, train, and send what comes of it."""
    connection = confine(arguments)
    from reportgen.user_code.encoding import encode
    from reportgen.user_code.trouble import describe_exception

    connection.send(encode("ready"))
    job: Any = connection.receive()
    codes = [UserCode(*fields) for fields in job["codes"]]
    try:
        _train(job, codes, connection)
    except BaseException as error:  # SystemExit too
        described = [describe_exception(error, code) for code in codes]
        # the file whose line it went through last
        number = next((place for place, one in enumerate(described) if one["line"] is not None), 0)
        connection.send(encode(("error", {**described[number], "code": number})))


def _train(job: dict[str, Any], codes: Sequence[UserCode], connection: Connection) -> None:
    from reportgen.data.splits import Part, Splits
    from reportgen.execution.plain_record import to_plain, to_rows, trial_of
    from reportgen.execution.user_parts import parts_of
    from reportgen.training import EpochRow, train
    from reportgen.training.checkpoints import Checkpoints
    from reportgen.user_code.encoding import encode
    from reportgen.user_code.module import load_guarded

    trial = trial_of(job["trial"])
    modules = {code.digest: load_guarded(code) for code in codes}

    def hear(row: EpochRow) -> None:
        connection.send(encode(("epoch", astuple(row))))
        _seed(trial.seed, row.epoch)

    _seed(trial.seed, 0)
    folder = Path(job["folder"])
    parts = {name: Part(**arrays) for name, arrays in job["splits"].items()}
    record = train(
        trial,
        Splits(parts["train"], parts["validation"], parts["test"]),
        job["classes"],
        on_epoch=hear,
        save_to=None if job["model"] is None else folder / job["model"],
        checkpoints=Checkpoints(
            folder,
            seconds_between=job["seconds_between"],
            on_notice=lambda line: connection.send(encode(("notice", line))),
        ),
        parts=parts_of(modules.get(trial.setup.optimizer_code), modules.get(trial.setup.layers_code)),
    )
    connection.send(encode(("record", (to_plain(record), to_rows(record)))))


def _seed(seed: int, epoch: int) -> None:
    """Let random numbers that a user's code draws follow from the trial and the epoch."""
    import numpy as np
    import torch

    number = int(stream(seed, f"users' code, epoch {epoch}").integers(2**32))
    random.seed(number)
    np.random.seed(number)
    torch.manual_seed(number)


if __name__ == "__main__":
    main(sys.argv[1:])
