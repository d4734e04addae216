"""The command line: commands, options, exit codes. Everything heavy is imported when a command needs it."""

from __future__ import annotations

import importlib.util
import signal
import sys
from pathlib import Path
from typing import IO, Any, Literal

import click

import reportgen
from reportgen.errors import UserError, describe

LANGUAGES = ("zh-Hant", "en")
DEFAULT_EXPERIMENT = "quickstart"
STOPPED = "what is finished is kept, and the same command goes on from there"


def is_supported() -> bool:
    """Whether this system has the locks on files and the signals that runs rely on."""
    return (
        sys.platform != "win32"
        and importlib.util.find_spec("fcntl") is not None
        and hasattr(signal, "pthread_sigmask")
    )


class OneLine(click.ClickException):
    """A user's mistake, shown as one line."""

    exit_code = 1

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the line on standard error."""
        click.echo(f"reportgen: error: {self.format_message()}", err=True, file=file)


class Program(click.Group):
    """The group of commands; mistakes in its arguments are one line as well."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command and turn what it raises into an exit code."""
        if not is_supported():
            OneLine("reportgen needs Linux or macOS; on Windows use WSL").show()
            sys.exit(1)
        kwargs["standalone_mode"] = False
        try:
            sys.exit(super().main(*args, **kwargs) or 0)
        except (UserError, OSError) as error:
            OneLine(describe(error)).show()
            sys.exit(1)
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.ctx.get_help() if error.ctx else "")
            sys.exit(2)
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else "reportgen"
            OneLine(f"{error.format_message()} (see {command} --help)").show()
            sys.exit(2)
        except click.ClickException as error:
            OneLine(error.format_message()).show()
            sys.exit(error.exit_code)
        except (KeyboardInterrupt, click.Abort):
            click.echo(f"reportgen: stopped; {STOPPED}", err=True)
            sys.exit(130)


def language_list(context: click.Context, _: click.Parameter, value: str) -> tuple[str, ...]:
    """zh-Hant,en as a tuple, in the order in which reports show them; further ones follow as asked."""
    asked = [part.strip() for part in value.split(",") if part.strip()]
    known: tuple[str, ...] = LANGUAGES
    if (folder := context.params.get("templates")) and not set(asked) <= set(LANGUAGES):
        from reportgen.report.templates.loading import read

        known = read(folder).languages()
    for language in asked:
        if language not in known:
            raise click.BadParameter(f"{language!r} is not one of {', '.join(known)}")
    if not asked:
        raise click.BadParameter(f"name at least one of {', '.join(known)}")
    return tuple(language for language in dict.fromkeys([*LANGUAGES, *asked]) if language in asked)


output_option = click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("output"),
    show_default=True,
    help="Folder for the runs.",
)

paper_option = click.option(
    "--paper",
    type=click.Choice(["a4", "letter"]),
    default="a4",
    show_default=True,
    help="Size of the PDF's pages.",
)
workers_option = click.option(
    "--workers", type=click.IntRange(1, 1024), help="Trials side by side [default: one a core]."
)
templates_option = click.option(
    "--templates",
    type=click.Path(path_type=Path),
    is_eager=True,  # the languages that there are depend on it
    help="Folder of templates, style sheets and words that replace those of the program.",
)
fresh_option = click.option("--fresh", is_flag=True, help="Train again what was finished before.")
checkpoint_option = click.option(
    "--checkpoint-seconds",
    type=click.FloatRange(min=0),
    default=15.0,
    show_default=True,
    help="Keep the state of a training so often, 0 for after every epoch: a stopped one goes on there.",
)

pdf_variant_option = click.option(
    "--pdf-variant",
    type=click.Choice(["a-3u", "ua-1"]),
    default="a-3u",
    show_default=True,
    help="What the PDF declares to be: PDF/A-3u for archives, or PDF/UA-1 for every reader.",
)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(reportgen.__version__, prog_name="reportgen")
def main() -> None:
    """Train a hand-written network with several optimizers, compare them, and report it in two languages."""


def _training(workers: int | None, fresh: bool, checkpoint_seconds: float) -> Any:
    from reportgen.execution.environment import cores
    from reportgen.execution.trials import TrainingOptions

    return TrainingOptions(workers or cores(), fresh, checkpoint_seconds)


