"""The commands `schedule add`, `list`, `show`, `run` and `remove`: reruns on a schedule."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import click

from reportgen.cli.completion import complete_experiments
from reportgen.cli.console import print_rows
from reportgen.cli.options import (
    device_option,
    engine_option,
    executor_options,
    output_option,
    override_options,
    report_arguments,
    report_options,
    secrets_option,
)
from reportgen.errors import ExitCode, UserError
from reportgen.execution.devices import CPU
from reportgen.execution.executors.choosing import ExecutorOptions
from reportgen.experiment.overrides import Overrides
from reportgen.report.options import ReportOptions


@click.group(epilog="Example: reportgen schedule add quickstart --every 1d")
def schedule() -> None:
    """Run experiments again on a schedule, by what the machine has for that."""


@schedule.command("add", epilog="Example: reportgen schedule add quickstart --at 02:00")
@click.argument("experiment", metavar="EXPERIMENT.toml", shell_complete=complete_experiments)
@click.option("--at", metavar="TIME", help='At this time every day ("02:00"), or on some ("Mon,Thu 02:00").')
@click.option("--every", metavar="INTERVAL", help="This often, counted from midnight: 30m, 6h, 1d.")
@click.option("--cron", metavar="EXPRESSION", help='At these times, as cron has them ("0 2 * * 1").')
@click.option("--name", help="The schedule's name [default: the experiment's].")
@click.option("--share", multiple=True, metavar="TARGET", help="Share each report: see reportgen share.")
@secrets_option
@click.option("--keep", type=click.IntRange(1, 10_000), default=10, show_default=True, help="Logs to keep.")
@click.option(
    "--with",
    "timer",
    type=click.Choice(["systemd", "cron", "print"]),
    help="What calls it [default: systemd where it runs, else cron, else it is printed].",
)
@output_option
@override_options
@executor_options
@engine_option
@device_option
@report_options
def schedule_add(  # noqa: PLR0917 - click passes them by name
    experiment: str,
    at: str | None,
    every: str | None,
    cron: str | None,
    name: str | None,
    share: tuple[str, ...],
    secrets: Path | None,
    keep: int,
    timer: str | None,
    output: Path,
    overrides: Overrides,
    executor: ExecutorOptions,
    engine: str,
    device: str,
    options: ReportOptions,
) -> None:
    """Run an experiment again at these times, and share each report.

    Everything is trained anew. Never two of one schedule at once; missed times are caught up once.
    """
    from reportgen.cli.schedule_lines import install_by_hand_lines, shown
    from reportgen.delivery.schedule import adding, schedule_files, systemd, timers, times
    from reportgen.delivery.schedule.stored_destinations import stored

    words, expression = asked_times(at, every, cron)
    file = check_experiment(experiment, overrides)
    place = schedule_files.place(output, Path(experiment).stem if name is None else name)
    arguments = [
        *overrides.arguments(),
        *executor.arguments(),
        *(() if engine == "auto" else ("--engine", engine)),
        *(() if device == CPU else ("--device", device)),
        *report_arguments(options, anywhere=True),
    ]
    schedule = schedule_files.Schedule(
        experiment=file,
        when=words,
        cron=expression,
        options=tuple(map(schedule_files.one_line, arguments)),
        share=tuple(stored(target) for target in dict.fromkeys(share)),
        secrets=schedule_files.one_line(str(secrets.expanduser().absolute())) if secrets else None,
        keep=keep,
        timer=timers.choose(timer),
        added=times.now().astimezone(datetime.UTC),
        environment=schedule_files.environment(os.environ),
    )
    adding.add(place, schedule)
    (soon,) = times.next_due(schedule.cron, times.now())
    click.echo(f"added\t{place.name}\t{schedule.timer}\t{shown(soon)}")
    if schedule.timer == timers.PRINT:
        click.echo("\n".join(install_by_hand_lines(place, schedule)))
    if schedule.timer == "systemd" and not systemd.lingers():
        click.echo("note\tit runs only while you are logged in; `loginctl enable-linger` changes that")


def asked_times(at: str | None, every: str | None, cron: str | None) -> tuple[str, str]:
    """Return the times in the user's words and as a cron expression.

    Raises:
        click.UsageError: where they are not given in exactly one of the three ways.
        UserError: for what is no time.
    """
    from reportgen.delivery.schedule import times

    ways = (
        ("at", at, times.from_clock),
        ("every", every, times.from_interval),
        ("cron", cron, times.from_cron),
    )
    given = [(way, text, parse) for way, text, parse in ways if text is not None]
    if len(given) != 1:
        raise click.UsageError("say when with one of --at, --every and --cron")
    ((way, text, parse),) = given
    return f"{way} {' '.join(text.split())}", parse(text)


def check_experiment(experiment: str, overrides: Overrides) -> str:
    """Read the experiment as a rerun will; returns its absolute path, or its name if it comes ready."""
    from reportgen.delivery.schedule import schedule_files
    from reportgen.experiment.reading import find, read
    from reportgen.files.resources import experiments

    file = find(experiment)
    read(file, overrides.by_table())
    if file.parent == experiments():
        return file.stem  # where the ready ones are may change with the next version
    return schedule_files.one_line(str(file.absolute()))


@schedule.command("list", epilog="Example: reportgen schedule list")
@output_option
def schedule_list(output: Path) -> None:
    """Show the schedules, when each is next due, and its last result."""
    from reportgen.cli.schedule_lines import COLUMNS, row
    from reportgen.delivery.schedule import schedule_files

    print_rows(f"Schedules in {output}", COLUMNS, [row(place) for place in schedule_files.places(output)])


@schedule.command("show", epilog="Example: reportgen schedule show quickstart")
@click.argument("name")
@output_option
def schedule_show(name: str, output: Path) -> None:
    """Show a schedule: what is installed, its next times, its last results and their logs."""
    from reportgen.cli.schedule_lines import facts
    from reportgen.delivery.schedule import schedule_files

    place = schedule_files.place(output, name)
    print_rows(place.name, ("schedule", place.name), facts(place))


@schedule.command("run", epilog="Example: reportgen schedule run quickstart")
@click.argument("name")
@click.option("--if-due", is_flag=True, help="Only if one of its times has come; timers call it like this.")
@output_option
def schedule_run(name: str, if_due: bool, output: Path) -> int:
    """Carry a schedule out now."""
    from reportgen.cli.schedule_lines import last_words
    from reportgen.delivery.schedule import outcomes, rerun, schedule_files

    place = schedule_files.place(output, name)
    schedule = schedule_files.read(place)
    try:
        kept = rerun.carry_out(place, schedule, only_if_due=if_due)
    except rerun.AlreadyRunningError as error:
        if not if_due:
            raise
        click.echo(f"running\t{error}")
        return ExitCode.DONE
    if kept is None:
        return ExitCode.DONE
    result = kept.result
    click.echo(f"{outcomes.describe(result, False)}\t{place.name}\t{result.run or ''}\t{kept.log}")
    for target in result.undelivered:
        click.echo(f"not delivered\t{place.name}\t{target}")
    if result.code not in rerun.REPORTED:
        raise UserError(f"{place.name}: failed: {last_words(kept.log)} (all of it: {kept.log})")
    return result.code or (ExitCode.FAILED if result.undelivered else ExitCode.DONE)


@schedule.command("remove", epilog="Example: reportgen schedule remove quickstart")
@click.argument("name")
@output_option
def schedule_remove(name: str, output: Path) -> None:
    """Remove a schedule and its timer; logs and runs stay."""
    from reportgen.delivery.schedule import adding, schedule_files

    place = schedule_files.place(output, name)
    adding.remove(place)
    click.echo(f"removed\t{place.name}" + (f"\tlogs stay in {place.folder}" if place.folder.exists() else ""))
