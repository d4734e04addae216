"""bubblewrap, where it is installed and allowed: a process sees little of the system, read-only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from reportgen.user_code.module_paths import PACKAGE, holds_package, module_paths

COMMAND = "bwrap"
SECONDS = 20
"""How long a trial call may take."""
SYSTEM = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store"),
    *("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime"),
    *("/etc/fonts", "/sys/devices/system/cpu"),
)
"""What is shown of the system, read-only: libraries, and what a processor can do."""


@cache
def find_bubblewrap() -> str | None:
    """Return the command, where there is one and it works: in some containers it is there but not allowed."""
    command = shutil.which(COMMAND)
    if command is None:
        return None
    try:
        tried = subprocess.run(
            [command, *_options(), sys.executable, "-I", "-S", "-c", ""],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return command if tried.returncode == 0 else None


def wrap(command: Sequence[str], *, writable: Sequence[Path], readable: Iterable[Path] = ()) -> list[str]:
    """Return a command so that it runs in bubblewrap, or as it is where that does not work.

    Args:
        command: The program and its arguments.
        writable: The folders in which it may write; it starts in the first.
        readable: Files and folders that it may read, besides Python and its packages.
    """
    bubblewrap = find_bubblewrap()
    if bubblewrap is None:
        return list(command)
    folders = [str(folder.resolve()) for folder in writable]
    return [bubblewrap, *_options(readable, folders), "--chdir", folders[0], "--", *command]


def _options(readable: Iterable[Path] = (), writable: Iterable[str] = ()) -> list[str]:
    """No network, no processes but its own, nothing to write to, and nothing to read but what it needs."""
    shown = _outermost([*map(Path, SYSTEM), *_of_python(), *(path.resolve() for path in readable)])
    binds = [word for path in shown for word in ("--ro-bind-try", str(path), str(path))]
    binds += [word for folder in writable for word in ("--bind", folder, folder)]
    return [
        *("--unshare-all", "--die-with-parent", "--cap-drop", "ALL"),
        *("--dev", "/dev", "--proc", "/proc", *binds, "--remount-ro", "/dev", "--remount-ro", "/"),
    ]


def _of_python() -> list[Path]:
    """Where Python, its packages and this package are, without what would show the home folder."""
    places = [sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix]
    places += [str(Path(sys.executable).parent), *os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)]
    paths = [Path(place) for place in places if place]
    paths += [path for path in module_paths() if not holds_package(path)]
    paths = [path for path in paths if path.is_absolute() and not _shows_home(path)]
    # where a path is a link, its target is what other links lead to
    return [*paths, *(path.resolve() for path in paths), PACKAGE, PACKAGE.resolve()]


def _shows_home(path: Path) -> bool:
    home = Path.home()
    return any(folder.is_relative_to(path.resolve()) for folder in (home, home.resolve()))


def _outermost(paths: Iterable[Path]) -> list[Path]:
    """These paths without those that lie within others of them, outer ones first."""
    outermost: list[Path] = []
    for path in sorted(set(paths), key=lambda path: len(path.parts)):
        if not any(path.is_relative_to(outer) for outer in outermost):
            outermost.append(path)
    return outermost
