"""The command `run`: several experiments in one call, a report each; one failure stops no other."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.cli.completion import complete_experiments
from reportgen.cli.console import print_rows
from reportgen.cli.options import (
    open_option,
    output_option,
    override_options,
    report_options,
    training_options,
)
from reportgen.cli.render import report
from reportgen.errors import ExitCode, UserError, describe_all
from reportgen.experiment.overrides import Overrides
from reportgen.experiment.stages import COMPARISON, TUNED
from reportgen.report.options import LANGUAGES, ReportOptions

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from reportgen.checks import Check
    from reportgen.execution.prepare import Prepared
    from reportgen.execution.trials import TrainingOptions
    from reportgen.records.run import Run

DEFAULT_EXPERIMENT = "quickstart"
MOST_EXPERIMENTS = 100


@click.command(epilog="Example: reportgen run mine.toml --seeds 7 --open")
@click.argument("experiments", nargs=-1, metavar="[EXPERIMENT.toml ...]", shell_complete=complete_experiments)
@output_option
@override_options
@training_options
@report_options
@open_option
@click.option(
    "--keep-going",
    is_flag=True,
    help="Train and report with code of one's own that has failed its proof, too. The report says so on its"
    " first page, and compares with the same optimizers of reportgen's own code.",
)
def run(
    experiments: tuple[str, ...],
    *,
    output: Path,
    overrides: Overrides,
    training: TrainingOptions,
    options: ReportOptions,
    opens: bool,
    keep_going: bool,
) -> ExitCode:
    """Train experiments and write a report of each.

    What was trained before is not trained again. Exit code 3: all went well, and a test accuracy has
    dropped significantly against the baseline or the runs before.

    An experiment is a TOML file, or the name of a ready one (see `reportgen list`); without any, the
    quickstart on images that come with the program.
    """
    return run_all(
        experiments or (DEFAULT_EXPERIMENT,),
        overrides,
        output=output,
        training=training,
        options=options,
        opens=opens,
        keep_going=keep_going,
    )


@dataclass(frozen=True)
class Outcome:
    """What became of one experiment: a run with its report, or nothing.

    dropped: whether a test accuracy has dropped significantly since earlier runs.
    """

    name: str
    run: Run | None = None
    dropped: bool = False


def run_all(
    names: Sequence[str],
    overrides: Overrides,
    *,
    output: Path,
    training: TrainingOptions,
    options: ReportOptions,
    opens: bool,
    keep_going: bool = False,
) -> ExitCode:
    """Run and report experiments one after the other; returns the exit code.

    All are prepared first, so that a mistake in the last is said before the first trains for hours.
    """
    from rich.console import Console

    from reportgen.execution.prepare import find_experiment, prepare
    from reportgen.execution.proving import prove
    from reportgen.report.pdf.writer import PdfUnavailable, check_pdf

    if options.pdf and (problem := check_pdf()):
        # said before hours of training rather than after
        raise PdfUnavailable(f"{problem} (or leave the PDF out with --no-pdf)")
    if len(names) > MOST_EXPERIMENTS:
        raise UserError(f"{len(names)} experiments are named; at most {MOST_EXPERIMENTS} run in one call")
    console = Console()
    outcomes = [Outcome(name) for name in names]
    prepared: dict[int, Prepared] = {}
    for place, name in enumerate(names):
        with failures_said():
            prepared[place] = prepare(find_experiment(name, overrides))
    proofs = dict(zip(prepared, prove(list(prepared.values())), strict=True)) if prepared else {}
    proved = {}
    for place, experiment in prepared.items():
        with failures_said():
            proved[place] = proved_to_train(experiment, proofs[place], keep_going=keep_going)
    for place, experiment in proved.items():
        with failures_said(), contextlib.closing(experiment.files):
            run = run_one(
                experiment, proofs[place], console, output=output, training=training, options=options
            )
            outcomes[place] = Outcome(names[place], run, dropped(run))
    if len(names) > 1:
        print_summary(outcomes, console)
    if opens:
        open_outcome(outcomes, output)
    if any(outcome.run is None for outcome in outcomes):
        return ExitCode.FAILED
    return ExitCode.DROPPED if any(outcome.dropped for outcome in outcomes) else ExitCode.DONE


def open_outcome(outcomes: Sequence[Outcome], output: Path) -> None:
    """Open the report of a call, or the page of all reports where it has several."""
    from reportgen.cli.opening import open_report

    runs = [outcome.run for outcome in outcomes if outcome.run is not None]
    if len(runs) == 1:
        open_report(runs[0].folder / "report.html")
    elif runs:
        open_report(output / "index.html")


def proved_to_train(prepared: Prepared, proofs: Sequence[Check], *, keep_going: bool) -> Prepared:
    """Return what is trained of an experiment, once its code has passed its proofs.

    Where some of it has not, what is likely wrong is said; it may go on all the same, beside our own code.
    """
    from reportgen.cli.proof_lines import mistake_lines
    from reportgen.execution.proving import FailedProofError, refuse_failures, with_references

    for check in proofs:
        if check.mistakes:
            click.echo(check.line, err=True)
        for line in mistake_lines(check):
            click.echo(line, err=True)
    try:
        refuse_failures(proofs, prepared.files, keep_going=keep_going)
    except FailedProofError:
        prepared.files.close()
        raise
    return with_references(prepared, proofs)


@contextlib.contextmanager
def failures_said() -> Iterator[None]:
    """Say what fails within, and let the rest go on."""
    try:
        yield
    except (UserError, OSError) as error:
        for line in describe_all(error):
            click.echo(f"reportgen: error: {line}", err=True)


def refresh_index(output: Path) -> None:
    """Write the page of all reports anew."""
    from reportgen.records.database import Database
    from reportgen.records.history import History
    from reportgen.report.page.index import write_index

    with Database(output) as database:
        history = History(database, output)
        history.take_in()
        write_index(history)
    for note in history.notes:
        click.echo(f"note: {note}", err=True)


def dropped(run: Run) -> bool:
    """Say what has dropped since earlier runs; whether anything has."""
    from reportgen.analysis.drift import ALL, worse
    from reportgen.records.history import BASELINE
    from reportgen.report.sections.drift import drift_of

    table = drift_of(run.records)
    rows = [] if table is None else worse(table).to_dict("records")
    for row in rows:
        what = "the mean of all setups" if row["stage"] == ALL else f"{row['stage']} {row['setup']}"
        reference = "the baseline" if row["reference"] == BASELINE else "the runs before"
        if row["diverged"]:
            click.echo(f"drop: {what}: {row['diverged']} trial(s) diverged that did not in {reference}")
            continue
        click.echo(
            f"drop: {what}: test accuracy {row['now']:.2%}, {100 * row['difference']:+.2f} points against"
            f" {reference} ({row['n']} seeds, p = {row['p_holm']:.3g})"
        )
    return bool(rows)


def run_one(
    prepared: Prepared,
    proofs: Sequence[Check],
    console: Console,
    *,
    output: Path,
    training: TrainingOptions,
    options: ReportOptions,
) -> Run:
    """Train one experiment and report it; returns its run."""
    from reportgen.cli.progress import watch
    from reportgen.execution.run import run as train
    from reportgen.records import run_folder

    with watch(console) as watcher:
        run = train(
            prepared,
            output,
            training=training,
            languages=options.languages or LANGUAGES,
            proofs=proofs,
            watcher=watcher,
        )
    report(run, options)
    run_folder.point_latest(run.folder)
    refresh_index(output)
    return run


def print_summary(outcomes: Sequence[Outcome], console: Console) -> None:
    """One row an experiment: a table on a terminal, lines with tabs elsewhere."""
    columns = ("experiment", "result", "best compared (test)", "tuned (test)")
    rows = [summary(outcome) for outcome in outcomes]
    print_rows(None, columns, rows, console)


def summary(outcome: Outcome) -> tuple[str, str, str, str]:
    """How an experiment went: its setup of best mean validation accuracy in each stage, and its test."""
    from reportgen.analysis.results import of_stage

    name = Path(outcome.name).stem
    if outcome.run is None:
        return name, "failed", "", ""
    results = outcome.run.records.results
    compared, tuned = (best_test(of_stage(results, stage)) for stage in (COMPARISON, TUNED))
    return name, "done", compared, tuned


def best_test(results: pd.DataFrame) -> str:
    """The setup of best mean validation accuracy with its mean test accuracy; empty where all diverged."""
    from reportgen.analysis.results import best_on_validation, finished

    setup = best_on_validation(results)
    if setup is None:
        return ""
    accuracies = finished(results[results["setup"] == setup])["test_accuracy"]
    return f"{setup} {accuracies.mean():.2%}"
