"""How long a report takes to render, once everything has been used before.

    python benchmarks/render.py [--rounds 3]

The run is the one whose folder REPORTGEN_DOCUMENT names, else the newest of the homework in output/, else a
quickstart that is trained for it. Its folder is copied. Prints seconds by the clock and of the processor,
for HTML and PDF together, of every round after a first one that is not counted; the aim is 6 by the clock.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from reportgen.records.run import Run
from reportgen.report.render import render

HOMEWORK = Path(__file__).parent.parent / "output" / "homework" / "latest"


def main() -> None:
    """Render several times and print how long each took."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, help="of another benchmark")
    parser.add_argument("--seeds", type=int, nargs="*", help="of another benchmark")
    rounds = parser.parse_args().rounds
    with TemporaryDirectory() as place:
        source = find(Path(place))
        folder = Path(place) / "copy" / source.name
        shutil.copytree(source, folder)
        rendered = render(Run.read(folder))
        for _ in range(rounds):
            clock, processor = time.perf_counter(), time.process_time()
            rendered = render(Run.read(folder))
            clock, processor = time.perf_counter() - clock, time.process_time() - processor
            print(f"{clock:6.2f} s by the clock, {processor:6.2f} s of the processor")
        assert rendered.pdf is not None
        sizes = " and ".join(f"{one.stat().st_size / 1e6:.2f} MB" for one in (rendered.pdf, rendered.html))
        print(f"{rendered.pages} pages, {sizes} of PDF and HTML")


def find(place: Path) -> Path:
    """The run to render; a quickstart is trained in the folder `place` if there is no other."""
    if named := os.environ.get("REPORTGEN_DOCUMENT"):
        return Path(named).resolve()
    if HOMEWORK.exists():
        return HOMEWORK.resolve()
    command = [sys.executable, "-m", "reportgen", "run", "quickstart", "--no-pdf", "--output", str(place)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (place / "quickstart" / "latest").resolve()


if __name__ == "__main__":
    main()
