"""All that a bench found, and the same as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from reportgen.bench.calls import CallTimes
from reportgen.bench.growing import Growth
from reportgen.bench.growth_fit import exponent
from reportgen.bench.measured_on import Machine
from reportgen.bench.spread import ratio_of, spread_of
from reportgen.bench.steps import WayTimes, WorkTimes
from reportgen.files.atomic import write_text


@dataclass
class Outcome:
    """What was measured where, and when.

    begun, ended: ISO 8601, in UTC. load: at the start and at the end. notes: what was left out, and why.
    device: what steps were timed on, where that was asked for; on_device: those steps.
    """

    machine: Machine
    rounds: int
    quick: bool
    against: str | None
    begun: str
    ended: str = ""
    load: list[float | None] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    steps: list[WorkTimes] = field(default_factory=list)
    device: str = ""
    on_device: list[WorkTimes] = field(default_factory=list)
    epochs: list[WorkTimes] = field(default_factory=list)
    calls: list[CallTimes] = field(default_factory=list)
    workers: list[CallTimes] = field(default_factory=list)
    growth: list[Growth] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Everything as JSON holds it; times in seconds."""
        return asdict(self) | {
            "steps": [_work(times) for times in self.steps],
            "on_device": [_work(times) for times in self.on_device],
            "epochs": [_work(times) for times in self.epochs],
            "growth": [_growth(growth) for growth in self.growth],
        }

    def write(self, file: Path) -> None:
        """Write it, whole or not at all.

        Args:
            file: A JSON file.

        Raises:
            OSError: It could not be written.
        """
        write_text(file, json.dumps(self.as_json(), ensure_ascii=False, indent=1) + "\n")


def _work(times: WorkTimes) -> dict[str, Any]:
    ways = [_way(way, times.ours) for way in times.ways]
    return asdict(times.work) | {"network": times.work.network, "ways": ways}


def _way(times: WayTimes, ours: WayTimes | None) -> dict[str, Any]:
    if times.absent:
        return {"way": times.way, "absent": times.absent}
    return {
        "way": times.way,
        "difference": times.difference,
        "processor": asdict(spread_of(times.processor)),
        "wall": asdict(spread_of(times.wall)),
        "times_ours": None if ours is None else asdict(ratio_of(times.processor, ours.processor)),
        "rounds": {"processor": times.processor, "wall": times.wall},
    }


def _growth(growth: Growth) -> dict[str, Any]:
    exponents = {
        name: exponent(growth.sizes, figures)
        for name, figures in (("processor", growth.processor), ("memory", growth.memory))
    }
    return asdict(growth) | {"exponents": exponents}
