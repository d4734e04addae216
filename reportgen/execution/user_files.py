"""The files of code that an experiment brings along: read once, and looked at in guarded processes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reportgen.checks.user_kinds import UserOptimizerKind, kinds_of_file
from reportgen.errors import UserError
from reportgen.experiment.model import Experiment
from reportgen.planning.optimizers_by_name import OptimizersByName
from reportgen.user_code.remote import CodeProcess
from reportgen.user_code.source import UserCode, read_code


@dataclass(frozen=True)
class UserFiles:
    """The code that an experiment brings along.

    Attributes:
        codes: The files as they were read, which is what trains, whatever becomes of them meanwhile.
        optimizers: What the names of optimizers mean.
        processes: Those that hold the code for as long as it is asked about.
    """

    codes: tuple[UserCode, ...] = ()
    optimizers: OptimizersByName = field(default_factory=OptimizersByName)
    processes: tuple[CodeProcess, ...] = ()

    def close(self) -> None:
        """End the processes."""
        for process in self.processes:
            process.close()


def open_user_files(experiment: Experiment, folder: Path) -> UserFiles:
    """Read the files that an experiment's optimizers are from, and find out what is in them.

    Args:
        experiment: Names them.
        folder: Of the experiment's file, from which relative paths are taken.

    Raises:
        UserError: A file cannot be read or loaded, in one line that names it.
    """
    codes: dict[str, UserCode] = {}
    kinds: dict[str, UserOptimizerKind] = {}
    processes: list[CodeProcess] = []
    try:
        for written in dict.fromkeys(_files(experiment)):
            code = read_code(folder / Path(written).expanduser())
            if any(code.file == other.file for other in codes.values()):
                raise UserError(f"{written}: two files of code are called {code.file}; rename one")
            codes[written] = code
            process = CodeProcess(code)
            processes.append(process)
            for name, kind in kinds_of_file(process, process.describe()).items():
                kinds[f"{written}:{name.rpartition(':')[2]}"] = kind
    except BaseException:
        for process in processes:
            process.close()
        raise
    return UserFiles(tuple(codes.values()), OptimizersByName(kinds), tuple(processes))


def _files(experiment: Experiment) -> Iterator[str]:
    """The files in front of the colons in the names of optimizers."""
    settings = list(experiment.comparison.optimizers) if experiment.comparison is not None else []
    if experiment.tuned is not None:
        settings.append(experiment.tuned.optimizer)
    for optimizer in settings:
        file, colon, _ = optimizer.name.rpartition(":")
        if colon:
            yield file
