"""The commands `schedule add`, `list`, `show`, `run` and `remove`: reruns on a schedule."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import click

from reportgen.cli.console import print_rows
from reportgen.cli.options import (
    language_list,
    output_option,
    pdf_variant_option,
    templates_option,
    workers_option,
)
from reportgen.errors import ExitCode, UserError


@dataclass(frozen=True)
class When:
    """The times asked for, in one of three ways; the other two are None."""

    at: str | None
    every: str | None
    cron: str | None

    def parsed(self) -> tuple[str, str]:
        """The words of the user and the cron expression. Raises UserError for no time."""
        from reportgen.delivery.schedule import times

        for way, text, parse in (
            ("at", self.at, times.from_clock),
            ("every", self.every, times.from_interval),
            ("cron", self.cron, times.from_cron),
        ):
            if text is not None:
                return f"{way} {' '.join(text.split())}", parse(text)
        raise AssertionError("the command line sees to it that one is given")


@dataclass(frozen=True)
class RunOptions:
    """What `reportgen run` is to be told; None and False for what is left to it."""

    data_source: str | None
    data_path: Path | None
    seeds: int | None
    epochs: int | None
    workers: int | None
    languages: Sequence[str]
    no_pdf: bool
    pdf_variant: str = "a-3u"
    templates: Path | None = None

    def arguments(self) -> tuple[str, ...]:
        """The same as words of a command line, right in any folder."""
        from reportgen.report.pdf.writer import DEFAULT_VARIANT

        path = self.data_path and self.data_path.expanduser().absolute()
        given = {
            "--data-source": self.data_source,
            "--data-path": path,
            "--seeds": self.seeds,
            "--epochs": self.epochs,
            "--workers": self.workers,
            "--languages": ",".join(self.languages) or None,
            "--pdf-variant": None if self.pdf_variant == DEFAULT_VARIANT else self.pdf_variant,
            "--templates": self.templates and self.templates.expanduser().absolute(),
        }
        words = [word for name, value in given.items() if value is not None for word in (name, str(value))]
        return (*words, "--no-pdf") if self.no_pdf else tuple(words)


@click.group()
def schedule() -> None:
    """Run experiments again on a schedule, by what the machine has for that."""


@schedule.command("add")
@click.argument("experiment", metavar="EXPERIMENT.toml")
@click.option("--at", metavar="TIME", help='At this time every day ("02:00"), or on some ("Mon,Thu 02:00").')
@click.option("--every", metavar="INTERVAL", help="This often, counted from midnight: 30m, 6h, 1d.")
@click.option("--cron", metavar="EXPRESSION", help='At these times, as cron has them ("0 2 * * 1").')
@click.option("--name", help="The schedule's name [default: the experiment's].")
@click.option("--share", multiple=True, metavar="TARGET", help="Share each report: see reportgen share.")
@click.option("--secrets", type=click.Path(path_type=Path), help="The file with the targets' secrets.")
@click.option("--keep", type=click.IntRange(1, 10_000), default=10, show_default=True, help="Logs to keep.")
@click.option(
    "--with",
    "timer",
    type=click.Choice(["systemd", "cron", "print"]),
    help="What calls it [default: systemd where it runs, else cron, else it is printed].",
)
@output_option
@click.option("--data-source", help="As for run.")
@click.option("--data-path", type=click.Path(path_type=Path), help="As for run.")
@click.option("--seeds", type=click.IntRange(1, 1000), help="As for run.")
@click.option("--epochs", type=click.IntRange(1, 100_000), help="As for run.")
@workers_option
@click.option(
    "--languages",
    default="zh-Hant,en",
    show_default=True,
    callback=language_list,
    help="Languages of the report.",
)
@templates_option
@click.option("--no-pdf", is_flag=True, help="Write the HTML only.")
@pdf_variant_option
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
    data_source: str | None,
    data_path: Path | None,
    seeds: int | None,
    epochs: int | None,
    workers: int | None,
    languages: tuple[str, ...],
    templates: Path | None,
    no_pdf: bool,
    pdf_variant: Literal["a-3u", "ua-1"],
) -> None:
    """Run an experiment again at these times, and share each report.

    Everything is trained anew. Never two of one schedule at once; missed times are caught up once.
    """
    if sum(time is not None for time in (at, every, cron)) != 1:
        raise click.UsageError("say when with one of --at, --every and --cron")
    from reportgen.cli.schedule_lines import install_by_hand_lines, shown
    from reportgen.delivery.schedule import schedules, systemd, timers, times
    from reportgen.delivery.schedule.stored_destinations import stored

    options = RunOptions(
        data_source, data_path, seeds, epochs, workers, languages, no_pdf, pdf_variant, templates
    )
    file = check_experiment(experiment, options)
    check_templates(templates)
    words, expression = When(at, every, cron).parsed()
    place = schedules.place(output, Path(experiment).stem if name is None else name)
    if place.file.exists():
        raise UserError(
            f"{place.name}: there is such a schedule in {place.output} already; "
            f"`reportgen schedule remove {place.name}` first, or choose another --name"
        )
    schedule = schedules.Schedule(
        experiment=file,
        when=words,
        cron=expression,
        options=tuple(map(schedules.one_line, options.arguments())),
        share=tuple(stored(target) for target in dict.fromkeys(share)),
        secrets=schedules.one_line(str(secrets.expanduser().absolute())) if secrets else None,
        keep=keep,
        timer=timers.choose(timer),
        added=times.now().astimezone(datetime.UTC),
        environment=schedules.environment(os.environ),
    )
    check_start()
    schedules.write(place, schedule)
    try:
        timers.install(schedule.timer, place, schedule.cron)
    except BaseException:
        schedules.erase(place)
        raise
    (soon,) = times.next_due(schedule.cron, times.now())
    click.echo(f"added\t{place.name}\t{schedule.timer}\t{shown(soon)}")
    if schedule.timer == timers.PRINT:
        click.echo("\n".join(install_by_hand_lines(place, schedule)))
    if schedule.timer == "systemd" and not systemd.lingers():
        click.echo("note\tit runs only while you are logged in; `loginctl enable-linger` changes that")


def check_experiment(experiment: str, options: RunOptions) -> str:
    """Read the experiment as a rerun will; returns its absolute path, or its name if it comes ready."""
    from reportgen.delivery.schedule import schedules
    from reportgen.experiment.reading import find, read
    from reportgen.files.resources import experiments

    file = find(experiment)
    data = {"source": options.data_source, "path": None} if options.data_source else {}
    path = {"path": str(options.data_path)} if options.data_path else {}
    stage = {key: getattr(options, key) for key in ("seeds", "epochs") if getattr(options, key)}
    read(file, {"data": data | path, "comparison": stage, "tuned": stage})
    if file.parent == experiments():
        return file.stem  # where the ready ones are may change with the next version
    return schedules.one_line(str(file.absolute()))


def check_templates(folder: Path | None) -> None:
    """Read a user's templates as a rerun will. Raises UserError."""
    if folder is not None:
        from reportgen.report.templates.loading import read

        read(folder)


