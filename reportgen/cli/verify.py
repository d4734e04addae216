"""The command `verify`: whether a PDF is what this program writes from the records that it carries."""

from __future__ import annotations

from pathlib import Path

import click

from reportgen.errors import ExitCode, printable

SHOWN = 5
"""So many mistakes of a kind are told one by one."""


@click.command(epilog="Example: reportgen verify report.pdf")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.pdf")
@click.option("--no-rebuild", is_flag=True, help="Do not write the report anew: faster, never decided.")
@click.option("--templates", type=click.Path(path_type=Path), help="The templates that it was made with.")
def verify(file: Path, no_rebuild: bool, templates: Path | None) -> ExitCode:
    """Say whether a report's PDF is what reportgen writes from the records that it carries.

    The digests of the attached files, the results computed from them again, the numbers on the pages; and
    the whole report written anew, and compared byte for byte. Exit code 0: consistent. 1: not consistent, or
    no report. 4: undecided, as the look of the pages could not be compared.
    """
    from rich.console import Console

    from reportgen.verification.apart import prove_apart
    from reportgen.verification.verdict import CODES, conclusion

    with Console(stderr=True).status("reading" if no_rebuild else "the report is written anew and compared"):
        fingerprint, proofs = prove_apart(file, rebuild=not no_rebuild, templates=templates)
    show("fingerprint", fingerprint)
    for proof in proofs:
        if not proof.wrong and not proof.unknown:
            show("ok", proof.what, proof.holds)
        for state, lines in (("FAILED", proof.wrong), ("unknown", proof.unknown)):
            for line in lines[:SHOWN]:
                show(state, proof.what, line)
            if len(lines) > SHOWN:
                show(state, proof.what, f"and {len(lines) - SHOWN} more like these")
    verdict = conclusion(proofs)
    show("verdict", verdict)
    return CODES[verdict]


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
