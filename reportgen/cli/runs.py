"""The commands about runs that were made: show, diff, history, baseline, prune."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reportgen.cli.completion import complete_runs
from reportgen.cli.console import print_rows
from reportgen.cli.options import output_option
from reportgen.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

    from reportgen.records.history import History
    from reportgen.records.manifest import DescribedDevice

RESULT_COLUMNS = ("stage", "setup", "seeds", "diverged", "mean test accuracy", "standard deviation")
DRIFT_COLUMNS = ("stage", "setup", "seeds", "before", "now", "difference", "95% interval", "p", "verdict")


@contextlib.contextmanager
def opened(output: Path) -> Iterator[History]:
    """The history of an output folder, all runs that are there taken in."""
    from reportgen.records.database import Database
    from reportgen.records.history import History

    if not output.is_dir():
        raise UserError(f"{output}: is no folder with runs; name another with --output")
    with Database(output) as database:
        history = History(database, output)
        history.take_in()
        try:
            yield history
        finally:
            for note in history.notes:
                click.echo(f"note: {note}", err=True)


@click.command(epilog="Example: reportgen show quickstart")
@click.argument("run_", metavar="RUN", shell_complete=complete_runs)
@output_option
def show(run_: str, output: Path) -> None:
    """Show what a run was and what it reached."""
    from reportgen.records import run_folder
    from reportgen.records.find import find_run
    from reportgen.records.history import scores_of

    folder = find_run(run_, output)
    records = run_folder.read(folder)
    run = records.description
    facts = [
        ("run", run.run),
        ("experiment", run.experiment.name),
        ("title", run.experiment.settings.title.en),
        ("started", run.times.started),
        ("took", f"{run.times.seconds:.0f} s"),
        ("data", f"{run.data.source} {run.data.digest[:12]}"),
        ("trials", f"{len(records.results)}, of which kept from before: {sum(run.reused)}"),
        ("machine", describe_machine(run.device)),
        ("versions", ", ".join(f"{name} {version}" for name, version in run.versions.items())),
        *([("options", shlex.join(options))] if (options := run.experiment.options) else []),
        *(
            (file.name, str(file))
            for file in (folder / "report.html", folder / "report.pdf", folder / "results.csv")
            if file.is_file()
        ),
    ]
    print_rows(f"Run {run.run}", ("what", "value"), facts)
    print_rows("Test accuracy", RESULT_COLUMNS, result_rows(scores_of(records.results)))


def describe_machine(device: DescribedDevice) -> str:
    """Return what a run was started on, who trained, and how many trials at once, where that was said."""
    executor = [] if device.executor == "local" else [f"trained by {device.executor}"]
    workers = [] if device.workers is None else [f"{device.workers} workers"]
    return ", ".join([device.processor, *executor, *workers])


def result_rows(scores: pd.DataFrame) -> list[tuple[str, ...]]:
    """A row for every headline."""
    from reportgen.report.words import numbers

    rows: list[tuple[str, ...]] = []
    for (stage, setup), of_setup in scores.groupby(["stage", "setup"], sort=False):
        finished = of_setup["score"].dropna()
        spread = f"{100 * finished.std(ddof=1):.2f}" if len(finished) > 1 else numbers.MISSING
        lost = len(of_setup) - len(finished)
        mean = numbers.percent(float(finished.mean()))
        rows.append((str(stage), str(setup), str(len(of_setup)), str(lost), mean, spread))
    return rows


@click.command(epilog="Example: reportgen diff quickstart mine")
@click.argument("first", metavar="RUN", shell_complete=complete_runs)
@click.argument("second", metavar="RUN", shell_complete=complete_runs)
@output_option
def diff(first: str, second: str, output: Path) -> None:
    """Show in what two runs differ: settings, data, code, machine, and results with verdicts."""
    from reportgen.analysis.drift import drift
    from reportgen.records import run_folder
    from reportgen.records.differences import differences
    from reportgen.records.find import find_run
    from reportgen.records.history import scores_of

    before, now = (run_folder.read(find_run(name, output)) for name in (first, second))
    changes = differences(before.description, now.description)
    rows = [(change.kind, change.name, change.before, change.now) for change in changes]
    print_rows("What differs", ("kind", "name", "first", "second"), rows)
    table = drift(scores_of(now.results), {"first": [scores_of(before.results)]})
    print_rows("Test accuracy, the second against the first", DRIFT_COLUMNS, drift_rows(table))


def drift_rows(table: pd.DataFrame) -> list[tuple[str, ...]]:
    """A row for every headline of `drift`."""
    from reportgen.report.words import numbers

    accuracy = numbers.Unit(share=True)
    return [
        (
            row["stage"],
            row["setup"],
            str(row["n"]),
            numbers.percent(row["before"]),
            numbers.percent(row["now"]),
            accuracy.difference(row["difference"]),
            accuracy.difference_interval(row["low"], row["high"]) or numbers.MISSING,
            numbers.probability(row["p_holm"]),
            f"{row['change']} ({row['diverged']} newly diverged)" if row["diverged"] else str(row["change"]),
        )
        for _, row in table.iterrows()
    ]


@click.command(epilog="Example: reportgen history quickstart")
@click.argument("experiment", shell_complete=complete_runs)
@output_option
def history(experiment: str, output: Path) -> None:
    """Show what every run of an experiment reached, pruned ones too."""
    from reportgen.records.history import headlines
    from reportgen.report.words import numbers

    with opened(output) as past_runs:
        runs = past_runs.runs(known(past_runs, experiment))
        pinned = past_runs.baseline(experiment)
        means = headlines(runs)
    rows = [
        (
            past.run,
            past.started,
            "baseline" if past.run in pinned else "",
            "" if (output / experiment / past.run / "manifest.json").is_file() else "pruned",
            *(numbers.percent(mean) for mean in _means(means, past.run)),
        )
        for past in runs
    ]
    names = [f"{stage} {setup}" for stage, setup in _names(means)]
    print_rows(f"Runs of {experiment}", ("run", "started", "pinned", "records", *names), rows)


def _names(means: pd.DataFrame) -> list[tuple[str, str]]:
    return list(dict.fromkeys(zip(means["stage"], means["setup"], strict=True)))


def _means(means: pd.DataFrame, run: str) -> list[float]:
    of_run = means[means["run"] == run].set_index(["stage", "setup"])["mean"]
    return [float(of_run.get(name, float("nan"))) for name in _names(means)]


def known(history: History, experiment: str) -> str:
    """The experiment's name, if it has runs."""
    there = history.experiments()
    if experiment not in there:
        raise UserError(
            f"{experiment}: no experiment of this name has runs in {history.output}; there are:"
            f" {', '.join(there) or 'none'}"
        )
    return experiment


