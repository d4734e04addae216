"""The parts of a bench, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from reportgen.bench.asked_for import Choice
from reportgen.bench.bench_parts import AGAINST, EPOCH, GROWTH, NONE, RENDER, START, STEPS, WORKERS
from reportgen.bench.checkout import NoCommitError, checked_out
from reportgen.bench.device_steps import ways_on
from reportgen.bench.growing import measure_growth
from reportgen.bench.made_images import read_images
from reportgen.bench.measured_on import load, this_machine
from reportgen.bench.outcome import Outcome
from reportgen.bench.peers import BEFORE, EPOCHS, PRESENT, before, name_of
from reportgen.bench.processes import WayProcess
from reportgen.bench.reporting import time_reports
from reportgen.bench.starting import time_start
from reportgen.bench.steps import time_steps
from reportgen.bench.two_workers import time_workers
from reportgen.bench.works import WORKS_OF_EPOCHS
from reportgen.errors import UserError
from reportgen.execution.devices import describe_accelerator

Say = Callable[[str], None]


def measure(choice: Choice, say: Say = lambda _: None) -> Outcome:
    """Measure what is asked for.

    Args:
        choice: What is asked for.
        say: Called with what is done next.

    Returns:
        All figures.

    Raises:
        UserError: A commit or a file is not there, or a way computes other numbers than the others.
    """
    real = None if choice.data is None else read_images(choice.data)
    outcome = Outcome(this_machine(), choice.rounds, choice.quick, None, begun=_now(), load=[load()])
    if choice.device is not None:
        outcome.device = describe_accelerator(choice.device).get("accelerator", choice.device)
        outcome.on_device = time_steps(
            choice.works, ways_on(choice.device), choice.rounds, real=real, on_step=say
        )
        outcome.notes += _absences(outcome)
        outcome.load.append(load())
        outcome.ended = _now()
        return outcome
    with ExitStack() as stack:
        root = _root_of_commit(choice, outcome, stack)
        if STEPS in choice.parts:
            ways = _ways(choice, PRESENT, before(root) if root else None)
            outcome.steps = time_steps(choice.works, ways, choice.rounds, real=real, on_step=say)
        if EPOCH in choice.parts:
            works = [work for work in choice.works if work.name in WORKS_OF_EPOCHS]
            ways = _ways(choice, EPOCHS, before(root, epochs=True) if root else None)
            outcome.epochs = time_steps(works, ways, choice.rounds, real=real, on_step=say)
        if START in choice.parts:
            outcome.calls += time_start(choice.rounds, root=root, on_call=say)
        if RENDER in choice.parts:
            outcome.calls += time_reports(
                choice.rounds,
                experiment=choice.experiment,
                output=choice.output,
                root=root,
                quick=choice.quick,
                on_call=say,
            )
        if WORKERS in choice.parts:
            outcome.workers = time_workers(choice.rounds, root=root, quick=choice.quick, on_call=say)
        if GROWTH in choice.parts:
            outcome.growth = measure_growth(choice.rounds, quick=choice.quick, on_call=say)
    outcome.notes += _absences(outcome)
    outcome.ended = _now()
    outcome.load.append(load())
    return outcome


def _ways(choice: Choice, present: Iterable[WayProcess], before: WayProcess | None) -> list[WayProcess]:
    ways = [*present, *([before] if before else [])]
    return [way for way in ways if choice.takes(way.name)]


def _absences(outcome: Outcome) -> Iterator[str]:
    """A line about everything that was to be measured, and was not."""
    for times in [*outcome.steps, *outcome.epochs, *outcome.on_device]:
        for way in times.ways:
            if way.absent:
                name = name_of(way.way, outcome.against)
                yield f"{times.work.name}, {name}: not timed: {way.absent}"
    for call in [*outcome.calls, *outcome.workers]:
        if call.absent:
            yield f"{call.what}, {name_of(call.way, outcome.against)}: not timed: {call.absent}"


def _root_of_commit(choice: Choice, outcome: Outcome, stack: ExitStack) -> Path | None:
    """The folder of the commit's files, until the stack is closed; None where none is measured."""
    if choice.against == NONE or not choice.takes(BEFORE):
        return None
    commit = choice.against or AGAINST
    try:
        root = stack.enter_context(checked_out(commit))
    except NoCommitError as reason:
        if choice.against is not None:
            raise UserError(
                f"--against {commit}: {reason}; name a commit of this checkout, or none"
            ) from None
        outcome.notes.append(f"commit {commit}: not measured: {reason}")
        return None
    outcome.against = commit
    return root


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
