"""The files of code that an experiment brings along: read once, and looked at in guarded processes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reportgen.checks.remote_classes import GuardedClasses
from reportgen.checks.user_kinds import UserOptimizerKind, kinds_of_file
from reportgen.errors import UserError
from reportgen.experiment.model import Experiment, Stage
from reportgen.experiment.stages import COMPARISON, TUNED
from reportgen.nn.homework_kinds import LOSS, NAMES, find_names
from reportgen.planning.optimizers_by_name import OptimizersByName
from reportgen.user_code.source import UserCode, read_code


@dataclass(frozen=True)
class UserFiles:
    """The code that an experiment brings along.

    Attributes:
        codes: The files as they were read, which is what trains, whatever becomes of them meanwhile.
        optimizers: What the names of optimizers mean.
        layers: The classes of the file whose layers train; None where they are this program's.
        own_optimizers: The classes of the file that the names of optimizers mean first; None for none.
        opened: The classes of all files, in processes that hold them for as long as they are asked about.
    """

    codes: tuple[UserCode, ...] = ()
    optimizers: OptimizersByName = field(default_factory=OptimizersByName)
    layers: GuardedClasses | None = None
    own_optimizers: GuardedClasses | None = None
    opened: tuple[GuardedClasses, ...] = ()

    @property
    def layer_names(self) -> dict[str, str]:
        """The user's class for each part of the network, where there is one."""
        layers = self.layers
        return {} if layers is None else find_names(lambda name: layers.arguments(name) is not None)

    def close(self) -> None:
        """End the processes."""
        for classes in self.opened:
            classes.close()


def open_user_files(experiment: Experiment, folder: Path) -> UserFiles:
    """Read the files of code that an experiment names, and find out what is in them.

    Args:
        experiment: Names them.
        folder: Of the experiment's file, from which relative paths are taken.

    Raises:
        UserError: A file cannot be read or loaded, or lacks what it is named for, in one line that names it.
    """
    opened: dict[str, GuardedClasses] = {}
    kinds: dict[str, UserOptimizerKind] = {}
    named = experiment.code
    try:
        for written in dict.fromkeys(_files(experiment)):
            code = read_code(folder / Path(written).expanduser())
            if any(code.file == other.code.file for other in opened.values()):
                raise UserError(f"{written}: two files of code are called {code.file}; rename one")
            opened[written] = classes = GuardedClasses(code)
            for name, kind in kinds_of_file(classes.process, classes.description).items():
                # as the experiment writes it, and as trials have it: without the folder
                kinds[f"{written}:{name.rpartition(':')[2]}"] = kinds[name] = kind
        layers, own = (opened.get(file) if file else None for file in (named.layers, named.optimizers))
        files = UserFiles(
            codes=tuple(classes.code for classes in opened.values()),
            optimizers=OptimizersByName(
                kinds,
                own_file=named.optimizers or "",
                layers_code="" if layers is None else layers.code.digest,
            ),
            layers=layers,
            own_optimizers=own,
            opened=tuple(opened.values()),
        )
        _refuse_what_cannot_train(files, experiment)
    except BaseException:
        for classes in opened.values():
            classes.close()
        raise
    return files


def _files(experiment: Experiment) -> Iterator[str]:
    """The files that [code] names, and those in front of the colons in the names of optimizers."""
    yield from filter(None, (experiment.code.layers, experiment.code.optimizers))
    settings = list(experiment.comparison.optimizers) if experiment.comparison is not None else []
    if experiment.tuned is not None:
        settings.append(experiment.tuned.optimizer)
    for optimizer in settings:
        file, colon, _ = optimizer.name.rpartition(":")
        if colon:
            yield file


def _refuse_what_cannot_train(files: UserFiles, experiment: Experiment) -> None:
    """Refuse a file without layers, and settings that only this program's layers know."""
    if files.layers is None:
        return
    file, names = files.layers.code.file, files.layer_names
    if not names:
        wanted = ", ".join(possible[0] for possible in NAMES.values())
        raise UserError(f'code.layers = "{experiment.code.layers}": has none of the classes {wanted}')
    for stage in (COMPARISON, TUNED):
        settings: Stage | None = getattr(experiment, stage)
        if settings is None:
            continue
        if settings.label_smoothing and LOSS in names:
            raise UserError(
                f"{stage}.label_smoothing = {settings.label_smoothing}: the {names[LOSS]} of {file} does not"
                " smooth labels; leave label_smoothing out, or that class"
            )
        if settings.dtype == "bfloat16":
            raise UserError(
                f'{stage}.dtype = "bfloat16": the layers of {file} train in "float32" or "float64"'
            )