@click.group(epilog="Example: reportgen baseline set quickstart")
def baseline() -> None:
    """Pin the run, or the runs, that later runs of an experiment are held against."""


@baseline.command("set", epilog="Example: reportgen baseline set quickstart")
@click.argument("runs", nargs=-1, required=True, metavar="RUN ...", shell_complete=complete_runs)
@output_option
def baseline_set(runs: tuple[str, ...], output: Path) -> None:
    """Make a run its experiment's baseline, or several runs of it together.

    One run's numbers may happen to be high, and then later runs look like a drop again and again; the mean of
    several is a steadier measure.
    """
    from reportgen.records import run_folder
    from reportgen.records.find import find_run
    from reportgen.report.page.index import write_index

    folders = sorted({find_run(name, output) for name in runs})
    for folder in folders:
        run_folder.read(folder)  # one that is damaged is no measure
        if folder.parent.parent != output.resolve():
            raise UserError(f"{folder}: is no run of {output}; name its own output folder with --output")
        if folder.parent != folders[0].parent:
            raise UserError(
                f"{folder}: is not a run of {folders[0].parent.name}; name runs of one experiment"
            )
    experiment, names = folders[0].parent.name, [folder.name for folder in folders]
    with opened(output) as past_runs:
        known(past_runs, experiment)
        past_runs.pin(experiment, names)
        write_index(past_runs)
    click.echo(f"baseline of {experiment}: {', '.join(names)}")


@baseline.command("clear", epilog="Example: reportgen baseline clear quickstart")
@click.argument("experiment", shell_complete=complete_runs)
@output_option
def baseline_clear(experiment: str, output: Path) -> None:
    """Take an experiment's baseline away."""
    from reportgen.report.page.index import write_index

    with opened(output) as past_runs:
        past_runs.pin(known(past_runs, experiment), ())
        write_index(past_runs)
    click.echo(f"baseline of {experiment}: none")


@baseline.command("list", epilog="Example: reportgen baseline list")
@output_option
def baseline_list(output: Path) -> None:
    """Show every experiment's baseline."""
    from reportgen.report.words import numbers

    with opened(output) as past_runs:
        names = past_runs.experiments()
        rows = [(name, ", ".join(past_runs.baseline(name)) or numbers.MISSING) for name in names]
    print_rows("Baselines", ("experiment", "baseline"), rows)


@click.command(epilog="Example: reportgen prune --keep 5 --dry-run")
@click.argument("experiments", nargs=-1, metavar="[EXPERIMENT ...]", shell_complete=complete_runs)
@click.option("--keep", type=click.IntRange(1), required=True, help="So many runs of each stay, the newest.")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@output_option
def prune(experiments: tuple[str, ...], keep: int, dry_run: bool, output: Path) -> None:
    """Remove old runs and what only they needed; never a baseline."""
    from reportgen.records.pruning import prune_runs
    from reportgen.report.page.index import write_index

    with opened(output) as past_runs:
        names = [known(past_runs, name) for name in experiments] or past_runs.experiments()
        freed = prune_runs(past_runs, names, keep, dry=dry_run)
        if not dry_run:
            write_index(past_runs)
    print_rows(
        "Would be removed" if dry_run else "Removed",
        ("what", "bytes"),
        [(removed.what, str(removed.size)) for removed in freed],
    )
