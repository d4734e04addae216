"""The commands `templates export` and `templates check`: templates of a user's own."""

from __future__ import annotations

from pathlib import Path

import click

from reportgen.errors import ExitCode, printable


@click.group(epilog="Example: reportgen templates export mine")
def templates() -> None:
    """Templates of your own for `--templates`: something to start from, and a look for mistakes."""


@templates.command("export", epilog="Example: reportgen templates export mine")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--force", is_flag=True, help="Replace files that are there.")
def templates_export(folder: Path, force: bool) -> None:
    """Write the program's templates, style sheets and words into a folder, to be changed there."""
    from reportgen.report.templates.exporting import export

    count = export(folder, force=force)
    click.echo(f"{count} files in {folder.absolute()}")
    click.echo("keep what you change and delete the rest: what is not there is the program's own")
    click.echo(f"reportgen templates check {folder}    says what is wrong in it")
    click.echo(f"reportgen render RUN_DIR --templates {folder}")


@templates.command("check", epilog="Example: reportgen templates check mine")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
def templates_check(folder: Path) -> ExitCode:
    """Say what a folder of templates replaces, what is wrong in it, and what its languages lack."""
    from reportgen.report.templates.loading import read
    from reportgen.report.templates.mistakes import find_mistakes
    from reportgen.report.words.languages import CHINESE, ENGLISH

    mistakes = find_mistakes(folder)
    for mistake in mistakes:
        click.echo(f"mistake\t{printable(mistake)}")
    if mistakes:
        return ExitCode.FAILED
    replacement = read(folder)
    for path in replacement.replaced:
        click.echo(f"replaced\t{printable(path)}")
    for language in replacement.languages():
        if language in (CHINESE, ENGLISH):
            continue
        missing = replacement.missing(language)
        total = sum(map(len, replacement.words.values()))
        click.echo(f"language\t{language}\t{total - len(missing)} of {total} phrases")
        for name in missing:
            click.echo(f"missing\t{language}\t{printable(name)}")
    for note in replacement.notes:
        click.echo(f"note\t{printable(note)}")
    click.echo(f"digest\t{replacement.digest() or 'nothing is replaced'}")
    return ExitCode.DONE
