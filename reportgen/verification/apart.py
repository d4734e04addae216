"""The proofs of a PDF from anywhere, by a process of its own with limits on memory and time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

from reportgen.errors import UserError
from reportgen.verification.__main__ import OUT_OF_MEMORY
from reportgen.verification.verdict import Proof

MEMORY, MEMORY_OF_A_CORE, TIMES_THE_FILE = 2 * 2**30, 64 * 2**20, 16
"""What the proofs may take: bytes for any file, for each core (its thread), for each byte of the file."""
SECONDS = 15 * 60
"""How long they may take."""


def prove_apart(
    path: Path, *, rebuild: bool = True, templates: Path | None = None
) -> tuple[str, list[Proof]]:
    """Check a report's PDF, which may be anyone's, against what is attached to it.

    Args:
        path: The PDF.
        rebuild: Also write the report anew from what is attached, and compare it byte for byte.
        templates: The folder of a user's templates that it was made with.

    Returns:
        The fingerprint that it carries, and every proof.

    Raises:
        UserError: For a file that is no report of this program, or takes more than the limits.
    """
    fingerprint, proofs = "", []
    for kind, value in _told(path, rebuild, templates):
        if kind == "error":
            raise UserError(value)
        if kind == "fingerprint":
            fingerprint = value
        else:
            lines = (tuple(value[name]) for name in ("wrong", "unknown"))
            proofs.append(Proof(value["what"], value["holds"], *lines))
    return fingerprint, proofs


def _told(path: Path, rebuild: bool, templates: Path | None) -> Iterator[tuple[str, Any]]:
    """What reportgen.verification prints, each with its kind."""
    size = path.stat().st_size if path.exists() else 0
    memory = MEMORY + MEMORY_OF_A_CORE * (os.cpu_count() or 1) + TIMES_THE_FILE * size
    with TemporaryDirectory() as folder, TemporaryFile() as log:
        arguments = [path, templates or "", "rebuild" if rebuild else "", folder, memory, SECONDS]
        process = subprocess.run(
            # -P: nothing is taken from the folder where it is called, as a stranger's PDF may lie among traps
            [sys.executable, "-P", "-m", "reportgen.verification", *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdout=subprocess.PIPE,
            stderr=log,
            check=False,
        )
        if process.returncode < 0 or process.returncode == OUT_OF_MEMORY:
            raise UserError(
                f"{path}: takes more than {memory / 2**30:.1f} GiB of memory or {SECONDS / 60:g} minutes to"
                " check, as no report of this size does: nothing is proved"
            )
        if process.returncode:
            log.seek(0)
            raise RuntimeError(log.read().decode(errors="replace"))
    for line in process.stdout.splitlines():
        yield from json.loads(line).items()
