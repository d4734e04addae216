"""The command `tune`: search good settings and write them down as a new experiment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.cli.completion import complete_experiments
from reportgen.cli.console import print_rows
from reportgen.cli.options import data_options, output_option, training_options
from reportgen.errors import ExitCode, UserError, cannot_write
from reportgen.experiment.overrides import Overrides

if TYPE_CHECKING:
    from rich.console import Console

    from reportgen.execution.trials import TrainingOptions
    from reportgen.planning.search import Searched


@click.command(epilog="Example: reportgen tune quickstart --to mine.toml")
@click.argument("experiment", metavar="EXPERIMENT.toml", shell_complete=complete_experiments)
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@output_option
@data_options
@training_options
def tune(  # noqa: PLR0917 - click passes them by name
    experiment: str,
    to: Path | None,
    force: bool,
    output: Path,
    overrides: Overrides,
    training: TrainingOptions,
) -> ExitCode:
    """Search good settings as an experiment's [search] says, and write a new experiment with them.

    The same number of trials for every optimizer, chosen on validation, with seeds that the new
    experiment does not use. One that was stopped goes on where it was.
    """
    from rich.console import Console

    from reportgen.cli.progress import watch
    from reportgen.execution.found import keep_searches
    from reportgen.execution.prepare import find_experiment, prepare
    from reportgen.execution.run import open_trials, search_settings
    from reportgen.experiment import reading
    from reportgen.files.atomic import write_text
    from reportgen.own_words.from_files import uses_files
    from reportgen.planning.tuned_file import insert_data, insert_found, move_paths

    source = find_experiment(experiment, overrides)
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
    if search.comparison is not None and search.comparison.repeats > 1:
        raise UserError(
            f"{source.file}: search.comparison.repeats = {search.comparison.repeats}: the searches find"
            " settings of their own, and a file has room for one of each; leave it out, or use"
            " `reportgen run`"
        )
    prepared = prepare(source)
    is_moved = target.parent.resolve() != source.file.parent.resolve()
    if is_moved and prepared.words is not None and uses_files(prepared.words, source.experiment.text):
        raise UserError(
            f"{target}: [text] of {source.file} needs the files beside it; write the new experiment there:"
            f" --to {source.file.parent / target.name}"
        )
    console = Console()
    with (
        watch(console) as watcher,
        open_trials(prepared, output, training, watcher) as kept,
        kept.workers(),
    ):
        searched = search_settings(prepared, kept)
        digests = keep_searches(prepared, searched, kept.store.database)
    print_found(searched, console)
    text = insert_found(source.text, source.experiment, source.name, searched, digests)
    text = move_paths(insert_data(text, overrides.by_table()["data"]), source.file, target)
    try:
        write_text(target, text)
    except OSError as error:
        remedy = f"choose another file with --to: what was found is kept in {output}"
        raise cannot_write(target, error, f"{remedy}, and nothing is trained again") from error
    reading.read(target)  # what was written is an experiment
    click.echo(f"experiment: {target.absolute()}")
    return ExitCode.DONE


def print_found(searches: Sequence[Searched], console: Console) -> None:
    """One row a setup: a table on a terminal, lines with tabs elsewhere."""
    columns = ("stage", "setup", "best settings", "validation accuracy", "tried", "diverged", "at the edge")
    rows = [
        (
            searched.study.stage,
            searched.study.label,
            ", ".join(f"{name} = {value}" for name, value in searched.best.values.items()),
            f"{searched.best.score:.2%}",
            str(len(searched.candidates)),
            str(sum(candidate.score is None for candidate in searched.candidates)),
            ", ".join(searched.at_edge) or "-",
        )
        for searched in searches
    ]
    print_rows(None, columns, rows, console)
