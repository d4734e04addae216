"""The command `share`: a run handed on to folders, zip files, mail and chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console

from reportgen.delivery.share import finished_run
from reportgen.delivery.share.destinations import CONTROL, FolderTarget, ServiceTarget, ZipTarget, parse
from reportgen.delivery.share.finished_run import HTML, PDF, FinishedRun
from reportgen.delivery.share.secrets import Secrets
from reportgen.delivery.share.shared_folder import copy_into
from reportgen.delivery.share.zip_file import write_zip
from reportgen.errors import UserError, describe
from reportgen.records.find import find_run


@dataclass(frozen=True)
class Shared:
    """Where a run went, and what else its sender should know."""

    where: str
    note: str = ""


def share(name: str, targets: Sequence[str], *, secrets_file: Path | None, retries: int, output: Path) -> int:
    """Hand a run on to every target; returns the exit code, 0 if it reached all of them.

    name: a run's folder, or what it is called in the output folder.
    A line for each, on standard error for one that it did not reach. secrets_file: None for the default one.
    Raises UserError where there is no run, or the secrets' file cannot be used.
    """
    run = finished_run.read(find_run(name, output))
    secrets = Secrets(secrets_file)
    failed = False
    for target in dict.fromkeys(targets):
        try:
            shared = deliver(run, target, secrets, retries)
        except (UserError, OSError) as error:
            click.echo(f"reportgen: error: {describe(error)}", err=True)
            failed = True
        else:
            show(target, shared)
    return 1 if failed else 0


def deliver(run: FinishedRun, text: str, secrets: Secrets, retries: int) -> Shared:
    """Hand a run on to one target, as it was written. Raises UserError."""
    match parse(text):
        case FolderTarget(path):
            return Shared(str(copy_into(path, run).absolute()))
        case ZipTarget(path):
            write_zip(path, run)
            return Shared(str(path.absolute()), "" if run.file(PDF) else "without a PDF, the run has none")
        case ServiceTarget(address):
            return _send(run, address, secrets, retries)


def _send(run: FinishedRun, address: str, secrets: Secrets, retries: int) -> Shared:
    from reportgen.delivery.share.messages import send
    from reportgen.delivery.share.summary import summarize

    report = run.file(PDF) or run.folder / HTML
    name, attached = send(address, summarize(run), report, secrets, retries=retries)
    if not attached:
        return Shared(name, "without the report, the service takes no files")
    note = "" if report.name == PDF else f"with {HTML}, the run has no PDF"
    return Shared(f"{name}, {report.name}", note)


def show(target: str, shared: Shared) -> None:
    """Print where a run went: a sentence on a terminal, elsewhere lines with tabs, their kind in front."""
    where = CONTROL.sub("?", shared.where)
    if Console().is_terminal:
        click.echo(f"shared with {target}: {where}" + (f" ({shared.note})" if shared.note else ""))
        return
    click.echo(f"shared\t{target}\t{where}")
    if shared.note:
        click.echo(f"note\t{target}\t{shared.note}")
