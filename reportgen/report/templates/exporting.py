"""The program's own templates, style sheets and words, written into a folder of the user's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from reportgen.errors import UserError
from reportgen.files.atomic import partial_folder, write_bytes, write_text
from reportgen.report.templates.loading import SCRIPTS, own_texts


def export(folder: Path, *, force: bool = False) -> int:
    """Write the program's own files, all or none.

    Args:
        folder: The user's; it is made where it is not there.
        force: Whether files that are there are replaced.

    Returns:
        How many files were written.

    Raises:
        UserError: Where there is something already, and nothing was said of replacing it.
    """
    texts = {name: text for name, text in own_texts().items() if name not in SCRIPTS}
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
    return len(texts)


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
