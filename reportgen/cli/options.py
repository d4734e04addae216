"""Options that several commands take, each declared once; those that belong together come as one object."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reportgen.cli.completion import complete_sources
from reportgen.execution.devices import CPU, DEVICES, choose_device
from reportgen.execution.executors.choosing import EXECUTORS, JOBS, LOCAL, ExecutorOptions
from reportgen.experiment.front_matter import FrontMatter, check_line
from reportgen.experiment.overrides import Overrides
from reportgen.records.tables.reading import Reading
from reportgen.report.options import (
    DEFAULT_ORDER,
    DEFAULT_PAPER,
    LANGUAGES,
    ORDERS,
    PAPERS,
    VARIANTS,
    Order,
    ReportOptions,
)

if TYPE_CHECKING:
    from reportgen.execution.trials import TrainingOptions
    from reportgen.report.templates.loading import Templates

Result = TypeVar("Result")
Option = Callable[[Callable[..., Any]], Callable[..., Any]]
"""What `click.option` returns."""
Group = Callable[[Callable[..., Result]], Callable[..., Result]]
"""A decorator that gives a command several options, and hands their values over as one object."""


def _group(parameter: str, gather: Callable[..., object], *options: Option) -> Group[Any]:
    """Return a group of options.

    Args:
        parameter: under which name a command is given the object.
        gather: makes the object; its parameters are the names of the options.
        options: in the order in which `--help` shows them.
    """
    names = tuple(inspect.signature(gather).parameters)

    def decorate(command: Callable[..., Result]) -> Callable[..., Result]:
        @functools.wraps(command)
        def call(*arguments: Any, **values: Any) -> Result:
            gathered = gather(**{name: values.pop(name) for name in names})
            return command(*arguments, **values, **{parameter: gathered})

        for option in reversed(options):
            option(call)
        return call

    return decorate


output_option = click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("output"),
    show_default=True,
    help="Folder for the runs.",
)

ENGINES = ("auto", "textbook", "compiled", "batched")
"""Those of execution/engines.py, which is slow to import."""
engine_option = click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="auto",
    show_default=True,
    help="What trains: the code that reports print, step by step (textbook); the same compiled, and proved"
    " equal before each training (compiled); trials of one shape as one program, likewise (batched); or what"
    " does best of all that is worth it (auto): on a device, that is the last.",
)
device_option = click.option(
    "--device",
    type=click.Choice(DEVICES),
    default=CPU,
    show_default=True,
    help="What trains: the processor; a graphics card, by CUDA; or that where there is one (auto).",
)

open_option = click.option(
    "--open",
    "opens",
    is_flag=True,
    help="Open the report's page in the end, if called from a terminal.",
)

latex_option = click.option(
    "--latex",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write the report's tables (.tex) and figures (.pdf) into this folder too, for a paper in LaTeX.",
)

secrets_option = click.option(
    "--secrets",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File of secrets [default: secrets.toml in the user's configuration].",
)

# ---------------------------------------------------------------- what stands above a report


def _line(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    """One line, as titles and names are."""
    if value is None:
        return None
    try:
        return check_line(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


_title_option, _author_option, _course_option = (
    click.option(f"--{name}", metavar="TEXT", callback=_line, help=text)
    for name, text in (
        ("title", "Title of the report, for all languages."),
        ("author", "Author, shown under the title."),
        ("course", "Course, shown above the title."),
    )
)

front_matter_options = _group("front_matter", FrontMatter, _title_option, _author_option, _course_option)
"""Hands over `front_matter`."""

# ---------------------------------------------------------------- instead of the experiment's file

_data_source_option = click.option(
    "--data-source",
    help="Use this source of data instead of the experiment's.",
    shell_complete=complete_sources,
)
_data_path_option = click.option("--data-path", help="File or folder of the source npz, table or folder.")


def _data(data_source: str | None, data_path: str | None) -> Overrides:
    return Overrides(data_source, data_path)


def _overrides(
    data_source: str | None,
    data_path: str | None,
    seeds: int | None,
    epochs: int | None,
    *,
    title: str | None,
    author: str | None,
    course: str | None,
) -> Overrides:
    return Overrides(data_source, data_path, seeds, epochs, FrontMatter(title, author, course))


data_options = _group("overrides", _data, _data_source_option, _data_path_option)
"""Hands over `overrides`, of the data alone."""

override_options = _group(
    "overrides",
    _overrides,
    _data_source_option,
    _data_path_option,
    click.option("--seeds", type=click.IntRange(1, 1000), help="Train with this many seeds (0, 1, ...)."),
    click.option("--epochs", type=click.IntRange(1, 100_000), help="Train this many epochs."),
    _title_option,
    _author_option,
    _course_option,
)
"""Hands over `overrides`."""

# ---------------------------------------------------------------- how trials are trained


def _executor(executor: str, address: str | None, workers: int | None) -> ExecutorOptions:
    return ExecutorOptions(executor, address, workers)


def _training(
    executor: str,
    address: str | None,
    workers: int | None,
    *,
    fresh: bool,
    checkpoint_seconds: float,
    engine: str,
    device: str,
) -> TrainingOptions:
    from reportgen.execution.trials import TrainingOptions

    return TrainingOptions(
        _executor(executor, address, workers), fresh, checkpoint_seconds, engine, choose_device(device)
    )


_executor_options = (
    click.option(
        "--executor",
        type=click.Choice(EXECUTORS),
        default=LOCAL,
        show_default=True,
        help="Who trains: this machine, or a cluster's workers.",
    ),
    click.option(
        "--address",
        metavar="TEXT",
        help="Which cluster: a Dask scheduler (tcp://host:8786); a Ray cluster (host:6379) [default: the one"
        " that this machine is in]; options of Slurm's sbatch (partition=short,time=02:00:00).",
    ),
    click.option(
        "--workers",
        type=click.IntRange(1, 1024),
        help="Trials side by side [default: one a core]; with slurm, jobs at once"
        f" [default: {JOBS}]; of Dask and Ray, their own workers count.",
    ),
)

executor_options = _group("executor", _executor, *_executor_options)
"""Hands over `executor`, of the type ExecutorOptions."""

training_options = _group(
    "training",
    _training,
    *_executor_options,
    click.option("--fresh", is_flag=True, help="Train again what was finished before."),
    click.option(
        "--checkpoint-seconds",
        type=click.FloatRange(min=0),
        default=15.0,
        show_default=True,
        help="Keep the state of a training so often, 0 for after every epoch: a stopped one goes on there.",
    ),
    engine_option,
    device_option,
)
"""Hands over `training`, of the type TrainingOptions."""

# ---------------------------------------------------------------- how a report is made


def _column(option: str, what: str) -> Option:
    return click.option(option, metavar="COLUMN", help=f"The column of the {what} [default: by its name].")


reading_options = _group(
    "reading",
    Reading,
    click.option(
        "--metric",
        metavar="COLUMN",
        help="The column to compare by [default: score, else test accuracy, else the only metric].",
    ),
    click.option("--problem", help="Compare on this problem only."),
    _column("--optimizer-column", "optimizers"),
    _column("--seed-column", "seeds"),
    _column("--problem-column", "problems"),
    _column("--epoch-column", "epochs, where a trial has a row for each"),
    click.option(
        "--at",
        metavar="last|best:COLUMN|epoch:N",
        help="Which epoch of a trial counts: its last, that where a column is best, or one [default: last].",
    ),
    click.option(
        "--paired/--unpaired",
        default=None,
        help="Whether trials of one seed belong together [default: where the table has seeds in common].",
    ),
)
"""Hands over `reading`, of the type Reading."""


def _read_templates(_: click.Context, __: click.Parameter, folder: Path | None) -> Templates | None:
    """The templates of a user's folder."""
    if folder is None:
        return None
    from reportgen.report.templates.loading import read

    return read(folder)