@main.command()
@click.argument("experiments", nargs=-1, metavar="[EXPERIMENT.toml ...]")
@output_option
@click.option("--data-source", help="Use this source of images instead of the experiment's.")
@click.option("--data-path", help="File or folder of the source npz or folder.")
@click.option("--seeds", type=click.IntRange(1, 1000), help="Train with this many seeds (0, 1, ...).")
@click.option("--epochs", type=click.IntRange(1, 100_000), help="Train this many epochs.")
@workers_option
@fresh_option
@checkpoint_option
@click.option(
    "--languages",
    default="zh-Hant,en",
    show_default=True,
    callback=language_list,
    help="Languages of the report.",
)
@paper_option
@templates_option
@click.option("--no-pdf", is_flag=True, help="Write the HTML only.")
@pdf_variant_option
def run(  # noqa: PLR0917 - click passes them by name
    experiments: tuple[str, ...],
    output: Path,
    data_source: str | None,
    data_path: str | None,
    seeds: int | None,
    epochs: int | None,
    workers: int | None,
    fresh: bool,
    checkpoint_seconds: float,
    languages: tuple[str, ...],
    templates: Path | None,
    paper: str,
    no_pdf: bool,
    pdf_variant: Literal["a-3u", "ua-1"],
) -> int:
    """Train experiments and write a report of each.

    What was trained before is not trained again. Exit code 3: all went well, and a test accuracy has
    dropped significantly against the baseline or the runs before.

    An experiment is a TOML file, or the name of a ready one (see `reportgen list`); without any, the
    quickstart on images that come with the program.
    """
    from reportgen.cli import run as batch

    overrides = batch.Overrides(data_source, data_path, seeds, epochs)
    return batch.run_all(
        experiments or (DEFAULT_EXPERIMENT,),
        overrides,
        output=output,
        training=_training(workers, fresh, checkpoint_seconds),
        languages=languages,
        pdf=None if no_pdf else pdf_variant,
        templates=templates,
        paper=paper,
    )


@main.command()
@click.argument("experiment", metavar="EXPERIMENT.toml")
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), help="The file to write.")
@click.option("--force", is_flag=True, help="Replace the file if it is there.")
@output_option
@click.option("--data-source", help="Use this source of images instead of the experiment's.")
@click.option("--data-path", help="File or folder of the source npz or folder.")
@workers_option
@fresh_option
@checkpoint_option
def tune(  # noqa: PLR0917 - click passes them by name
    experiment: str,
    to: Path | None,
    force: bool,
    output: Path,
    data_source: str | None,
    data_path: str | None,
    workers: int | None,
    fresh: bool,
    checkpoint_seconds: float,
) -> int:
    """Search good settings as an experiment's [search] says, and write a new experiment with them.

    The same number of trials for every optimizer, chosen on validation, with seeds that the new
    experiment does not use. One that was stopped goes on where it was.
    """
    from reportgen.cli import run as batch
    from reportgen.cli import tune as tuning

    overrides = batch.Overrides(data_source, data_path)
    return tuning.tune(
        experiment,
        overrides,
        output=output,
        to=to,
        training=_training(workers, fresh, checkpoint_seconds),
        force=force,
    )


@main.command()
@click.argument("tables", nargs=-1, required=True, metavar="RESULTS.csv ...", type=click.Path(path_type=Path))
@click.option("--metric", help="The column to compare by [default: score, else test_accuracy].")
@click.option("--problem", help="Compare on this problem only.")
@click.option("--alpha", type=float, default=0.05, show_default=True, help="Chance of a false verdict.")
@click.option(
    "--higher-is-better/--lower-is-better",
    default=None,
    help="Which scores are the better ones [default: told from the metric's name].",
)
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the report goes, without an ending [default: compare/TABLE-comparison in the output folder].",
)
@output_option
@click.option(
    "--languages",
    default="zh-Hant,en",
    show_default=True,
    callback=language_list,
    help="Languages of the report.",
)
@paper_option
@templates_option
@click.option("--no-report", is_flag=True, help="Print the verdicts only.")
@click.option("--no-pdf", is_flag=True, help="Write the HTML only.")
@pdf_variant_option
def compare(  # noqa: PLR0917 - click passes them by name
    tables: tuple[Path, ...],
    metric: str | None,
    problem: str | None,
    alpha: float,
    higher_is_better: bool | None,
    to: Path | None,
    output: Path,
    languages: tuple[str, ...],
    templates: Path | None,
    paper: str,
    no_report: bool,
    no_pdf: bool,
    pdf_variant: Literal["a-3u", "ua-1"],
) -> int:
    """Compare the optimizers of any table of scores: verdicts printed, and a report of them.

    A table has the columns optimizer, seed, score, and problem where it has several; a run's results.csv
    will do. Trials of one seed are taken as paired.
    """
    from reportgen.cli import compare as comparing

    return comparing.run(
        tables,
        metric=metric,
        problem=problem,
        alpha=alpha,
        higher_is_better=higher_is_better,
        report=None
        if no_report
        else comparing.Report(to, languages, None if no_pdf else pdf_variant, templates, paper, output),
    )


