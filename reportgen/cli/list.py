"""The command `list`: the ready experiments, and the runs so far."""

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
    from rich.table import Table

READY_COLUMNS = ("experiment", "title", "source")
RUN_COLUMNS = ("run", "experiment", "started", "test accuracy", "report")


@dataclass(frozen=True)
class Row:
    """A line of the listing: what kind of thing it shows, and its cells."""

    kind: str
    cells: tuple[str, ...]


@click.command("list")
@output_option
def list_(output: Path) -> None:
    """Show the ready experiments and the runs so far."""
    from rich.console import Console

    from reportgen.records import run_folder

    ready = [ready_row(file) for file in sorted(resources.experiments().glob("*.toml"))]
    runs = [run_row(folder) for folder in sorted(run_folder.runs_in(output), key=lambda folder: folder.name)]
    console = Console()
    if not console.is_terminal:
        for row in ready + runs:
            console.file.write("\t".join([row.kind, *row.cells]) + "\n")
        return
    console.print(table("Ready experiments", READY_COLUMNS, ready))
    if runs:
        console.print(table(f"Runs in {output}", RUN_COLUMNS, runs))
    else:
        console.print(f"No runs in {output} yet", markup=False, highlight=False)


def table(title: str, columns: Sequence[str], rows: Sequence[Row]) -> Table:
    """The rows under a heading; what is damaged is red."""
    damaged = [number for number, row in enumerate(rows) if row.kind == "damaged"]
    return draw_table(title, columns, [row.cells for row in rows], red=damaged)


def ready_row(file: Path) -> Row:
    """A ready experiment: its name, its title and where its images come from."""
    from reportgen.experiment import reading

    read = reading.read(file)
    return Row("experiment", (file.stem, read.title.en, read.data.source))


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
