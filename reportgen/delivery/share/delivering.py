"""A run handed on to one target, whatever kind it is of."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.delivery.share.destinations import FolderTarget, ServiceTarget, ZipTarget, parse
from reportgen.delivery.share.finished_run import HTML, PDF, FinishedRun
from reportgen.delivery.share.secrets import Secrets
from reportgen.delivery.share.shared_folder import copy_into
from reportgen.delivery.share.zip_file import write_zip


@dataclass(frozen=True)
class Shared:
    """Where a run went, and what else its sender should know."""

    where: str
    note: str = ""


def deliver(run: FinishedRun, text: str, secrets: Secrets, retries: int) -> Shared:
    """Hand a run on to one target, as it was written.

    Args:
        run: The finished run.
        text: The target, as the user wrote it.
        secrets: Those that the target may name.
        retries: How often a service is tried again.

    Raises:
        UserError: The target is none, or the run did not reach it.
    """
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
