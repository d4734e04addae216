"""The commands `templates export` and `templates check`: templates of a user's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click

from reportgen.errors import ExitCode, UserError, printable
from reportgen.files.atomic import partial_folder, write_bytes, write_text


@click.group()
def templates() -> None:
    """Templates of your own for `--templates`: something to start from, and a look for mistakes."""


@templates.command("export")
@click.argument("folder", type=click.Path(path_type=Path), metavar="DIR")
@click.option("--force", is_flag=True, help="Replace files that are there.")
def templates_export(folder: Path, force: bool) -> None:
    """Write the program's templates, style sheets and words into a folder, to be changed there."""
    from reportgen.report.templates.loading import SCRIPT, own_texts

    texts = {name: text for name, text in own_texts().items() if name != SCRIPT}
    if not force and (folder.is_symlink() or folder.exists()):
        there = (
            folder.name
            if not folder.is_dir()
            else next((name for name in texts if (folder / name).exists()), "")
        )
        if there or not folder.is_dir():
            raise UserError(
                f"{folder}: {there} is there already; --force replaces it, or name another folder"
            )
    if folder.is_dir():
        _into(folder, texts)
    else:
        _as_new(folder, texts)
    click.echo(f"{len(texts)} files in {folder.absolute()}")
    click.echo("keep what you change and delete the rest: what is not there is the program's own")
    click.echo(f"reportgen templates check {folder}    says what is wrong in it")
    click.echo(f"reportgen render RUN_DIR --templates {folder}")


@templates.command("check")
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


def _as_new(folder: Path, texts: Mapping[str, str]) -> None:
    """Write a folder that is not there yet: under another name first."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with partial_folder(folder.parent) as part:
        for name, text in texts.items():
            (part / name).parent.mkdir(parents=True, exist_ok=True)
            write_text(part / name, text)
        part.rename(folder)


def _into(folder: Path, texts: Mapping[str, str]) -> None:
    """Write into a folder with other things in it; whatever goes wrong, it is left as it was."""
    before: dict[Path, bytes | None] = {}
    made: list[Path] = []
    try:
        for name, text in texts.items():
            path = folder / name
            if not path.parent.exists():
                path.parent.mkdir()
                made.append(path.parent)
            before[path] = path.read_bytes() if path.exists() else None
            write_text(path, text)
    except BaseException:
        for path, data in before.items():
            if data is None:
                path.unlink(missing_ok=True)
            else:
                write_bytes(path, data)
        for empty in made:
            empty.rmdir()
        raise
