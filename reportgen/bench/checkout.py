"""An earlier commit of this program, taken out of its repository to be measured beside the present one."""

from __future__ import annotations

import contextlib
import io
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from reportgen.bench.processes import ROOT


class NoCommitError(Exception):
    """There is no such commit here; the message says why."""


@contextlib.contextmanager
def checked_out(commit: str) -> Iterator[Path]:
    """Have a commit's files in a temporary folder.

    Args:
        commit: As git names it.

    Raises:
        NoCommitError: This program does not lie in a repository that has it.
    """
    if _git("rev-parse", "--show-toplevel").strip() != str(ROOT).encode():
        raise NoCommitError(f"{ROOT} is not the top of a git checkout")
    archive = _git("archive", "--format=tar", commit)
    with TemporaryDirectory(prefix="reportgen-bench-") as place:
        folder = Path(place).resolve()
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            tar.extractall(folder, filter="data")
        yield folder


def _git(*arguments: str) -> bytes:
    try:
        answer = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        raise NoCommitError("git is not installed") from None
    if answer.returncode:
        lines = answer.stderr.decode(errors="replace").strip().splitlines() or ["git failed"]
        raise NoCommitError(lines[-1])
    return answer.stdout
