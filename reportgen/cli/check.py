"""The command `check`: the proofs of layers, network and optimizers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from reportgen.errors import ExitCode


@click.command(epilog="Example: reportgen check --code hw5.py")
@click.option(
    "--code",
    "files",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Prove the classes of this file of one's own instead (.py or .ipynb), and name what is likely wrong"
    " with them. May be given several times.",
)
def check(files: tuple[Path, ...]) -> ExitCode:
    """Prove the layers, the network and the optimizers against independent computations."""
    if files:
        return check_files(files)
    from reportgen import checks
    from reportgen.cli.proof_lines import lines_of

    proofs = checks.run()
    for proof in proofs:
        for line in lines_of(proof):
            click.echo(line)
    return conclude([proof.passed for proof in proofs])


def check_files(files: Sequence[Path]) -> ExitCode:
    """Prove the homework's classes in files of a user's own; returns the exit code.

    Args:
        files: Of Python, or notebooks.
    """
    from reportgen.checks.homework_file import prove_file
    from reportgen.cli.proof_lines import lines_of
    from reportgen.user_code.source import read_code

    passed = []
    for file in files:
        for proved in prove_file(read_code(file)):
            if proved.check is None:
                click.echo(f"{file.name}, {proved.name}: not there; reportgen has its own")
                continue
            passed.append(proved.check.passed)
            for line in lines_of(proved.check):
                click.echo(line if line.startswith(" ") else f"{file.name}, {proved.name}: {line}")
    return conclude(passed)


def conclude(passed: Sequence[bool]) -> ExitCode:
    """Say how many checks have passed; returns the exit code.

    Args:
        passed: Of each check, whether it has.
    """
    click.echo(f"{sum(passed)} of {len(passed)} checks passed")
    return ExitCode.DONE if all(passed) else ExitCode.FAILED
