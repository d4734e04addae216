"""The commands `schedule add`, `list`, `show`, `run` and `remove`: reruns on a schedule."""

from __future__ import annotations

import datetime
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from reportgen.cli.console import print_rows
from reportgen.delivery.schedule import cron, outcomes, rerun, schedules, systemd, timers, times
from reportgen.delivery.schedule.outcomes import Kept
from reportgen.delivery.schedule.schedules import Place, Schedule
from reportgen.delivery.schedule.stored_destinations import stored
from reportgen.errors import UserError
from reportgen.report.pdf.writer import DEFAULT_VARIANT

COLUMNS = ("schedule", "experiment", "when", "next", "last result")


@dataclass(frozen=True)
class When:
    """The times asked for, in one of three ways; the other two are None."""

    at: str | None
    every: str | None
    cron: str | None

    def parsed(self) -> tuple[str, str]:
        """The words of the user and the cron expression. Raises UserError for no time."""
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
    pdf_variant: str = DEFAULT_VARIANT
    templates: Path | None = None

    def arguments(self) -> tuple[str, ...]:
        """The same as words of a command line, right in any folder."""
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


def add(
    experiment: str,
    when: When,
    options: RunOptions,
    *,
    output: Path,
    name: str | None,
    share: Sequence[str],
    secrets: Path | None,
    keep: int,
    timer: str | None,
) -> None:
    """Store a schedule and install its timer; nothing is left where that fails."""
    file = check_experiment(experiment, options)
    check_templates(options.templates)
    words, expression = when.parsed()
    place = schedules.place(output, Path(experiment).stem if name is None else name)
    if place.file.exists():
        raise UserError(
            f"{place.name}: there is such a schedule in {place.output} already; "
            f"`reportgen schedule remove {place.name}` first, or choose another --name"
        )
    schedule = Schedule(
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
        click.echo("\n".join(to_install_by_hand(place, schedule)))
    if schedule.timer == "systemd" and not systemd.lingers():
        click.echo("note\tit runs only while you are logged in; `loginctl enable-linger` changes that")


def check_experiment(experiment: str, options: RunOptions) -> str:
    """Read the experiment as a rerun will; returns its absolute path, or its name if it comes ready."""
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


def show_all(output: Path) -> None:
    """Print a line for every schedule of an output folder."""
    found = schedules.places(output)
    print_rows(f"Schedules in {output}", COLUMNS, [row(place) for place in found])


def row(place: Place) -> tuple[str, ...]:
    """A schedule's name, experiment, time, next time and last result."""
    try:
        schedule = schedules.read(place)
    except UserError:
        return place.name, "", "damaged", "", f"see `reportgen schedule show {place.name}`"
    (soon,) = times.next_due(schedule.cron, times.now())
    last = outcomes.all_of(place)[-1:]
    state = outcomes.describe(last[0].result, rerun.running(place)) if last else "none yet"
    return place.name, schedule.experiment, schedule.when, shown(soon), state


def show(output: Path, name: str) -> None:
    """Print all about a schedule: what is installed now, its next times, its last results and logs."""
    place = schedules.place(output, name)
    schedule = schedules.read(place)
    rows = [
        ("experiment", schedule.experiment),
        ("when", schedule.when),
        ("options", " ".join(schedule.options)),
        *(("share", target) for target in schedule.share),
        ("timer", schedule.timer),
        *(("installed", line) for line in installed_lines(place, schedule)),
        *(("next", shown(moment)) for moment in times.next_due(schedule.cron, times.now(), 3)),
    ]
    known = outcomes.all_of(place)
    going_on = rerun.running(place)
    for kept in known:
        rows += result_rows(kept, going_on and kept is known[-1])
    if place.timer_log.is_file() and place.timer_log.stat().st_size:
        rows.append(("timer's log", str(place.timer_log)))
    print_rows(place.name, ("schedule", place.name), [row for row in rows if row[1]])


def installed_lines(place: Place, schedule: Schedule) -> list[str]:
    """What is installed, line by line, or that it is missing and what to do."""
    if schedule.timer == timers.PRINT:
        return ["nothing, by reportgen; a line for it:", *cron.lines(place, schedule.cron).splitlines()]
    there = timers.installed(schedule.timer, place).splitlines()
    return [line for line in there if line.strip()] or [
        f"missing; `reportgen schedule remove {place.name}` and add it again"
    ]


def result_rows(kept: Kept, going_on: bool) -> list[tuple[str, str]]:
    """A rerun's time and result, its run's folder, what it did not reach, and its log."""
    result = kept.result
    return [
        ("result", f"{shown(result.started.astimezone(times.local_zone()))} {describe(kept, going_on)}"),
        ("run", result.run or ""),
        *(("not delivered", target) for target in result.undelivered),
        ("log", str(kept.log)),
    ]


def describe(kept: Kept, going_on: bool) -> str:
    """What became of a rerun, and how long it took."""
    said = outcomes.describe(kept.result, going_on)
    if kept.result.ended is None:
        return said
    return f"{said}, {(kept.result.ended - kept.result.started).total_seconds():.0f} s"


def run(output: Path, name: str, *, only_if_due: bool) -> int:
    """Carry a schedule out now; returns the exit code: that of the run, else 1 for a failed delivery.

    only_if_due: as its timer calls it; says nothing where nothing is due, and one that runs already is no
    failure.
    """
    place = schedules.place(output, name)
    schedule = schedules.read(place)
    try:
        kept = rerun.carry_out(place, schedule, only_if_due=only_if_due)
    except rerun.AlreadyRunningError as error:
        if not only_if_due:
            raise
        click.echo(f"running\t{error}")
        return 0
    if kept is None:
        return 0
    result = kept.result
    click.echo(f"{outcomes.describe(result, False)}\t{place.name}\t{result.run or ''}\t{kept.log}")
    for target in result.undelivered:
        click.echo(f"not delivered\t{place.name}\t{target}")
    if result.code not in rerun.REPORTED:
        raise UserError(f"{place.name}: failed: {last_words(kept.log)} (all of it: {kept.log})")
    return result.code or (1 if result.undelivered else 0)


def last_words(log: Path) -> str:
    """The last line of a log that says something, without what every line of its kind begins with."""
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n")
    last = next((line for line in reversed(lines) if line.strip()), "")
    return re.sub(r"^reportgen: error: ", "", last)[:300]


def remove(output: Path, name: str) -> None:
    """Remove a schedule and its timer, whatever is left of them; logs and runs stay."""
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


def to_install_by_hand(place: Place, schedule: Schedule) -> list[str]:
    """What a user can do with a schedule that nothing on this machine calls."""
    return [
        "",
        "Nothing was installed. For a crontab, here or elsewhere on this machine:",
        "",
        cron.lines(place, schedule.cron),
        "For a CI service, the manual has a workflow file: How to rerun in a CI service.",
    ]


def shown(moment: datetime.datetime) -> str:
    """A time for people, with its distance from UTC, which tells the two hours of autumn apart."""
    return f"{moment:%Y-%m-%d %H:%M %z}"
