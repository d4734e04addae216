"""The command `list`: the ready experiments and the runs so far, or the optimizers that there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.cli.console import draw_table
from reportgen.cli.options import output_option
from reportgen.errors import UserError
from reportgen.experiment.stages import COMPARISON, TUNED
from reportgen.files import resources

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console
    from rich.table import Table

READY_COLUMNS = ("experiment", "title", "source")
RUN_COLUMNS = ("run", "experiment", "started", "test accuracy", "report")
OPTIMIZER_COLUMNS = ("optimizer", "what it is", "hyperparameters, with what counts if not given")
OPTIMIZERS = "optimizers"
ANY_OTHER = (
    'Further ones by name: "torch.optim.NAME" or "PACKAGE.NAME" for a torch optimizer that is installed,'
    ' "FILE.py:CLASS" for one of your own in a file beside the experiment.'
)


@dataclass(frozen=True)
class Row:
    """A line of the listing: what kind of thing it shows, and its cells."""

    kind: str
    cells: tuple[str, ...]


@click.command("list", epilog="Example: reportgen list optimizers")
@click.argument("what", type=click.Choice([OPTIMIZERS]), required=False)
@output_option
def list_(what: str | None, output: Path) -> None:
    """Show the ready experiments and the runs so far; with `optimizers`, what can be compared."""
    from rich.console import Console

    console = Console()
    if what == OPTIMIZERS:
        show(console, [("Optimizers", OPTIMIZER_COLUMNS, optimizer_rows())])
        if console.is_terminal:
            console.print(ANY_OTHER, markup=False, highlight=False)
        return
    from reportgen.records import run_folder

    ready = [ready_row(file) for file in sorted(resources.experiments().glob("*.toml"))]
    runs = [run_row(folder) for folder in sorted(run_folder.runs_in(output), key=lambda folder: folder.name)]
    show(
        console,
        [("Ready experiments", READY_COLUMNS, ready), (f"Runs in {output}", RUN_COLUMNS, runs)],
    )
    if console.is_terminal:
        folder = resources.experiments()
        where = f"The ready ones are in {folder}; reportgen new FILE.toml --from NAME copies one."
        console.print(where, markup=False, highlight=False, soft_wrap=True)
        if not runs:
            console.print(f"No runs in {output} yet", markup=False, highlight=False)


def show(console: Console, listings: Sequence[tuple[str, Sequence[str], Sequence[Row]]]) -> None:
    """Show rows as tables, or as lines of cells between tabs where nobody looks at a terminal.

    Args:
        console: Where.
        listings: The title, the columns and the rows of each.
    """
    for title, columns, rows in listings:
        if not console.is_terminal:
            for row in rows:
                console.file.write("\t".join([row.kind, *row.cells]) + "\n")
        elif rows:
            console.print(table(title, columns, rows))


def optimizer_rows() -> list[Row]:
    """The optimizers of this program: name, what they are called in words, hyperparameters."""
    from reportgen.execution.tables import written
    from reportgen.optim import built_in

    return [
        Row(
            "optimizer",
            (
                kind.name,
                kind.about.heading.en if kind.about.heading else "",
                ", ".join(f"{name} = {written(value)}" for name, value in kind.hyperparameters.items()),
            ),
        )
        for kind in built_in().values()
    ]


def table(title: str, columns: Sequence[str], rows: Sequence[Row]) -> Table:
    """The rows under a heading, as many of their cells as it has columns; what is damaged is red."""
    damaged = [number for number, row in enumerate(rows) if row.kind == "damaged"]
    return draw_table(title, columns, [row.cells[: len(columns)] for row in rows], red=damaged)


def ready_row(file: Path) -> Row:
    """A ready experiment: its name, its title, where its data come from, and its file."""
    from reportgen.experiment import reading

    read = reading.read(file)
    return Row("experiment", (file.stem, read.title.en, read.data.source, str(file)))


def run_row(folder: Path) -> Row:
    """A run: its name, experiment, start, accuracy, and which report files it has."""
    from reportgen.records import run_folder

    run, name = folder.name, folder.parent.name
    try:
        records = run_folder.read(folder)
        started = records.description.times.started
        accuracy = test_accuracy(records.results)
    except (UserError, KeyError, TypeError, ValueError):
        return Row("damaged", (run, name, "", "damaged", ""))
    files = [file for file in ("report.html", "report.pdf") if (folder / file).is_file()]
    return Row("run", (run, name, started, accuracy, " ".join(files) or "no report"))


def test_accuracy(results: pd.DataFrame) -> str:
    """The mean over the seeds of the tuned setup; without one, of the best compared setup."""
    means = results.groupby(["stage", "setup"])["test_accuracy"].mean().dropna()
    for stage in (TUNED, COMPARISON):
        if stage in means.index.get_level_values("stage"):
            of_stage = means.loc[stage]
            return f"{of_stage.max():.2%} {of_stage.idxmax()} ({stage})"
    return "every trial diverged"
