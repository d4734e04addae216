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
@click.option(
    "--optimizers",
    is_flag=True,
    help="Print a table instead: every optimizer on five problems, beside its twin, and what all have to do.",
)
@click.option(
    "--compiled",
    is_flag=True,
    help="Prove the compiled engine instead, with every optimizer that it can train; compiling them takes"
    " minutes, once.",
)
def check(files: tuple[Path, ...], *, optimizers: bool, compiled: bool) -> ExitCode:
    """Prove the layers, the network and the optimizers against independent computations.

    A run proves all that it trains with by itself.
    """
    if sum([optimizers, compiled, bool(files)]) > 1:
        raise click.UsageError("give one of --code, --optimizers and --compiled")
    if optimizers:
        return print_optimizers()
    if compiled:
        return prove_compiled()
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


def prove_compiled() -> ExitCode:
    """Prove the compiled engine with every optimizer of this program; returns the exit code."""
    from reportgen.checks.compiled_optimizers import prove_each
    from reportgen.cli.proof_lines import lines_of
    from reportgen.training.engines.choice import REASONS

    passed = []
    for name, proof in prove_each():
        if isinstance(proof, str):
            click.echo(f"{name}: the textbook trains it, {REASONS[proof]}")
            continue
        passed.append(proof.passed)
        for line in lines_of(proof):
            click.echo(line)
    return conclude(passed)


def print_optimizers() -> ExitCode:
    """Print the table of all optimizers, a row as soon as it is there; returns the exit code."""
    from reportgen.checks.optimizer_table import LEARNING_RATES, PROPERTIES, rows_of
    from reportgen.checks.problems import PROBLEMS
    from reportgen.optim import built_in

    click.echo("\t".join(["optimizer", *PROBLEMS, "beside", *PROPERTIES]))
    passed = []
    for row in rows_of(built_in().values()):
        passed.append(row.passed)
        reached = [
            f"{problem.share:.0e} at {problem.learning_rate:g}{'' if problem.enough else ' (too little)'}"
            for problem in row.reached.values()
        ]
        properties = ["yes" if holds else "NO" for holds in row.properties.values()]
        settings = "".join(f" {name}={value}" for name, value in row.settings.items())
        click.echo("\t".join([row.name + settings, *reached, row.proof.evidence, *properties]))
    click.echo(
        "Of a problem: the share of the first loss that is left, at the best learning rate of"
        f" {', '.join(f'{rate:g}' for rate in LEARNING_RATES)}."
    )
    return conclude(passed)


def conclude(passed: Sequence[bool]) -> ExitCode:
    """Say how many checks have passed; returns the exit code.

    Args:
        passed: Of each check, whether it has.
    """
    click.echo(f"{sum(passed)} of {len(passed)} checks passed")
    return ExitCode.DONE if all(passed) else ExitCode.FAILED