def _language_list(context: click.Context, _: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    """zh-Hant,en as a tuple, in the order in which reports show them; further ones follow as asked."""
    if value is None:
        return None
    asked = [part.strip() for part in value.split(",") if part.strip()]
    templates: Templates | None = context.params.get("templates")
    known = templates.languages() if templates else LANGUAGES
    for language in asked:
        if language not in known:
            raise click.BadParameter(f"{language!r} is not one of {', '.join(known)}")
    if not asked:
        raise click.BadParameter(f"name at least one of {', '.join(known)}")
    return tuple(language for language in dict.fromkeys([*LANGUAGES, *asked]) if language in asked)


def _scores_report(
    languages: tuple[str, ...] | None,
    paper: str,
    templates: Templates | None,
    no_pdf: bool,
) -> ReportOptions:
    return ReportOptions(languages, templates, paper, pdf=not no_pdf)


def _run_report(
    *,
    languages: tuple[str, ...] | None,
    paper: str,
    templates: Templates | None,
    no_pdf: bool,
    order: Order,
) -> ReportOptions:
    return replace(_scores_report(languages, paper, templates, no_pdf), order=order)


def _report_group(
    gather: Callable[..., ReportOptions],
    default_languages: str | None,
    help_for_languages: str,
    *further: Option,
) -> Group[Any]:
    return _group(
        "options",
        gather,
        click.option(
            "--languages",
            default=default_languages,
            show_default=True,
            callback=_language_list,
            help=help_for_languages,
        ),
        click.option(
            "--paper",
            type=click.Choice(list(PAPERS)),
            default=DEFAULT_PAPER,
            show_default=True,
            help="Size of the PDF's pages.",
        ),
        click.option(
            "--templates",
            type=click.Path(path_type=Path),
            is_eager=True,  # the languages that there are depend on it
            callback=_read_templates,
            help="Folder of templates, style sheets and words that replace those of the program.",
        ),
        click.option("--no-pdf", is_flag=True, help="Write the HTML only."),
        click.option(
            "--pdf-variant",
            type=click.Choice(VARIANTS),
            hidden=True,  # schedules and scripts made before go on working
            expose_value=False,
            help="Asks for nothing any more: every PDF is PDF/A-3u and PDF/UA-1 in one.",
        ),
        *further,
    )


_order_option = click.option(
    "--order",
    type=click.Choice(ORDERS),
    default=DEFAULT_ORDER,
    show_default=True,
    help="What comes first: code with its results, as in a homework; or results, and code in the appendix.",
)
scores_report_options = _report_group(_scores_report, ",".join(LANGUAGES), "Languages of the report.")
"""Hands over `options`, of the type ReportOptions."""
report_options = _report_group(_run_report, ",".join(LANGUAGES), "Languages of the report.", _order_option)
"""The same for a run, whose report has code in it."""
rendering_options = _report_group(_run_report, None, "Other languages.", _order_option)
"""The same for a run that has languages already."""


def report_arguments(options: ReportOptions, *, anywhere: bool) -> list[str]:
    """Return the words of a command line that ask for such a report, where it is not the default.

    Args:
        options: what is asked of the report.
        anywhere: whether the words have to be right in any folder.
    """
    folder = options.templates and options.templates.folder
    if folder and anywhere:
        folder = folder.expanduser().absolute()
    values = {
        "--languages": ",".join(options.languages or ()),
        "--templates": str(folder or ""),
        "--paper": "" if options.paper == DEFAULT_PAPER else options.paper,
        "--order": "" if options.order == DEFAULT_ORDER else options.order,
    }
    words = [word for option, value in values.items() if value for word in (option, value)]
    return words if options.pdf else [*words, "--no-pdf"]
