"""Report PDFs of this program as tables: the run's records or the table that they carry."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from reportgen.errors import UserError
from reportgen.files.atomic import kind
from reportgen.files.pdf_attachments import unpack_apart
from reportgen.records.tables import own_run
from reportgen.records.tables.raw import RawTable, shown
from reportgen.records.tables.reading_notes import Note

MAGIC = b"%PDF-"
COMPARISON = "comparison.json"
RUN = (own_run.RESULTS, own_run.EPOCHS)


def is_pdf(path: Path) -> bool:
    """Whether a file is a PDF."""
    if kind(path.stat()) != "file":
        return False
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def read(path: Path, read_file: Callable[[Path], RawTable]) -> RawTable:
    """Read what a report carries. That it is genuine is not looked at; `reportgen verify` does.

    Args:
        path: The PDF, which may be anyone's.
        read_file: What reads a file of a table.

    Raises:
        UserError: It is no report, is damaged, or carries several tables.
        OSError: It cannot be read at all.
    """
    with TemporaryDirectory() as folder:
        attached = unpack_apart(path, Path(folder))
        try:
            table = _read(attached, Path(folder), read_file)
        except UserError as error:
            raise UserError(f"{path}: {str(error).replace(folder, 'attached')}") from None
    return replace(table, path=path, notes=(*table.notes, Note("attachments")))


def _read(attached: Mapping[str, Path], folder: Path, read_file: Callable[[Path], RawTable]) -> RawTable:
    if set(RUN) <= attached.keys():
        run = folder / "run"
        run.mkdir()
        for name in RUN:
            attached[name].rename(run / name)
        return replace(own_run.read(run), form=Note("own_report"))
    if COMPARISON not in attached:
        raise UserError("carries no results; name a report of a run, or of a comparison")
    try:
        files = json.loads(attached[COMPARISON].read_bytes())["files"]
        names = [(str(file["attached"]), str(file["file"])) for file in files]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UserError(f"{COMPARISON} is damaged; ask its sender for it again") from None
    if len(names) != 1 or names[0][0] not in attached:
        raise UserError(f"carries {len(names)} tables; save those that are attached, and name them instead")
    return replace(read_file(attached[names[0][0]]), form=Note("own_comparison", name=shown(names[0][1])))
