"""The command `tune`: search good settings and write them down as a new experiment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from reportgen.cli.console import print_rows
from reportgen.cli.progress import watch
from reportgen.cli.run import Overrides, source_of
from reportgen.errors import UserError, cannot_write
from reportgen.execution.prepare import checked, load_images
from reportgen.execution.run import finished_trials, searched_settings
from reportgen.execution.trials import TrainingOptions
from reportgen.experiment import reading
from reportgen.files.atomic import write_text
from reportgen.planning.search import Searched
from reportgen.planning.tuned_file import found_experiment, moved_path, other_data


def tune(
    name: str,
    overrides: Overrides,
    *,
    output: Path,
    to: Path | None,
    training: TrainingOptions,
    force: bool,
) -> int:
    """Search the settings of an experiment; returns the exit code.

    to: the file that the found experiment is written to, by default NAME-tuned.toml in this folder. What
    a search finishes is kept in output, so one that was stopped goes on.
    """
    source = source_of(name, overrides)
    target = to or Path(f"{source.name}-tuned.toml")
    if target.resolve() == source.file.resolve():
        raise UserError(f"{target}: is the experiment itself; name another file with --to")
    if target.exists() and not force:
        raise UserError(f"{target}: is there already; choose another file with --to, or add --force")
    if not target.parent.is_dir():
        raise UserError(f"{target}: there is no folder {target.parent}; make it, or choose another with --to")
    search = source.experiment.search
    if search.comparison is None and search.tuned is None:
        raise UserError(f"{source.file}: nothing to search, neither [search.comparison] nor [search.tuned]")
    dataset, settings = load_images(source)
    checked(source, settings)
    console = Console()
    with (
        watch(console) as watcher,
        finished_trials(dataset, settings, output, training, watcher) as finished,
    ):
        searched = searched_settings(source, finished)
    print_found(searched, console)
    text = found_experiment(source.text, source.experiment, source.name, searched)
    text = moved_path(other_data(text, overrides.by_table()["data"]), source.file, target)
    try:
        write_text(target, text)
    except OSError as error:
        remedy = f"choose another file with --to: what was found is kept in {output}"
        raise cannot_write(target, error, f"{remedy}, and nothing is trained again") from error
    reading.read(target)  # what was written is an experiment
    click.echo(f"experiment: {target.absolute()}")
    return 0


def print_found(searched: Sequence[Searched], console: Console) -> None:
    """One row a setup: a table on a terminal, lines with tabs elsewhere."""
    columns = ("stage", "setup", "best settings", "validation accuracy", "tried", "diverged", "at the edge")
    rows = [
        (
            one.study.stage,
            one.study.label,
            ", ".join(f"{name} = {value}" for name, value in one.best.values.items()),
            f"{one.best.score:.2%}",
            str(len(one.candidates)),
            str(sum(candidate.score is None for candidate in one.candidates)),
            ", ".join(one.at_edge) or "-",
        )
        for one in searched
    ]
    print_rows(None, columns, rows, console)
