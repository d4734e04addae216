"""The process of one way of training: it answers its driver's questions, a line of JSON each.

Run as a file, beside whatever commit's `reportgen` is first on the path: that package trains, and this
bench times it.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
BENCH = "reportgen.bench"


def bind_bench() -> None:
    """Let `reportgen.bench` be the package that this file is in, whichever `reportgen` is imported."""
    spec = importlib.util.spec_from_file_location(
        BENCH, HERE / "__init__.py", submodule_search_locations=[str(HERE)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[BENCH] = module
    spec.loader.exec_module(module)


def private_output() -> Any:
    """Return where answers are written; whatever else is printed goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


class Answering:
    """Makes the way for one work after the other, and does with it what the driver asks."""

    def __init__(self, module: str, name: str, options: dict[str, Any]) -> None:
        self.kind = getattr(importlib.import_module(module), name)
        self.options = options
        self.way: Any = None

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """Answer a question.

        Args:
            question: With `work` and `start`: make the way for that work and train an epoch, then write the
                weights to the file `weights`, or, without one, get ready for rounds. Without: a round.
        """
        if "work" not in question:
            processor, wall = self.way.measure()
            return {"processor": processor, "wall": wall}
        import numpy as np

        from reportgen.bench.start import Start
        from reportgen.bench.ways.way import AbsentError
        from reportgen.bench.works import Work

        self.way = None  # first, so that memory has room for the next
        try:
            self.way = self.kind(
                Work(**question["work"]), Start.read(Path(question["start"])), **self.options
            )
            self.way.epoch()
        except AbsentError as absent:
            return {"absent": str(absent)}
        if "weights" in question:
            np.savez(question["weights"], **self.way.weights())
        else:
            self.way.keep()
            self.way.measure()
        return {}


def main() -> None:
    """Answer until the driver closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the driver hears it, and closes the pipe
    answers = private_output()
    root, module, name, options = sys.argv[1:]
    import reportgen

    where = Path(reportgen.__file__).resolve().parent.parent
    if where != Path(root).resolve():
        raise SystemExit(f"the reportgen of {root} was to be measured, and that of {where} was imported")
    bind_bench()
    import torch

    torch.set_num_threads(1)
    way = Answering(module, name, json.loads(options))
    for line in sys.stdin:
        try:
            answer = way.answer(json.loads(line))
        except Exception:  # whatever it is, the driver is told
            answer = {"error": traceback.format_exc()}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
