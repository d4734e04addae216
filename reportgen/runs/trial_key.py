"""The key of a trial: a digest of all that can change its numbers. Nothing else decides about reuse."""

from __future__ import annotations

import ast
import hashlib
import json
import platform
from dataclasses import asdict
from functools import cache
from pathlib import Path

import numpy as np

from reportgen.training import Trial

NAMES_ONLY = ("stage", "label")

PACKAGE = Path(__file__).parents[1]
COMPUTES = ("nn", "optim", "training", "randomness.py", "data/splits.py")
"""The code that makes a trial's numbers, of its settings and of the images."""


def trial_key(trial: Trial, data: str) -> str:
    """The key of a trial on data of this digest.

    Two trials of the same key have the same numbers, whatever the experiment calls them.
    """
    described = asdict(trial)
    for name in NAMES_ONLY:
        del described["setup"][name]
    what = {"code": code_digest(), **machinery(), "data": data, **described}
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


@cache
def code_digest() -> str:
    """The SHA-256 of the code that computes, whatever its comments and layout."""
    files = [
        file
        for name in COMPUTES
        for file in (
            sorted((PACKAGE / name).rglob("*.py")) if (PACKAGE / name).is_dir() else [PACKAGE / name]
        )
    ]
    trees = [ast.dump(ast.parse(file.read_text(encoding="utf-8"))) for file in files]
    return hashlib.sha256("\n".join(trees).encode()).hexdigest()


def machinery() -> dict[str, str]:
    """What else the last bits of a sum depend on."""
    import torch  # slow to import: only who trains needs it

    return {
        "torch": torch.__version__,
        "numpy": np.__version__,
        "processor": f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}",
    }
