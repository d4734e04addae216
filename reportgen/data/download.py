"""Archives from the network, or from where the user has put them."""

import hashlib
import http.client
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from reportgen.data.cache import downloads_folder, writable_or_temporary
from reportgen.data.errors import DataError, reason
from reportgen.data.progress import progress_bar
from reportgen.errors import REMEDIES, describe
from reportgen.files.atomic import partial_folder

_CHUNK = 1 << 16
_SILENCE = 30.0
"""Seconds without a byte after which a server counts as gone."""


@dataclass(frozen=True)
class RemoteFile:
    """A file with its addresses, the first preferred, and the checksum that it must have."""

    name: str
    urls: tuple[str, ...]
    md5: str


def placed(name: str) -> Path | None:
    """The file in the downloads folder, whether downloaded earlier or put there by hand."""
    path = downloads_folder() / name
    return path if path.is_file() else None


def fetch(source: str, file: RemoteFile, remedy: str) -> Path:
    """Download a file, check it, and only then give it its name.

    Args:
        source: The name of the source.
        file: Its addresses and its checksum.
        remedy: How else the user can bring the file here.

    Returns:
        Its path.

    Raises:
        DataError: No address worked; one line with every address, why it failed, and the remedy.
    """
    folder = writable_or_temporary(downloads_folder())
    failures = []
    for url in file.urls:
        try:
            with partial_folder(folder) as room:
                _transfer(url, room / file.name, f"{source}: {file.name}")
                _compare_checksum(room / file.name, file.md5)
                return (room / file.name).replace(folder / file.name)
        except (OSError, http.client.HTTPException, ValueError) as error:
            if isinstance(error, OSError) and error.errno in REMEDIES:  # no other address would help
                disk = OSError(error.errno, error.strerror, str(folder / file.name))
                raise DataError(f"source {source}: {describe(disk)}") from error
            failures.append(f"{url} ({_why(error)})")
    raise DataError(
        f"source {source}: no download possible, tried {' and '.join(failures)}:"
        f" {remedy}, or use source digits or npz"
    )


def check(source: str, path: Path, md5: str) -> None:
    """Hold a file against its checksum.

    Args:
        source: The name of the source.
        path: The file.
        md5: Of what it should be.

    Raises:
        DataError: The file cannot be read, or is another.
    """
    try:
        _compare_checksum(path, md5)
    except (OSError, ValueError) as error:
        raise damaged(source, path, error) from error


def damaged(source: str, path: Path, error: BaseException) -> DataError:
    """Return the line for an archive that is not what it should be, or that this machine cannot unpack.

    Args:
        source: The name of the source.
        path: The archive.
        error: What became of reading it.
    """
    if isinstance(error, OSError) and error.errno is not None:
        # The machine's trouble (no permission, no room), not the archive's.
        return DataError(
            f"source {source}: the archive {path} cannot be unpacked ({reason(error)}):"
            " check its permissions and the free space"
        )
    return DataError(
        f"source {source}: the archive {path} is damaged ({reason(error)}):"
        " delete it and try again, or place a good copy there"
    )


def _why(error: Exception) -> str:
    """The reason without the wrapping that urllib puts around a plain network error."""
    if type(error) is urllib.error.URLError and isinstance(error.reason, Exception):
        return reason(error.reason)
    return reason(error)


def _transfer(url: str, target: Path, what: str) -> None:
    request = urllib.request.Request(url, headers={"User-Agent": "reportgen"})
    with urllib.request.urlopen(request, timeout=_SILENCE) as response, target.open("wb") as out:
        with progress_bar(what, response.length, in_bytes=True) as advance:
            while chunk := response.read(_CHUNK):
                out.write(chunk)
                advance(len(chunk))
        out.flush()
        os.fsync(out.fileno())


def _compare_checksum(path: Path, md5: str) -> None:
    with path.open("rb") as file:
        # The publishers give md5 sums; they guard against damage here, not against an attacker.
        found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if found != md5:
        raise ValueError(f"its md5 checksum is {found}, expected {md5}")
