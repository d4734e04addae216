"""The command `verify`: whether a PDF is what this program writes from the records that it carries."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any

import click

from reportgen.errors import ExitCode, UserError, printable
from reportgen.verification.__main__ import OUT_OF_MEMORY
from reportgen.verification.verdict import CODES, Proof, conclusion

SHOWN = 5
"""So many mistakes of a kind are told one by one."""
MEMORY, MEMORY_OF_A_CORE, TIMES_THE_FILE = 2 * 2**30, 64 * 2**20, 16
"""What the proofs may take: bytes for any file, for each core (its thread), for each byte of the file."""
SECONDS = 15 * 60


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.pdf")
@click.option("--no-rebuild", is_flag=True, help="Do not write the report anew: faster, never decided.")
@click.option("--templates", type=click.Path(path_type=Path), help="The templates that it was made with.")
def verify(file: Path, no_rebuild: bool, templates: Path | None) -> ExitCode:
    """Say whether a report's PDF is what reportgen writes from the records that it carries.

    The digests of the attached files, the results computed from them again, the numbers on the pages; and
    the whole report written anew, and compared byte for byte. Exit code 0: consistent. 1: not consistent, or
    no report. 4: undecided, as the look of the pages could not be compared.
    """
    return verify_report(file, rebuild=not no_rebuild, templates=templates)


def verify_report(path: Path, *, rebuild: bool = True, templates: Path | None = None) -> ExitCode:
    """Check a report's PDF against what is attached to it, and print a line for every proof.

    The file may be anyone's: it is read in a process of its own, with limits on memory and time.

    Args:
        path: the PDF.
        rebuild: also write the report anew from what is attached, and compare it byte for byte.
        templates: the folder of a user's templates that it was made with.

    Returns:
        The exit code: 0 where all proofs hold, 1 where one fails, 4 where that remains open.

    Raises:
        UserError: for a file that is no report of this program, or takes more than the limits.
    """
    from rich.console import Console

    with Console(stderr=True).status("the report is written anew and compared" if rebuild else "reading"):
        fingerprint, found = _proved(path, rebuild, templates)
    show("fingerprint", fingerprint)
    for proof in found:
        if not proof.wrong and not proof.unknown:
            show("ok", proof.what, proof.holds)
        for state, lines in (("FAILED", proof.wrong), ("unknown", proof.unknown)):
            for line in lines[:SHOWN]:
                show(state, proof.what, line)
            if len(lines) > SHOWN:
                show(state, proof.what, f"and {len(lines) - SHOWN} more like these")
    verdict = conclusion(found)
    show("verdict", verdict)
    return CODES[verdict]


def _proved(path: Path, rebuild: bool, templates: Path | None) -> tuple[str, list[Proof]]:
    """The fingerprint and the proofs of a PDF, found by a process with limits."""
    fingerprint, found = "", []
    for kind, value in _told(path, rebuild, templates):
        if kind == "error":
            raise UserError(value)
        if kind == "fingerprint":
            fingerprint = value
        else:
            lines = (tuple(value[name]) for name in ("wrong", "unknown"))
            found.append(Proof(value["what"], value["holds"], *lines))
    return fingerprint, found


def _told(path: Path, rebuild: bool, templates: Path | None) -> Iterator[tuple[str, Any]]:
    """What reportgen.verification prints, each with its kind."""
    size = path.stat().st_size if path.exists() else 0
    memory = MEMORY + MEMORY_OF_A_CORE * (os.cpu_count() or 1) + TIMES_THE_FILE * size
    with TemporaryDirectory() as folder, TemporaryFile() as said:
        arguments = [path, templates or "", "rebuild" if rebuild else "", folder, memory, SECONDS]
        process = subprocess.run(
            # -P: nothing is taken from the folder where it is called, as a stranger's PDF may lie among traps
            [sys.executable, "-P", "-m", "reportgen.verification", *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdout=subprocess.PIPE,
            stderr=said,
            check=False,
        )
        if process.returncode < 0 or process.returncode == OUT_OF_MEMORY:
            raise UserError(
                f"{path}: takes more than {memory / 2**30:.1f} GiB of memory or {SECONDS / 60:g} minutes to"
                " check, as no report of this size does: nothing is proved"
            )
        if process.returncode:
            said.seek(0)
            raise RuntimeError(said.read().decode(errors="replace"))
    for line in process.stdout.splitlines():
        yield from json.loads(line).items()


def show(state: str, *cells: str) -> None:
    """A line: in columns on a terminal, with tabs elsewhere."""
    from rich.console import Console

    clean = [printable(cell) for cell in (state, *cells)]
    if not Console().is_terminal:
        click.echo("\t".join(clean))
        return
    colors = {"ok": "green", "FAILED": "red"}
    columns = [clean[0].ljust(12), *(cell.ljust(34) for cell in clean[1:-1]), clean[-1]]
    click.secho(columns[0], nl=False, fg=colors.get(state))
    click.echo("".join(columns[1:]))
