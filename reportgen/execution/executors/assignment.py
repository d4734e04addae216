"""What travels to a worker on another machine, what it does there, and what travels back."""

from __future__ import annotations

import contextlib
import json
import platform
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path
from typing import Any

from reportgen.data import Dataset, load
from reportgen.data.cache import find_stored, read_entry, store_sent
from reportgen.errors import UserError, describe, describe_all
from reportgen.execution import worker
from reportgen.execution.compiler import compiler, compiler_versions
from reportgen.execution.executors.executor import Task, Trained, carry_out, describe_environment
from reportgen.execution.trial_key import digest_of_all
from reportgen.execution.worker import DataSettings, LoadedData, Workplace
from reportgen.files.atomic import write_bytes
from reportgen.files.locks import ABANDONED_AFTER
from reportgen.files.resources import cache_folder
from reportgen.training import EpochRow, Trial
from reportgen.training.engines.choice import COMPILED
from reportgen.user_code.bubblewrap import find_bubblewrap

Say = Callable[[EpochRow | str], None]

BESIDE = ("default_seed", "default_train", "default_validation", "test_set_apart")
"""What a source says of a data set that is not stored with it, and how it is split depends on."""
COMPARED = ("reportgen", "python", "torch", "numpy", "instructions", "system")
"""What of a worker's environment is held against the driver's."""
DATA = "data"
"""The data set's folder in the driver's own."""

_one_at_a_time = threading.Lock()
"""A process trains one trial at a time, however many threads a worker has: a training has its process's
random streams and its number of threads for itself."""


@dataclass(frozen=True)
class Assignment:
    """A task on its way to a worker.

    task: its data are named by their digest, its workplace by its whole path. beside: what the data's source
    says of them. code: the digest of the code that the driver would train it with. environment: what
    is compared, of the driver.
    confined: whether users' code would run in bubblewrap there. folder: the driver's own for this program,
    beside the workplaces; a worker that sees it sees these too. origin: tells the trials of one output folder
    from those of others.
    """

    task: Task
    beside: Mapping[str, Any]
    code: str
    environment: Mapping[str, Any]
    confined: bool
    folder: Path
    origin: str


@dataclass(frozen=True)
class Delivery:
    """What a worker answers with: one of four things, and who answers.

    node: the machine with its cache, which all workers that share it have in common. shared: whether it sees
    the driver's folder. worker: what the cluster calls whoever answers. trained: what has come of the task;
    files: what the driver has to write into the trial's workplace. refusal: why this worker must not train
    it. lacks_data: it has to be sent the data. error: the lines of the user's error in which the task
    has ended.
    """

    node: str
    shared: bool
    worker: str = ""
    trained: Trained | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    refusal: str = ""
    lacks_data: bool = False
    error: tuple[str, ...] = ()


def carry_out_assignment(
    assignment: Assignment, say: Say, fetch: Callable[[], Dataset] | None = None
) -> Delivery:
    """Do in this process, a worker's, what an assignment says.

    Args:
        assignment: What the driver wants.
        say: Called with the row of every epoch, and with every line for the user.
        fetch: Gets the data from the driver; None where it has to be told first that they are lacking.

    Returns:
        What has come of it.
    """
    task, machine = assignment.task, platform.node()
    delivery = Delivery(f"{machine}:{cache_folder()}", assignment.folder.is_dir())
    with _one_at_a_time:
        try:
            refusal = _find_refusal(assignment)
            if refusal:
                return replace(delivery, refusal=f"{machine} {refusal}")
            if not _hold_data(assignment, fetch):
                return replace(delivery, lacks_data=True)
            for difference in _find_differences(assignment):
                say(f"{machine}: {difference}")
            with _workplace(assignment, delivery.shared) as workplace:
                trained = carry_out(
                    replace(task, workplace=workplace),
                    lambda said: say(f"{machine}: {said}" if isinstance(said, str) else said),
                    names_machine=True,
                )
                files = {} if delivery.shared else _read_files(workplace)
            return replace(delivery, trained=trained, files=files)
        except UserError as error:
            return replace(delivery, error=tuple(describe_all(error)))
        except OSError as error:
            return replace(delivery, error=(f"{machine}: {describe(error)}",))


def write_message(place: int, said: EpochRow | str) -> str:
    """Return what a worker says as one line.

    Args:
        place: The task's.
        said: A row, or a line for the user.
    """
    return json.dumps([place, said if isinstance(said, str) else astuple(said)])


def read_message(line: str) -> tuple[int, EpochRow | str]:
    """Return the place of a task and what is said of it.

    Args:
        line: As `write_message` makes it.
    """
    place, said = json.loads(line)
    return place, said if isinstance(said, str) else EpochRow(*said)


