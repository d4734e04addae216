"""The key of a trial: a digest of all that can change its numbers. Nothing else decides about reuse."""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import asdict

import numpy as np

from reportgen.execution.code_digest import code_digest
from reportgen.training import Trial

FORMAT = 2
"""Part of every key: raise it when a key is made of other things, or a record is kept in another form."""

NAMES_ONLY = ("stage", "label")


def trial_key(trial: Trial, data: str) -> str:
    """Return the key of a trial. Two of the same key have the same numbers, whatever they are called.

    Args:
        trial: Its settings and its seed.
        data: The digest of the images and of their split.
    """
    described = asdict(trial)
    for name in NAMES_ONLY:
        del described["setup"][name]
    content = {"format": FORMAT, "code": code_digest(), **machinery(), "data": data, **described}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def machinery() -> dict[str, str]:
    """Return what else the last bits of a sum depend on."""
    import torch  # slow to import: only who trains needs it

    return {
        "torch": torch.__version__,
        "numpy": np.__version__,
        "processor": f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}",
    }
