"""What the command line may say after --to: a folder, a zip file, or the address of a service."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from reportgen.errors import UserError

SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Characters that would break a line, or do something to a terminal."""
NAMED = re.compile(r"@[A-Za-z_][A-Za-z0-9_]*")
"""A whole address kept as a secret: @NAME."""


@dataclass(frozen=True)
class FolderTarget:
    """A folder that runs are copied into."""

    path: Path


@dataclass(frozen=True)
class ZipTarget:
    """A zip file with all that a reader needs."""

    path: Path


@dataclass(frozen=True)
class ServiceTarget:
    """The address of a service that apprise knows, as it was written: secrets are still ${NAME} in it."""

    address: str


Target = FolderTarget | ZipTarget | ServiceTarget


def parse(text: str) -> Target:
    """Return what a target is.

    Raises:
        UserError: It is none; what might be a secret is not repeated.
    """
    if not text.strip() or CONTROL.search(text):
        raise UserError("--to: a target is empty, or has a line break or another control character in it")
    if NAMED.fullmatch(text):
        return ServiceTarget(text)
    for prefix, kind in (("folder:", FolderTarget), ("zip:", ZipTarget)):
        if text.startswith(prefix) and text != prefix:
            return kind(Path(text.removeprefix(prefix)).expanduser())
    if SCHEME.match(text):
        return ServiceTarget(text)
    path = Path(text).expanduser()
    if text.endswith("/") or path.is_dir():
        return FolderTarget(path)
    if path.suffix.lower() == ".zip":
        return ZipTarget(path)
    raise UserError(
        f"--to {masked(text)}: is neither a folder that is there (folder:NAME makes one) nor NAME.zip nor an "
        "address such as mailtos://..."
    )


def masked(text: str) -> str:
    """Return the beginning of a target, up to where secrets may stand in it."""
    start = re.split("[:@]", text, maxsplit=1)[0]
    return text if start == text else f"{start}:..."