@main.command()
def check() -> int:
    """Prove the layers, the network and the optimizers against independent computations."""
    from reportgen import checks

    found = checks.run()
    for done in found:
        click.echo(f"{done.line}  [{done.evidence}]")
        for line in done.printed:
            click.echo(f"    {line}")
    failed = [done for done in found if not done.passed]
    click.echo(f"{len(found) - len(failed)} of {len(found)} checks passed")
    return 1 if failed else 0


@main.command()
@click.argument("run_folder", type=click.Path(path_type=Path), metavar="RUN_DIR")
@click.option("--languages", callback=lambda c, p, v: v and language_list(c, p, v), help="Other languages.")
@templates_option
@paper_option
@click.option("--no-pdf", is_flag=True, help="Write the HTML only.")
@pdf_variant_option
def render(  # noqa: PLR0917 - click passes them by name
    run_folder: Path,
    languages: tuple[str, ...] | None,
    templates: Path | None,
    paper: str,
    no_pdf: bool,
    pdf_variant: Literal["a-3u", "ua-1"],
) -> None:
    """Write the HTML and the PDF of a run again, from its stored records."""
    from reportgen.cli.render import report

    report(run_folder.resolve(), languages, None if no_pdf else pdf_variant, templates, paper)


@main.command()
@click.argument("run_", metavar="RUN")
@click.option(
    "--to", "targets", multiple=True, required=True, metavar="TARGET", help="Where to; may be repeated."
)
@click.option(
    "--secrets",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File of secrets [default: secrets.toml in the user's configuration].",
)
@click.option(
    "--retries",
    type=click.IntRange(0, 10),
    default=2,
    show_default=True,
    help="Further attempts where a message was not delivered.",
)
@output_option
def share(run_: str, targets: tuple[str, ...], secrets: Path | None, retries: int, output: Path) -> int:
    """Hand a run on: into a folder, as one zip file, by mail or chat.

    A TARGET is folder:DIR (or a folder that is there), NAME.zip, or an address of apprise such as
    'mailtos://me:${SMTP_PASSWORD}@example.org/you@example.org', in single quotes. ${NAME} is a secret of
    the environment or of the file of secrets; @NAME is a whole address kept there.
    """
    from reportgen.cli import share as sharing

    return sharing.share(run_, targets, secrets_file=secrets, retries=retries, output=output)


@main.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.pdf")
@click.option("--no-rebuild", is_flag=True, help="Do not write the report anew: faster, never decided.")
@click.option("--templates", type=click.Path(path_type=Path), help="The templates that it was made with.")
def verify(file: Path, no_rebuild: bool, templates: Path | None) -> int:
    """Say whether a report's PDF is what reportgen writes from the records that it carries.

    The digests of the attached files, the results computed from them again, the numbers on the pages; and
    the whole report written anew, and compared byte for byte. Exit code 0: consistent. 1: not consistent, or
    no report. 4: undecided, as the look of the pages could not be compared.
    """
    from reportgen.cli import verify as verifying

    return verifying.verify(file, rebuild=not no_rebuild, templates=templates)


@main.group("templates")
def templates_() -> None:
    """Templates of your own for `--templates`: something to start from, and a look for mistakes."""


@templates_.command("export")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--force", is_flag=True, help="Replace files that are there.")
def templates_export(folder: Path, force: bool) -> None:
    """Write the program's templates, style sheets and words into a folder, to be changed there."""
    from reportgen.cli import templates as templating

    templating.export(folder, force=force)


@templates_.command("check")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
def templates_check(folder: Path) -> int:
    """Say what a folder of templates replaces, what is wrong in it, and what its languages lack."""
    from reportgen.cli import templates as templating

    return templating.check(folder)


@main.command("list")
@output_option
def list_(output: Path) -> None:
    """Show the ready experiments and the runs so far."""
    from reportgen.cli import listing

    listing.show(output)


@main.command()
@click.argument("run_", metavar="RUN")
@output_option
def show(run_: str, output: Path) -> None:
    """Show what a run was and what it reached."""
    from reportgen.cli import runs

    runs.show(run_, output)


@main.command()
@click.argument("first", metavar="RUN")
@click.argument("second", metavar="RUN")
@output_option
def diff(first: str, second: str, output: Path) -> None:
    """Show in what two runs differ: settings, data, code, machine, and results with verdicts."""
    from reportgen.cli import runs

    runs.diff(first, second, output)


@main.command()
@click.argument("experiment")
@output_option
def history(experiment: str, output: Path) -> None:
    """Show what every run of an experiment reached, pruned ones too."""
    from reportgen.cli import runs

    runs.history(experiment, output)


@main.group()
def baseline() -> None:
    """Pin the run that later runs of an experiment are held against."""


@baseline.command("set")
@click.argument("run_", metavar="RUN")
@output_option
def baseline_set(run_: str, output: Path) -> None:
    """Make a run its experiment's baseline."""
    from reportgen.cli import runs

    runs.pin(run_, output)


@baseline.command("clear")
@click.argument("experiment")
@output_option
def baseline_clear(experiment: str, output: Path) -> None:
    """Take an experiment's baseline away."""
    from reportgen.cli import runs

    runs.unpin(experiment, output)


@baseline.command("list")
@output_option
def baseline_list(output: Path) -> None:
    """Show every experiment's baseline."""
    from reportgen.cli import runs

    runs.baselines(output)


@main.command()
@click.argument("experiments", nargs=-1, metavar="[EXPERIMENT ...]")
@click.option("--keep", type=click.IntRange(1), required=True, help="So many runs of each stay, the newest.")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@output_option
def prune(experiments: tuple[str, ...], keep: int, dry_run: bool, output: Path) -> None:
    """Remove old runs and what only they needed; never a baseline."""
    from reportgen.cli import runs

    runs.prune(keep, experiments, output, dry=dry_run)


@main.command()
def doctor() -> int:
    """Say what is installed, what is missing and how to get it."""
    from reportgen.cli import doctor

    return doctor.show()


@main.group()
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
    from reportgen.cli import schedule as scheduling

    scheduling.add(
        experiment,
        scheduling.When(at, every, cron),
        scheduling.RunOptions(
            data_source, data_path, seeds, epochs, workers, languages, no_pdf, pdf_variant, templates
        ),
        output=output,
        name=name,
        share=share,
        secrets=secrets,
        keep=keep,
        timer=timer,
    )


@schedule.command("list")
@output_option
def schedule_list(output: Path) -> None:
    """Show the schedules, when each is next due, and its last result."""
    from reportgen.cli import schedule as scheduling

    scheduling.show_all(output)


@schedule.command("show")
@click.argument("name")
@output_option
def schedule_show(name: str, output: Path) -> None:
    """Show a schedule: what is installed, its next times, its last results and their logs."""
    from reportgen.cli import schedule as scheduling

    scheduling.show(output, name)


@schedule.command("run")
@click.argument("name")
@click.option("--if-due", is_flag=True, help="Only if one of its times has come; timers call it like this.")
@output_option
def schedule_run(name: str, if_due: bool, output: Path) -> int:
    """Carry a schedule out now."""
    from reportgen.cli import schedule as scheduling

    return scheduling.run(output, name, only_if_due=if_due)


@schedule.command("remove")
@click.argument("name")
@output_option
def schedule_remove(name: str, output: Path) -> None:
    """Remove a schedule and its timer; logs and runs stay."""
    from reportgen.cli import schedule as scheduling

    scheduling.remove(output, name)
