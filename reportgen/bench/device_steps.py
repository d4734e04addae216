"""Training steps on a device: many trials as one program beside the same trials one after the other."""

from __future__ import annotations

from reportgen.bench.outcome import Outcome
from reportgen.bench.peers import TEXTBOOK, TORCH_FUSED
from reportgen.bench.processes import WayProcess
from reportgen.bench.spread import Spread, ratio_of, spread_of
from reportgen.bench.steps import WayTimes, WorkTimes

TRIALS = 32
"""As many as a comparison of some optimizers with some seeds each has."""
BATCHED = "reportgen, batched"

_WAYS = "reportgen.bench.ways"
MICROSECONDS = 1e6


def ways_on(device: str) -> list[WayProcess]:
    """Return the ways of training on a device: the first is the one that the others must agree with.

    Args:
        device: As torch calls it.
    """
    return [
        WayProcess(TEXTBOOK, f"{_WAYS}.own", "Own", {"engine": "textbook", "device": device}),
        WayProcess(BATCHED, f"{_WAYS}.batched_trials", "Together", {"trials": TRIALS, "device": device}),
        WayProcess(TORCH_FUSED, f"{_WAYS}.torch_nn", "TorchNN", {"fused": True, "device": device}),
    ]


def title_of(outcome: Outcome) -> str:
    """Return what the table of such steps is about.

    Args:
        outcome: Of a bench that timed steps on a device.
    """
    return (
        f"A training step of one trial on {outcome.device}, {TRIALS} trials as one program beside one after"
        " the other: microseconds by the clock, median (range); ratio to the batched one"
    )


def rows_of(outcome: Outcome) -> list[tuple[str, ...]]:
    """Return a row for each work: what a step took in each way, and how many times as long as the batched.

    Args:
        outcome: Of a bench that timed steps on a device.
    """
    return [
        (f"{times.work.name}: {times.work.network}", *(_cell(way, _batched(times)) for way in times.ways))
        for times in outcome.on_device
    ]


def _batched(times: WorkTimes) -> WayTimes | None:
    return next((way for way in times.ways if way.way == BATCHED and not way.absent), None)


def _cell(way: WayTimes, batched: WayTimes | None) -> str:
    if way.absent:
        return "-"
    spread = spread_of(way.wall)
    cell = _range(spread, MICROSECONDS, 0)
    if batched is None or way is batched:
        return cell
    return f"{cell}; {_range(ratio_of(way.wall, batched.wall), 1, 2)}"


def _range(spread: Spread, unit: float, digits: int) -> str:
    median, least, most = (
        f"{value * unit:,.{digits}f}" for value in (spread.median, spread.least, spread.most)
    )
    return f"{median} ({least} to {most})"
