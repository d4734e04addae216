"""Renders a run several times in one process, and says what each took: what a program waits for that goes on.

A call of the command line loads what it needs first; a notebook, or a server of reports, has done so.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from reportgen.bench.child import private_output

UNIT_OF_MEMORY = 1 if sys.platform == "darwin" else 1024


def main() -> None:
    """Render the folder of the first argument as often as the second says; a line of JSON for each."""
    import reportgen

    run, times = Path(sys.argv[1]), int(sys.argv[2])
    answers = private_output()
    for _ in range(times):
        processor, wall = time.process_time(), time.perf_counter()
        reportgen.render(run)
        took = {
            "processor": time.process_time() - processor,
            "wall": time.perf_counter() - wall,
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT_OF_MEMORY,
        }
        answers.write(json.dumps(took) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
