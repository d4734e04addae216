"""Who trains the trials: how that is asked for, and the executor that does it."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reportgen.errors import UserError

if TYPE_CHECKING:
    from reportgen.execution.executors.executor import Executor

LOCAL = "local"
CLUSTERS = {"dask": ("Dask", "distributed"), "ray": ("Ray", "ray"), "slurm": ("submitit", "submitit")}
"""By the executor's name, which is the extra's too: what it needs, and the package that this is."""
EXECUTORS = (LOCAL, *CLUSTERS)
SLURM = "slurm"
JOBS = 16
"""So many of Slurm's jobs at once, where nobody says how many."""


@dataclass(frozen=True)
class ExecutorOptions:
    """Where trials are trained.

    name: one of EXECUTORS. address: of the cluster, in the executor's own form. workers: how many trials side
    by side; None for one a core, and on a cluster for as many as it takes.
    """

    name: str = LOCAL
    address: str | None = None
    workers: int | None = None

    def __post_init__(self) -> None:
        """Refuse what does not go together, and what is not installed.

        Raises:
            UserError: One line that says what to change.
        """
        if self.name not in EXECUTORS:
            raise UserError(f"executor {self.name!r}: is none of {', '.join(EXECUTORS)}")
        if self.workers is not None and self.workers < 1:
            raise UserError(f"workers {self.workers}: one at least has to train")
        if self.name == LOCAL:
            if self.address is not None:
                raise UserError(
                    "--address is for a cluster's: name its executor too, with --executor dask, ray or slurm"
                )
            return
        if self.name == "dask" and self.address is None:
            raise UserError(
                "--executor dask needs the address of a scheduler, such as --address tcp://localhost:8786"
            )
        if self.workers is not None and self.name != SLURM:
            raise UserError(
                f"--workers is for this machine and for Slurm; with --executor {self.name}, the cluster's own"
                " workers count: leave it out"
            )
        needed, package = CLUSTERS[self.name]
        if importlib.util.find_spec(package) is None:
            raise UserError(
                f"--executor {self.name} needs {needed}, which is not installed: pip install"
                f' "reportgen[{self.name}]"'
            )

    @property
    def side_by_side(self) -> int | None:
        """How many trials are trained at once; None for as many as a cluster takes."""
        from reportgen.execution.environment import cores

        if self.name == LOCAL:
            return self.workers or cores()
        return self.workers or JOBS if self.name == SLURM else None

    def arguments(self) -> tuple[str, ...]:
        """Return the same as options of a command line."""
        name = None if self.name == LOCAL else self.name
        given = {"--executor": name, "--address": self.address, "--workers": self.workers}
        return tuple(str(part) for option in given.items() if option[1] is not None for part in option)


def choose_executor(options: ExecutorOptions) -> Executor | None:
    """Return who trains trials; None for this process itself, one after the other.

    Args:
        options: What was asked for.
    """
    workers = options.side_by_side
    match options.name:
        case "dask":
            from reportgen.execution.executors.dask import DaskExecutor

            return DaskExecutor(options.address or "")
        case "ray":
            from reportgen.execution.executors.ray import RayExecutor

            return RayExecutor(options.address)
        case "slurm":
            from reportgen.execution.executors.slurm import SlurmExecutor

            return SlurmExecutor(options.address, workers or JOBS)
    from reportgen.execution.executors.local import LocalExecutor

    return LocalExecutor(workers) if workers and workers > 1 else None
