"""A run copied into a folder, whole or not at all, with a link to the newest."""

from __future__ import annotations

from pathlib import Path

from reportgen.delivery.share.finished_run import MANIFEST, FinishedRun, refuse_links_out_of
from reportgen.errors import UserError, describe
from reportgen.files.atomic import partial_folder, point_link, write_bytes


def copy_into(target: Path, run: FinishedRun) -> Path:
    """Copy a run to target/<experiment>/<run>/ and let `latest` beside it point to the newest run there.

    The copy is made in a hidden folder and renamed when complete. Where the run is there already, its files
    are replaced one by one, each in one step.

    Args:
        target: The folder to copy into; it is made where it is not there.
        run: The finished run.

    Returns:
        The copy's folder.

    Raises:
        UserError: The run cannot be copied there.
    """
    copy = target / run.experiment / run.name
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        _copy(run.folder, copy)
        _point_latest(copy)
    except OSError as error:
        raise UserError(f"{target}: the run cannot be copied there: {describe(error)}") from error
    return copy


def _copy(source: Path, copy: Path) -> None:
    if copy.resolve().is_relative_to(source):
        raise UserError(f"{copy}: lies in the run itself; choose a folder elsewhere")
    if _is_run(copy):
        _write_files(source, copy)
        return
    if copy.exists() or copy.is_symlink():
        raise UserError(f"{copy}: is in the way, it is no copy of a run; move it or choose another folder")
    with partial_folder(copy.parent) as partial:
        _write_files(source, partial)
        partial.rename(copy)


def _write_files(source: Path, copy: Path) -> None:
    for file in sorted(source.rglob("*")):
        inner = file.relative_to(source)
        if file.is_file() and not any(part.startswith(".") for part in inner.parts):
            (copy / inner).parent.mkdir(parents=True, exist_ok=True)
            write_bytes(copy / inner, file.read_bytes())


def _point_latest(copy: Path) -> None:
    """Let `latest` be a link to the newest run; where no links can be made, a copy of it."""
    latest = copy.parent / "latest"
    newest = max(folder.name for folder in copy.parent.iterdir() if folder != latest and _is_run(folder))
    if latest.exists() and not latest.is_symlink() and not _is_run(latest):
        raise UserError(f"{latest}: is in the way, it is neither a link nor a copy of a run; move it")
    if latest.is_symlink() or not latest.exists():
        try:
            point_link(latest, newest)
        except OSError:  # such as on a memory stick
            _copy_latest(copy.parent / newest, latest)
    else:
        _copy_latest(copy.parent / newest, latest)


def _copy_latest(newest: Path, latest: Path) -> None:
    refuse_links_out_of(newest)
    with partial_folder(latest.parent) as partial, partial_folder(latest.parent) as before:
        _write_files(newest, partial)
        if latest.exists():
            latest.rename(before / "latest")
        partial.rename(latest)


def _is_run(folder: Path) -> bool:
    return not folder.name.startswith(".") and (folder / MANIFEST).is_file()
