"""The command `bench`: how long everything takes, beside other programs and an earlier commit."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.bench.bench_parts import AGAINST, EXPERIMENT, PARTS, QUICK_ROUNDS, ROUNDS
from reportgen.errors import ExitCode, UserError, cannot_write
from reportgen.execution.devices import DEVICES, choose_device

if TYPE_CHECKING:
    from rich.console import Console


@click.command(epilog="Example: reportgen bench steps --quick")
@click.argument("parts", nargs=-1, type=click.Choice(PARTS))
@click.option("--quick", is_flag=True, help="A few steps and rounds: to see that it works, not to measure.")
@click.option(
    "--rounds",
    type=click.IntRange(1),
    help=f"How often each thing is timed, in turns [default: {ROUNDS}, or {QUICK_ROUNDS} with --quick].",
)
@click.option("--work", "works", multiple=True, help="Only this work's steps. May be given several times.")
@click.option("--way", "ways", multiple=True, help="Only this way of training. May be given several times.")
@click.option(
    "--against",
    metavar="COMMIT",
    help="Measure this commit of the checkout that reportgen runs from as well, or 'none'"
    f" [default: {AGAINST}, where it is there].",
)
@click.option(
    "--device",
    type=click.Choice(DEVICES),
    help="Measure many trials as one program on this device, beside one after the other, and nothing else.",
)
@click.option(
    "--data",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="An .npz file of images and labels to train on [default: random images].",
)
@click.option(
    "--experiment",
    default=EXPERIMENT,
    show_default=True,
    help="The experiment that is rendered and run again.",
)
@click.option(
    "--trained",
    "output",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of runs where that experiment was trained before [default: it is trained for this].",
)
@click.option(
    "--json",
    "to_json",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write all figures, and what they were measured with, to this file.",
)
@click.option("--table", is_flag=True, help="Print the tables in Markdown, as the manual has them.")
def bench(  # noqa: PLR0917 - click passes them by name
    parts: tuple[str, ...],
    quick: bool,
    rounds: int | None,
    works: tuple[str, ...],
    ways: tuple[str, ...],
    against: str | None,
    device: str | None,
    data: Path | None,
    experiment: str,
    output: Path | None,
    to_json: Path | None,
    table: bool,
) -> ExitCode:
    """Time training, reports and starts beside other programs, the processor itself and an earlier commit.

    Of the parts named, or all: steps of training, an epoch with its evaluation, the start of the program,
    render and an unchanged rerun, two workers beside one, and how time and memory grow. Ways of training are
    not timed before they were shown to compute the same.
    """
    from rich.console import Console

    from reportgen.bench.asked_for import Choice
    from reportgen.bench.measuring import measure
    from reportgen.bench.tables import markdown_of, tables_of
    from reportgen.cli.console import print_rows

    if to_json is not None and not to_json.parent.is_dir():
        raise UserError(
            f"{to_json}: there is no folder {to_json.parent}; make it, or choose another with --json"
        )
    choice = Choice.of(
        parts=parts,
        quick=quick,
        rounds=rounds,
        works=works,
        ways=ways,
        against=against,
        data=data,
        device=None if device is None else choose_device(device),
        experiment=experiment,
        output=output,
    )
    console = Console(stderr=True)
    with ExitStack() as stack:
        outcome = measure(choice, stack.enter_context(progress(console)))
    tables = tables_of(outcome)
    if table:
        click.echo(markdown_of(outcome, tables))
    else:
        for one in tables:
            if not sys.stdout.isatty():  # where a table has no title
                click.echo(f"\n{one.title}")
            print_rows(one.title, one.columns, one.rows)
        for note in outcome.notes:
            click.echo(f"note: {note}")
    if to_json is not None:
        try:
            outcome.write(to_json)
        except OSError as error:
            raise cannot_write(to_json, error, "choose another file with --json") from None
    return ExitCode.DONE


@contextmanager
def progress(console: Console) -> Iterator[Callable[[str], None]]:
    """Have what is being measured said on a terminal, and nothing elsewhere.

    Args:
        console: Where it is said.
    """
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status("") as status:
        yield status.update
