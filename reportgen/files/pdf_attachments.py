"""The files that a PDF carries: read by PDFium, and not more of them than fits into memory with ease.

Called as a program, it writes those of a PDF from anywhere into a folder, within limits of memory and time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reportgen.errors import UserError, describe
from reportgen.files.limits import keep_to

LARGEST = 512 * 2**20
"""The most bytes of a PDF, and of all that is attached to it: what fits into memory with ease."""
MEMORY, TIMES_THE_FILE, SECONDS = 2**30, 8, 60
"""What another process may take: bytes for any file, for each byte of it, and seconds of a processor."""


def read_attachments(pdf: Any, path: Path) -> tuple[tuple[str, bytes | None], ...]:
    """Return the name and the bytes of each attached file, None where they cannot be read.

    Args:
        pdf: The document, opened with pypdfium2.
        path: What messages call it.

    Raises:
        UserError: They are too large.
    """
    import pypdfium2  # type: ignore[import-untyped]

    attachments: list[tuple[str, bytes | None]] = []
    room = LARGEST
    for index in range(pdf.count_attachments()):
        attachment = pdf.get_attachment(index)
        try:
            data = bytes(attachment.get_data())
        except pypdfium2.PdfiumError:
            attachments.append((attachment.get_name(), None))
            continue
        room -= len(data)
        if room < 0:
            raise UserError(f"{path}: more than {LARGEST:,} bytes are attached; they are not read")
        attachments.append((attachment.get_name(), data))
    return tuple(attachments)


def check_size(path: Path) -> None:
    """Raise UserError for a PDF that is too large to be read."""
    size = path.stat().st_size
    if size > LARGEST:
        raise UserError(f"{path}: has {size:,} bytes; at most {LARGEST:,} are read")


def unpack_apart(path: Path, folder: Path) -> dict[str, Path]:
    """Write the attached files of a PDF into a folder, by a process that can only take so much.

    Args:
        path: The PDF, which may be anyone's.
        folder: An empty one.

    Returns:
        Where each of them is, by its name; the first of those of one name.

    Raises:
        UserError: It is no PDF, is damaged or encrypted, or takes more than the limits.
    """
    check_size(path)
    memory = MEMORY + TIMES_THE_FILE * path.stat().st_size
    process = subprocess.run(
        # -P: nothing is taken from the folder where it is called, as a stranger's PDF may lie among traps
        [sys.executable, "-P", "-m", __name__, *map(str, (path, folder, memory, SECONDS))],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    if process.returncode:
        raise UserError(f"{path}: what is attached to it takes too much memory or time; it is not read")
    answer = json.loads(process.stdout)
    if "error" in answer:
        raise UserError(answer["error"])
    places: dict[str, Path] = {}
    for number, name in enumerate(answer["names"]):
        if (file := folder / str(number)).exists():
            places.setdefault(name, file)
    return places


def main(arguments: Sequence[str]) -> int:
    """Write the attached files as 0, 1, ... and print their names; the arguments: see `unpack_apart`."""
    path, folder, memory, seconds = Path(arguments[0]), Path(arguments[1]), *map(int, arguments[2:])
    keep_to(memory=memory, seconds=seconds)
    import pypdfium2

    answer: dict[str, Any] = {}
    try:
        with pypdfium2.PdfDocument(path.read_bytes()) as pdf:
            attachments = read_attachments(pdf, path)
        for number, (_, data) in enumerate(attachments):
            if data is not None:
                (folder / str(number)).write_bytes(data)
        answer = {"names": [name for name, _ in attachments]}
    except pypdfium2.PdfiumError:
        answer = {"error": f"{path}: is no PDF, or a damaged or encrypted one; ask its sender for another"}
    except (UserError, OSError) as error:
        answer = {"error": describe(error)}
    sys.stdout.write(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
