"""What `--open` does: the system shows a report, in whatever program it has for pages."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click


def open_report(file: Path) -> None:
    """Open a file with the system's program for it; where that cannot be, a note says so.

    Args:
        file: The HTML of a report, or the page of all reports.
    """
    if reason := _hindrance():
        click.echo(f"note: --open: {reason}", err=True)
    elif click.launch(str(file.resolve())) != 0:
        click.echo("note: --open: this system has no program that opens files (xdg-open)", err=True)


def _hindrance() -> str:
    """Why nothing is to be opened; empty where it is."""
    if not sys.stdout.isatty():  # a timer, a pipe, another program
        return "the output is no terminal, so nothing is opened"
    if sys.platform != "darwin" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return "there is no screen here to open a report on"
    return ""