def _find_refusal(assignment: Assignment) -> str:
    """Why this worker must not train a trial; empty where it may."""
    try:
        code = digest_of_all([assignment.task.trial])
    except UserError as error:  # an optimizer of a package that is not installed here
        return f"cannot train this trial ({describe(error)})"
    if code != assignment.code:
        theirs, ours = (told["reportgen"] for told in (describe_environment(), assignment.environment))
        return (
            f"has other code that computes (reportgen {theirs}, here {ours}, and the packages of optimizers):"
            " install the same there"
        )
    setup = assignment.task.trial.setup
    if setup.engine == COMPILED and not compiler_versions():
        return "has no numba, which compiles what trains here: install it there"
    if setup.device != "cpu":
        import torch

        if not torch.cuda.is_available():
            return f"has no {setup.device} device"
    if assignment.confined and assignment.task.workplace.code and find_bubblewrap() is None:
        return "has no bubblewrap that works, in which users' code runs here: install it there"
    return ""


def describe_machinery(trial: Trial) -> dict[str, Any]:
    """Return what of this process's environment is compared, for what it may change in a trial's numbers.

    Args:
        trial: What is trained: where it is by the compiled engine, what compiles counts too.
    """
    own = describe_environment()
    return {
        **{name: own[name] for name in COMPARED},
        **(compiler() if trial.setup.engine == COMPILED else {}),
    }


def _find_differences(assignment: Assignment) -> Iterator[str]:
    theirs = describe_machinery(assignment.task.trial)
    for name, ours in assignment.environment.items():
        if theirs.get(name) != ours:
            yield (
                f"{name} is {theirs.get(name, 'not set')} there, and {ours} here: the last digits of what it"
                " trains may differ"
            )


def _hold_data(assignment: Assignment, fetch: Callable[[], Dataset] | None) -> bool:
    """See to it that this process holds the data, wherever they are; return whether it does."""
    settings = assignment.task.data
    if settings in worker.held:
        return True
    dataset = _find_data(assignment)
    if dataset is None and fetch is not None:
        sent = fetch()
        dataset = find_stored(sent.digest) if store_sent(sent) else sent
    if dataset is None:
        return False
    dataset = replace(dataset, **assignment.beside)
    worker.held.clear()
    # an ablation has its test images from two places
    for from_train in (not settings.test_from_train, settings.test_from_train):
        held = replace(settings, test_from_train=from_train)
        worker.held[held] = LoadedData(held, dataset)
    return True


def _find_data(assignment: Assignment) -> Dataset | None:
    """The data set, where this node can read it by itself."""
    settings: DataSettings = assignment.task.data
    assert settings.digest is not None, "the driver has loaded them"
    dataset = find_stored(settings.digest) or read_entry(assignment.folder / DATA)
    if dataset is None and (settings.source == "digits" or (settings.path and settings.path.exists())):
        with contextlib.suppress(UserError):  # what the driver has is what counts
            dataset = load(
                settings.source,
                settings.path,
                classes=settings.classes,
                resize=settings.resize,
                columns=settings.columns,
            )
    return dataset if dataset is not None and dataset.digest == settings.digest else None


@contextlib.contextmanager
def _workplace(assignment: Assignment, shared: bool) -> Iterator[Workplace]:
    """The trial's own folder: the driver's, or one of this node, which is gone once the trial has ended.

    Of a training that was killed it stays: begun again on this node, it goes on.
    """
    workplace = assignment.task.workplace
    if shared:
        yield workplace
        return
    trials = cache_folder() / "trials"
    for left in trials.glob("*"):
        with contextlib.suppress(OSError):
            if time.time() - left.stat().st_mtime > ABANDONED_AFTER:
                shutil.rmtree(left, ignore_errors=True)
    folder = trials / f"{workplace.folder.name}-{assignment.origin}"
    yield replace(workplace, folder=folder)
    shutil.rmtree(folder, ignore_errors=True)


def _read_files(workplace: Workplace) -> dict[str, bytes]:
    """What the driver keeps of a trial's own folder."""
    kept = (workplace.model, workplace.insight) if workplace.keeps_model else ()
    return {file.name: file.read_bytes() for file in kept if file.is_file()}


def write_files(delivery: Delivery, workplace: Workplace) -> None:
    """Write what has come back into a trial's own folder, each file whole; the driver does this.

    Args:
        delivery: What a worker that cannot write there has answered.
        workplace: Of the driver.

    Raises:
        OSError: A file cannot be written.
    """
    for file in (workplace.model, workplace.insight):
        if file.name in delivery.files:
            workplace.folder.mkdir(parents=True, exist_ok=True)
            write_bytes(file, delivery.files[file.name])
