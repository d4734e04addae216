"""The command line: commands, options, exit codes. Everything heavy is imported when a command needs it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, Any

import click

import reportgen
from reportgen.errors import UserError, describe

LANGUAGES = ("zh-Hant", "en")
DEFAULT_EXPERIMENT = "quickstart"


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
        kwargs["standalone_mode"] = False
        try:
            sys.exit(super().main(*args, **kwargs) or 0)
        except (UserError, OSError) as error:
            OneLine(describe(error)).show()
            sys.exit(1)
        except click.UsageError as error:
            command = error.ctx.command_path if error.ctx else "reportgen"
            OneLine(f"{error.format_message()} (see {command} --help)").show()
            sys.exit(2)
        except click.ClickException as error:
            OneLine(error.format_message()).show()
            sys.exit(error.exit_code)
        except (KeyboardInterrupt, click.Abort):
            click.echo("reportgen: stopped; nothing half-written is left behind", err=True)
            sys.exit(130)


def language_list(_: click.Context, __: click.Parameter, value: str) -> tuple[str, ...]:
    """zh-Hant,en as a tuple, in the order in which reports show them."""
    asked = [part.strip() for part in value.split(",") if part.strip()]
    for language in asked:
        if language not in LANGUAGES:
            raise click.BadParameter(f"{language!r} is not one of {', '.join(LANGUAGES)}")
    if not asked:
        raise click.BadParameter(f"name at least one of {', '.join(LANGUAGES)}")
    return tuple(language for language in LANGUAGES if language in asked)


output_option = click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("output"),
    show_default=True,
    help="Folder for the runs.",
)

workers_option = click.option(
    "--workers", type=click.IntRange(1, 1024), help="Trials side by side [default: one a core]."
)
fresh_option = click.option("--fresh", is_flag=True, help="Train again what was finished before.")
checkpoint_option = click.option(
    "--checkpoint-seconds",
    type=click.FloatRange(min=0),
    default=15.0,
    show_default=True,
    help="Keep the state of a training so often, 0 for after every epoch: a stopped one goes on there.",
)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(reportgen.__version__, prog_name="reportgen")
def main() -> None:
    """Train a hand-written network with several optimizers, compare them, and report it in two languages."""


def _training(workers: int | None, fresh: bool, checkpoint_seconds: float) -> Any:
    from reportgen.runs.environment import cores
    from reportgen.runs.finished_trials import Training

    return Training(workers or cores(), fresh, checkpoint_seconds)


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
@click.option("--no-pdf", is_flag=True, help="Write the HTML only.")
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
    no_pdf: bool,
) -> int:
    """Train experiments and write a report of each.

    An experiment is a TOML file, or the name of a ready one (see `reportgen list`); without any, the
    quickstart on images that come with the program.
    """
    from reportgen import batch

    overrides = batch.Overrides(data_source, data_path, seeds, epochs)
    return batch.run_all(
        experiments or (DEFAULT_EXPERIMENT,),
        overrides,
        output=output,
        training=_training(workers, fresh, checkpoint_seconds),
        languages=languages,
        pdf=not no_pdf,
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
    from reportgen import batch, tuning

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
@click.option("--higher-is-better/--lower-is-better", default=None, help="[default: told from the name]")
@click.option(
    "--to",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the report goes, without an ending [default: NAME-comparison here].",
)
@click.option("--languages", default="zh-Hant,en", show_default=True, callback=language_list)
@click.option("--no-report", is_flag=True, help="Print the verdicts only.")
@click.option("--no-pdf", is_flag=True, help="Write the HTML only.")
def compare(  # noqa: PLR0917 - click passes them by name
    tables: tuple[Path, ...],
    metric: str | None,
    problem: str | None,
    alpha: float,
    higher_is_better: bool | None,
    to: Path | None,
    languages: tuple[str, ...],
    no_report: bool,
    no_pdf: bool,
) -> int:
    """Compare the optimizers of any table of scores: verdicts printed, and a report of them.

    A table has the columns optimizer, seed, score, and problem where it has several; a run's results.csv
    will do. Trials of one seed are taken as paired.
    """
    from reportgen import comparing

    target = to or Path(f"{tables[0].stem}-comparison")
    return comparing.run(
        tables,
        metric=metric,
        problem=problem,
        alpha=alpha,
        higher_is_better=higher_is_better,
        report=None if no_report else comparing.Report(target, languages, not no_pdf),
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
@click.option("--no-pdf", is_flag=True, help="Write the HTML only.")
def render(run_folder: Path, languages: tuple[str, ...] | None, no_pdf: bool) -> None:
    """Write the HTML and the PDF of a run again, from its stored records."""
    from reportgen.reporting import report

    report(run_folder.resolve(), languages, not no_pdf)


@main.command("list")
@output_option
def list_(output: Path) -> None:
    """Show the ready experiments and the runs so far."""
    from reportgen import listing

    listing.show(output)


@main.command()
def doctor() -> int:
    """Say what is installed, what is missing and how to get it."""
    from reportgen import doctor

    return doctor.show()
