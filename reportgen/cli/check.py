"""The command `check`: the proofs of layers, network and optimizers."""

from __future__ import annotations

import click

from reportgen.errors import ExitCode


@click.command()
def check() -> ExitCode:
    """Prove the layers, the network and the optimizers against independent computations."""
    from reportgen import checks

    proofs = checks.run()
    for proof in proofs:
        click.echo(f"{proof.line}  [{proof.evidence}]")
        for line in proof.printed:
            click.echo(f"    {line}")
    failed = [proof for proof in proofs if not proof.passed]
    click.echo(f"{len(proofs) - len(failed)} of {len(proofs)} checks passed")
    return ExitCode.FAILED if failed else ExitCode.DONE
