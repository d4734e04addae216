"""The folder of a LaTeX export: written whole or not at all, and never over somebody else's files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from reportgen.errors import UserError, describe
from reportgen.files.atomic import partial_folder, write_bytes
from reportgen.report.latex_export.paper import ALL
from reportgen.report.pdf.attachments import CHECKSUMS, read_checksums
from reportgen.report.pdf.writer import PdfUnavailable, check_pdf

_MADE_OF_IT = re.compile(
    rf"[^/]+/{ALL.removesuffix('.tex')}\.(aux|fdb_latexmk|fls|log|out|pdf|synctex\.gz|xdv)"
)
"""What an engine leaves beside the document: it can be made again."""


def check_export(target: Path) -> None:
    """Refuse an export that cannot be; ask before the report is made.

    Args:
        target: Its folder.

    Raises:
        UserError: It is a file, or holds what no export has written or what was changed since, or this
            machine cannot write figures.
    """
    if problem := check_pdf():
        raise PdfUnavailable(f"{problem} (or leave --latex out)")
    _check_folder(target)


def _check_folder(target: Path) -> None:
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise UserError(f"--latex {target}: is no folder; name another place")
    if not target.absolute().parent.is_dir():
        raise UserError(f"--latex {target}: there is no folder {target.parent}; make it, or choose another")
    if target.is_dir() and (foreign := _foreign(target)):
        raise UserError(
            f"--latex {target}: {foreign} was not written there by an export, or was changed since; name"
            " another folder, or move it away"
        )


def write_folder(target: Path, files: Mapping[str, bytes]) -> None:
    """Write an export, in place of the one that is there.

    Args:
        target: The folder.
        files: The bytes of each file, by its path in the folder.

    Raises:
        UserError: It cannot be written, or must not be replaced.
    """
    _check_folder(target)
    listed = "".join(f"{sha256(data).hexdigest()}  {path}\n" for path, data in sorted(files.items()))
    parent = target.absolute().parent
    try:
        with partial_folder(parent) as new, partial_folder(parent) as old:
            for path, data in [*sorted(files.items()), (CHECKSUMS, listed.encode())]:
                (new / path).parent.mkdir(parents=True, exist_ok=True)
                write_bytes(new / path, data)
            if target.exists():
                target.rename(old / "before")
            new.rename(target)
    except OSError as error:
        raise UserError(f"--latex {target}: cannot be written: {describe(error)}") from error


def _foreign(folder: Path) -> str | None:
    """A file in a folder that is not as an export has left it, by its path there."""
    listed = folder / CHECKSUMS
    try:
        digests = read_checksums(listed.read_bytes()) if listed.is_file() else {}
    except ValueError:
        return CHECKSUMS
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if (path.is_dir() and not path.is_symlink()) or path == listed or _MADE_OF_IT.fullmatch(name):
            continue
        if path.is_symlink() or (
            name not in digests or sha256(path.read_bytes()).hexdigest() != digests[name]
        ):
            return name
    return None
