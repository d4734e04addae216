"""The command `share`: a run handed on to folders, zip files, mail and chat."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.cli.completion import complete_runs
from reportgen.cli.options import output_option, secrets_option
from reportgen.errors import ExitCode, UserError, describe

if TYPE_CHECKING:
    from reportgen.delivery.share.delivering import Shared


@click.command(epilog="Example: reportgen share quickstart --to quickstart.zip")
@click.argument("run_", metavar="RUN", shell_complete=complete_runs)
@click.option(
    "--to", "targets", multiple=True, required=True, metavar="TARGET", help="Where to; may be repeated."
)
@secrets_option
@click.option(
    "--retries",
    type=click.IntRange(0, 10),
    default=2,
    show_default=True,
    help="Further attempts where a message was not delivered.",
)
@output_option
def share(run_: str, targets: tuple[str, ...], secrets: Path | None, retries: int, output: Path) -> ExitCode:
    """Hand a run on: into a folder, as one zip file, by mail or chat.

    A TARGET is folder:DIR (or a folder that is there), NAME.zip, or an address of apprise such as
    'mailtos://me:${SMTP_PASSWORD}@example.org/you@example.org', in single quotes. ${NAME} is a secret of
    the environment or of the file of secrets; @NAME is a whole address kept there.
    """
    from reportgen.delivery.share import finished_run
    from reportgen.delivery.share.delivering import deliver
    from reportgen.delivery.share.secrets import Secrets
    from reportgen.records.find import find_run

    run = finished_run.read(find_run(run_, output))
    vault = Secrets(secrets)
    failed = False
    for target in dict.fromkeys(targets):
        try:
            shared = deliver(run, target, vault, retries)
        except (UserError, OSError) as error:
            click.echo(f"reportgen: error: {describe(error)}", err=True)
            failed = True
        else:
            show(target, shared)
    return ExitCode.FAILED if failed else ExitCode.DONE


def show(target: str, shared: Shared) -> None:
    """Print where a run went: a sentence on a terminal, elsewhere lines with tabs, their kind in front."""
    from rich.console import Console

    from reportgen.delivery.share.destinations import CONTROL

    where = CONTROL.sub("?", shared.where)
    if Console().is_terminal:
        click.echo(f"shared with {target}: {where}" + (f" ({shared.note})" if shared.note else ""))
        return
    click.echo(f"shared\t{target}\t{where}")
    if shared.note:
        click.echo(f"note\t{target}\t{shared.note}")
