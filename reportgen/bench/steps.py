"""Training steps: every work in every way, first shown to compute the same, then timed in turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from reportgen.bench.agreement import Weights, relative_difference
from reportgen.bench.made_images import Pair, images_for
from reportgen.bench.peers import OURS
from reportgen.bench.processes import Child, WayProcess, processes
from reportgen.bench.start import Start, start_of
from reportgen.bench.works import Work, proof_of
from reportgen.errors import UserError


@dataclass
class WayTimes:
    """What a way took for a step of a work, in seconds, a figure for every round.

    absent: why it was not timed; empty where it was. difference: of its weights from the first way's after
    some steps, see `agreement.py`; None for the first itself, and for what trains nothing.
    """

    way: str
    processor: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    absent: str = ""
    difference: float | None = None


@dataclass(frozen=True)
class WorkTimes:
    """A work, and what every way took for it."""

    work: Work
    ways: list[WayTimes]

    @property
    def ours(self) -> WayTimes | None:
        """What others are compared with; None where it was not timed."""
        timed = {times.way: times for times in self.ways if not times.absent}
        return next((timed[name] for name in OURS if name in timed), None)


def time_steps(
    works: Sequence[Work],
    ways: Sequence[WayProcess],
    rounds: int,
    *,
    real: Pair | None = None,
    on_step: Callable[[str], None] = lambda _: None,
) -> list[WorkTimes]:
    """Time a step of every work in every way.

    Args:
        works: What is trained.
        ways: The first that can do a work is the one that the others must agree with.
        rounds: How often each is timed, in turns.
        real: Images of a file; made ones if None.
        on_step: Called with what is done next.

    Raises:
        UserError: A way computes other numbers than the first.
    """
    every = []
    with processes(list(ways)) as children, TemporaryDirectory(prefix="reportgen-bench-") as place:
        file = Path(place) / "start.npz"
        for work in works:
            proof = proof_of(work)
            start = start_of(proof, *images_for(proof, real))
            start.write(file)
            started = [_prove(proof, file, child, on_step) for child in children]
            refuse_others(proof, start, started)
            start_of(work, *images_for(work, real)).write(file)
            times = [of_way for of_way, _ in started]
            timed = [pair for pair in zip(children, times, strict=True) if not pair[1].absent]
            for child, _ in timed:
                on_step(f"{work.name}: {child.way.name} gets ready")
                child.ask(work=asdict(work), start=str(file))
            for number in range(rounds):
                on_step(f"{work.name}: round {number + 1} of {rounds}")
                for child, of_way in timed:
                    answer = child.ask()
                    of_way.processor.append(answer["processor"])
                    of_way.wall.append(answer["wall"])
            every.append(WorkTimes(work, times))
    return every


def _prove(work: Work, start: Path, child: Child, on_step: Callable[[str], None]) -> tuple[WayTimes, Weights]:
    """Let a process train a work for an epoch; returns its weights, none where it could not."""
    on_step(f"{work.name}: {child.way.name} shows what it computes")
    file = start.with_name("weights.npz")
    answer = child.ask(work=asdict(work), start=str(start), weights=str(file))
    if "absent" in answer:
        return WayTimes(child.way.name, absent=answer["absent"]), {}
    with np.load(file) as arrays:
        return WayTimes(child.way.name), dict(arrays)


def refuse_others(work: Work, start: Start, started: Sequence[tuple[WayTimes, Weights]]) -> None:
    """Set how far each way's weights are from the first one's, and refuse those that are too far.

    Args:
        work: What was trained, with what counts as rounding.
        start: Where all began.
        started: What each way has come to; no weights where it trains nothing.

    Raises:
        UserError: A way computes other numbers than the first.
    """
    trained = [(times, weights) for times, weights in started if weights]
    for times, weights in trained[1:]:
        first, expected = trained[0]
        times.difference = relative_difference(expected, weights, start.parameters)
        if times.difference > work.tolerance:
            raise UserError(
                f"{work.name}: after {work.steps} steps the weights of {times.way} differ from those of"
                f" {first.way} by {times.difference:.1e} of the way that they went, and only up to"
                f" {work.tolerance:.0e} is rounding; what does not compute the same is not timed"
            )
