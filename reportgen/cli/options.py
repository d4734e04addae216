"""Options that several commands take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from reportgen.execution.trials import TrainingOptions

LANGUAGES = ("zh-Hant", "en")


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


def training_options(workers: int | None, fresh: bool, checkpoint_seconds: float) -> TrainingOptions:
    """How trials are trained, as the options say."""
    from reportgen.execution.environment import cores
    from reportgen.execution.trials import TrainingOptions

    return TrainingOptions(workers or cores(), fresh, checkpoint_seconds)
