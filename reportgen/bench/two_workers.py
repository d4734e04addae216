"""What two workers make of a run, and what a whole run takes beside an earlier commit."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from reportgen.bench.calls import CallTimes, of_reportgen, run_once
from reportgen.bench.peers import BEFORE, PROGRAM
from reportgen.bench.processes import ROOT
from reportgen.bench.works import CIFAR10_SHAPE, CLASSES

NAME = "pool"
IMAGES, TEST_IMAGES = 4000, 500
EPOCHS, QUICK_EPOCHS = 40, 1
MOST_ROUNDS = 3
ONE, TWO = "run, one worker", "run, two workers"
EXPERIMENT = """\
title = {{ zh-Hant = "量測", en = "Measured" }}

[data]
source = "npz"
path = "images.npz"

[comparison]
hidden = [128]
batch_size = 16
epochs = {epochs}
seeds = 2
optimizers = [
  {{ name = "SGD", learning_rate = 1e-3 }},
  {{ name = "SGD_Momentum", learning_rate = 1e-3 }},
  {{ name = "Adam", learning_rate = 1e-3 }},
]
"""
"""Six trials of the comparison network."""


def time_workers(
    rounds: int,
    *,
    root: Path | None = None,
    quick: bool = False,
    on_call: Callable[[str], None] = lambda _: None,
) -> list[CallTimes]:
    """Time a run with one worker and with two, and with one of an earlier commit, in turns.

    Seconds by the clock are those that the run's manifest tells: from the first trial to the records, without
    the start, the proofs and the report. Those of the processor are of all.

    Args:
        rounds: How often each is timed; at most MOST_ROUNDS.
        root: The folder of the earlier commit; None without one.
        quick: One epoch.
        on_call: Called with what is done next.
    """
    ways = [(ONE, PROGRAM, ROOT, 1), (TWO, PROGRAM, ROOT, 2), *([(ONE, BEFORE, root, 1)] if root else [])]
    times = [CallTimes(what, way) for what, way, _, _ in ways]
    with TemporaryDirectory(prefix="reportgen-bench-") as place:
        folder = Path(place)
        experiment = folder / f"{NAME}.toml"
        experiment.write_text(EXPERIMENT.format(epochs=QUICK_EPOCHS if quick else EPOCHS), encoding="utf-8")
        write_images(folder / "images.npz")
        for number in range(min(rounds, MOST_ROUNDS)):
            for (what, way, of_way, workers), of_call in zip(ways, times, strict=True):
                on_call(f"{what}: {way}, round {number + 1}")
                output = folder / "output"
                options = ("--output", output, "--workers", workers, "--no-pdf")
                processor, _, memory = run_once(of_reportgen("run", experiment, *options), of_way)
                manifest = json.loads(
                    (output / NAME / "latest" / "manifest.json").read_text(encoding="utf-8")
                )
                of_call.processor.append(processor)
                of_call.wall.append(manifest["times"]["seconds"])
                of_call.memory.append(memory)
                shutil.rmtree(output)
    return times


def write_images(file: Path) -> None:
    """Write random images of CIFAR-10's shape, as the source `npz` reads them.

    Args:
        file: An .npz file.
    """
    rng = np.random.default_rng(0)
    arrays: dict[str, Any] = {}
    for part, count in (("train", IMAGES), ("test", TEST_IMAGES)):
        arrays[f"x_{part}"] = rng.integers(0, 256, (count, *CIFAR10_SHAPE), dtype=np.uint8)
        arrays[f"y_{part}"] = np.arange(count, dtype=np.int64) % CLASSES
    np.savez(file, **arrays)
