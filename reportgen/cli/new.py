"""The command `new`: something to begin with, written for a user to change."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.cli.completion import complete_base, complete_new
from reportgen.cli.options import front_matter_options
from reportgen.errors import UserError, cannot_write

if TYPE_CHECKING:
    from reportgen.experiment.front_matter import FrontMatter

OPTIMIZER, HOMEWORK = "optimizer", "homework"


@click.command(epilog="Example: reportgen new mine.toml --data photos --title 'My photos'")
@click.argument(
    "words", nargs=-1, required=True, metavar="[optimizer|homework] FILE", shell_complete=complete_new
)
@click.option(
    "--from",
    "base",
    metavar="NAME",
    help="Copy this experiment (a ready one or a file) with its comments, or this optimizer.",
    shell_complete=complete_base,
)
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Train on this folder of images, .npz file or table; it is looked at, and the settings fit it.",
)
@click.option(
    "--label", metavar="COLUMN", help="The column of a table's classes [default: told by its name]."
)
@front_matter_options
def new(
    words: tuple[str, ...],
    base: str | None,
    data: Path | None,
    label: str | None,
    front_matter: FrontMatter,
) -> None:
    """Write something to begin with: an experiment, an optimizer, the homework's file.

    An experiment runs as it is, and each of its settings is explained. An optimizer is one that works, to be
    changed. The homework's file has its classes, with places to fill in. What is there is not replaced.
    """
    match words:
        case [("optimizer" | "homework") as kind, file]:
            if data or label or front_matter.given() or (base and kind == HOMEWORK):
                raise click.UsageError(f"that option is for an experiment; {kind} has no use for it")
            write_code(kind, Path(file), base)
        case [file] if file not in (OPTIMIZER, HOMEWORK):
            write_experiment(Path(file), base, data, label, front_matter)
        case _:
            raise click.UsageError("name what to write: FILE.toml, optimizer FILE.py or homework FILE.py")


def write_experiment(
    file: Path, base: str | None, data: Path | None, label: str | None, front_matter: FrontMatter
) -> None:
    """Write a new experiment and say how to run it."""
    if label is not None and data is None:
        raise click.UsageError("--label names a column of the table that --data names; give that too")
    from reportgen.experiment.reading import find
    from reportgen.starts.new_experiment import compose

    refuse_target(file, ".toml")
    copied = None if base is None else find(base)
    text = compose(file, base=copied, data=data, label=label, front_matter=front_matter)
    write(file, text)
    click.echo(f"experiment: {file.absolute()}")
    click.echo(f"reportgen run {file}    trains it and writes its report")


def write_code(kind: str, file: Path, base: str | None) -> None:
    """Write a new file of code and say how to look whether it is right."""
    from reportgen.starts.new_code import compose_homework, compose_optimizer

    refuse_target(file, ".py")
    code = compose_optimizer(file, base) if kind == OPTIMIZER else compose_homework(file)
    write(file, code.text)
    click.echo(f"{kind}: {file.absolute()}")
    click.echo(f"reportgen check --code {file}    says whether it is right")
    if kind == OPTIMIZER:
        use = f'{{ name = "{file.name}:{code.class_name}", learning_rate = 0.001 }}'
    else:
        use = f'[code] layers = "{file.name}", optimizers = "{file.name}"'
    click.echo(f"{use}    is how an experiment beside it uses it")


def write(file: Path, text: str) -> None:
    """Write a file, whole or not at all."""
    from reportgen.files.atomic import write_text

    try:
        write_text(file, text)
    except OSError as error:
        raise cannot_write(file, error, "choose another file") from error


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
