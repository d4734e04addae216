"""A run in one zip file to hand over: the report, the tables, what was run, and checksums."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

from reportgen.delivery.share.finished_run import HTML, MANIFEST, PDF, FinishedRun
from reportgen.errors import UserError, describe
from reportgen.files.atomic import write_bytes

FILES = {
    PDF: PDF,
    HTML: HTML,
    "metrics.csv": "metrics.csv",
    "results.csv": "results.csv",
    "search.csv": "search.csv",
    MANIFEST: MANIFEST,
    "experiment.toml": "records/experiment.toml",
}
"""Names in the zip, and where in the run's folder they are; not every run has all of them."""
CHECKSUMS = "SHA256SUMS"
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first moment that a zip file can name: real times would make every zip another."""


def write_zip(path: Path, run: FinishedRun) -> None:
    """Write the zip file; a run that has not changed gives the same bytes again.

    Replaces a zip that was written here before, and nothing else.

    Args:
        path: Of the zip file.
        run: The finished run.

    Raises:
        UserError: Something else is there, or the file cannot be written.
    """
    try:
        if path.exists() and not _is_handover(path):
            raise UserError(f"{path}: is there, and is no zip of a run; move it or name another file")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, _zipped(_contents(run)))
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {describe(error)}") from error


def _contents(run: FinishedRun) -> dict[str, bytes]:
    files = {name: run.file(inner) for name, inner in FILES.items()}
    contents = {name: file.read_bytes() for name, file in sorted(files.items()) if file is not None}
    sums = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in contents.items()]
    return contents | {CHECKSUMS: "".join(sums).encode()}


def _zipped(contents: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.create_system = 3  # Unix, wherever this runs: only there has a file permissions
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED, compresslevel=9)
    return buffer.getvalue()


def _is_handover(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return {MANIFEST, CHECKSUMS} <= set(archive.namelist())
    except zipfile.BadZipFile:
        return False