def check_start() -> None:
    """See that reportgen starts as a timer will start it: from another folder, with a bare environment."""
    from reportgen.delivery.schedule import schedules

    done = subprocess.run(
        [*schedules.program(), "--version"],
        cwd="/",
        env={"PATH": "/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise UserError(
            f"{sys.executable}: this Python finds reportgen only from here, a timer would not; install it "
            "with `pip install .`"
        )


@schedule.command("list")
@output_option
def schedule_list(output: Path) -> None:
    """Show the schedules, when each is next due, and its last result."""
    from reportgen.cli.schedule_lines import COLUMNS, row
    from reportgen.delivery.schedule import schedules

    found = schedules.places(output)
    print_rows(f"Schedules in {output}", COLUMNS, [row(place) for place in found])


@schedule.command("show")
@click.argument("name")
@output_option
def schedule_show(name: str, output: Path) -> None:
    """Show a schedule: what is installed, its next times, its last results and their logs."""
    from reportgen.cli.schedule_lines import facts
    from reportgen.delivery.schedule import schedules

    place = schedules.place(output, name)
    print_rows(place.name, ("schedule", place.name), facts(place))


@schedule.command("run")
@click.argument("name")
@click.option("--if-due", is_flag=True, help="Only if one of its times has come; timers call it like this.")
@output_option
def schedule_run(name: str, if_due: bool, output: Path) -> int:
    """Carry a schedule out now."""
    from reportgen.cli.schedule_lines import last_words
    from reportgen.delivery.schedule import outcomes, rerun, schedules

    place = schedules.place(output, name)
    schedule = schedules.read(place)
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


@schedule.command("remove")
@click.argument("name")
@output_option
def schedule_remove(name: str, output: Path) -> None:
    """Remove a schedule and its timer; logs and runs stay."""
    from reportgen.delivery.schedule import schedules, timers

    place = schedules.place(output, name)
    try:
        timer = schedules.read(place).timer
    except UserError:
        # there is no telling which timer it had: all are asked
        removed = [timers.remove(kind, place) for kind in timers.TIMERS]
        if not any(removed) and not place.file.exists():
            raise
    else:
        timers.remove(timer, place)
    schedules.erase(place)
    click.echo(f"removed\t{place.name}" + (f"\tlogs stay in {place.folder}" if place.folder.exists() else ""))
