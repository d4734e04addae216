"""The words of an experiment's author: from its file, from the files that it names, and their pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reportgen.errors import UserError
from reportgen.experiment.own_text import OwnText, OwnTexts, TextSource
from reportgen.files.atomic import kind
from reportgen.own_words import blocks, markdown, picture_files
from reportgen.own_words.markdown import MarkdownError
from reportgen.own_words.texts import EVERY, SECTIONS, OwnWords

LARGEST_TEXT = 400_000
"""The most bytes of a text's file: as many characters as a text may have take no more."""
LARGEST_TOGETHER = 20_000_000
"""The most bytes of all pictures."""


def gather(texts: OwnTexts, folder: Path) -> OwnWords | None:
    """Read all that an experiment's [text] names.

    Args:
        texts: The table.
        folder: Of the experiment's file. Texts and pictures lie in it or below it.

    Returns:
        The words and pictures, all found to be fit for a report; None where there are none.

    Raises:
        UserError: Something is not there, or a report cannot show it: the key, the file, the line and what is
            wrong.
    """
    gathered: dict[str, dict[str, str]] = {}
    pictures: dict[str, bytes] = {}
    for section in SECTIONS:
        own: OwnText | None = getattr(texts, section)
        for key, language, source in _sources(section, own) if own else ():
            text = _read_text(source, folder, key)
            gathered.setdefault(section, {})[language] = text
            for path in blocks.pictures(_parsed(text, source, key)):
                if path not in pictures:
                    pictures[path] = _read_picture(path, folder, key)
            if sum(map(len, pictures.values())) > LARGEST_TOGETHER:
                raise UserError(
                    f"{key}: all pictures so far have more than {LARGEST_TOGETHER:,} bytes; make them smaller"
                )
    return OwnWords(gathered, pictures) if gathered else None


def uses_files(words: OwnWords, texts: OwnTexts) -> bool:
    """Return whether anything of it lies in files beside the experiment's.

    Args:
        words: Of gather.
        texts: What it was gathered from.
    """
    sources = [
        source
        for section in SECTIONS
        if (own := getattr(texts, section)) is not None
        for _, _, source in _sources(section, own)
    ]
    return bool(words.pictures) or any(source.file is not None for source in sources)


def _sources(section: str, own: OwnText) -> Iterator[tuple[str, str, TextSource]]:
    """The texts of a section: the key of each, its language, and where it is."""
    if own.text is not None or own.file is not None:
        yield f"text.{section}", EVERY, TextSource(text=own.text, file=own.file)
    for language, source in (("zh-Hant", own.zh_hant), ("en", own.en)):
        if source is not None:
            yield f"text.{section}.{language}", language, source


def _parsed(text: str, source: TextSource, key: str) -> tuple[blocks.Block, ...]:
    try:
        return markdown.parse(text)
    except MarkdownError as error:
        where = f"{key}.file = {source.file!r}" if source.file is not None else key
        raise UserError(f"{where}, line {error.line}: {error}") from None


def _read_text(source: TextSource, folder: Path, key: str) -> str:
    if source.file is None:
        return (source.text or "").replace("\r\n", "\n")
    what = f"{key}.file = {source.file!r}"
    data = _read(source.file, folder, LARGEST_TEXT, what)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UserError(f"{what}, line {line}: is not UTF-8; save the file in that encoding") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read_picture(path: str, folder: Path, key: str) -> bytes:
    what = f"{key}: the picture {path!r}"
    data = _read(path, folder, picture_files.LARGEST, what)
    try:
        picture_files.check_picture(path, data)
    except ValueError as error:
        raise UserError(f"{what} {error}") from None
    return data


def _read(path: str, folder: Path, most: int, what: str) -> bytes:
    """The bytes of a file in the folder, or below it."""
    root = folder.resolve()
    try:
        place = (root / path).resolve()
        if not place.is_relative_to(root):
            raise UserError(
                f"{what}: is outside the experiment's folder; put the file into {folder.absolute()}"
            )
        if (found := kind(place.stat())) != "file":
            raise UserError(f"{what}: is a {found}, where a file is expected")
        with place.open("rb") as file:
            data = file.read(most + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no file has such a name"
        raise UserError(
            f"{what}: cannot be read ({reason}); it is looked for in {folder.absolute()}"
        ) from None
    if len(data) > most:
        raise UserError(f"{what}: has more than {most:,} bytes; make it smaller")
    return data
