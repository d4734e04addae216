"""How long `reportgen compare` takes for large tables, with its report and without.

    python benchmarks/compare.py [--seeds 200 1000]

A table has two optimizers on 500 problems with so many seeds each: 200,000 and 1,000,000 rows, which is the
most that is read. Prints seconds by the clock and of the processor, and the memory used at most; the aim is
a minute by the clock for the first and a few for the second.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

PROBLEMS = 500
OPTIMIZERS = ("Adam", "SGD")


def main() -> None:
    """Compare tables of several sizes and print how long each took."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="*", default=[200])
    parser.add_argument("--rounds", type=int, help="of another benchmark")
    parser.add_argument("--steps", type=int, help="of another benchmark")
    for seeds in parser.parse_args().seeds:
        with TemporaryDirectory() as folder:
            table = Path(folder) / "scores.csv"
            write(table, seeds)
            for what, options in (
                ("verdicts", ["--no-report"]),
                ("report", ["--to", str(table.with_suffix(""))]),
            ):
                clock, processor, memory = measured(["compare", str(table), *options])
                print(
                    f"{len(OPTIMIZERS) * PROBLEMS * seeds:>9,} rows, {what:<8} {clock:6.1f} s by the clock,"
                    f" {processor:6.1f} s of the processor, {memory:.0f} MB"
                )


def write(table: Path, seeds: int) -> None:
    """Made scores: an effect of the seed that both share, noise, and a difference for each problem."""
    rng = np.random.default_rng(0)
    with table.open("w", encoding="utf-8") as file:
        file.write("problem,optimizer,seed,score\n")
        for problem in range(PROBLEMS):
            shared, difference = rng.normal(5, 1, seeds), rng.normal(0, 0.2)
            for name in OPTIMIZERS:
                scores = shared + rng.normal(0, 1, seeds) + difference * (name == OPTIMIZERS[0])
                file.writelines(
                    f"{problem:03},{name},{seed},{score:.4f}\n" for seed, score in enumerate(scores)
                )


def measured(arguments: list[str]) -> tuple[float, float, float]:
    """Seconds by the clock and of the processor, and megabytes at most, of a call of the command line."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "reportgen", *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"reportgen {' '.join(arguments)} failed")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


if __name__ == "__main__":
    main()
