"""The command `new`: something to begin with, written for a user to change."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.cli.options import front_matter_options
from reportgen.errors import UserError, cannot_write

if TYPE_CHECKING:
    from reportgen.experiment.front_matter import FrontMatter


@click.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.toml")
@click.option(
    "--from",
    "base",
    metavar="EXPERIMENT",
    help="Copy this experiment, a ready one or a file, with its comments.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Train on this folder of images or .npz file; it is looked at, and the settings fit it.",
)
@front_matter_options
def new(file: Path, base: str | None, data: Path | None, front_matter: FrontMatter) -> None:
    """Write a commented experiment that runs, to be changed."""
    from reportgen.experiment.reading import find
    from reportgen.files.atomic import write_text
    from reportgen.starts.new_experiment import compose

    refuse_target(file, ".toml")
    text = compose(file, base=None if base is None else find(base), data=data, front_matter=front_matter)
    try:
        write_text(file, text)
    except OSError as error:
        raise cannot_write(file, error, "choose another file") from error
    click.echo(f"experiment: {file.absolute()}")
    click.echo(f"reportgen run {file}    trains it and writes its report")


def refuse_target(file: Path, ending: str) -> None:
    """Raise UserError where nothing new can be written: another ending, something there, or no folder.

    Args:
        file: What is to be written.
        ending: What it has to end with.
    """
    if file.suffix != ending:
        raise UserError(f"{file}: is to end with {ending}; call it {file}{ending}")
    if os.path.lexists(file):
        raise UserError(f"{file}: is there already; choose another name, or move it away")
    if not file.parent.is_dir():
        raise UserError(f"{file}: there is no folder {file.parent}; make it, or choose another")
