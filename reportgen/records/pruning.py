"""Old runs removed, with what only they needed; a baseline never."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reportgen.records import run_folder
from reportgen.records.claims import Claims
from reportgen.records.history import History

KEY = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True)
class Freed:
    """A run or a trial's files that went, and their size in bytes."""

    what: str
    size: int


def prune_runs(history: History, experiments: Sequence[str], keep: int, *, dry: bool) -> list[Freed]:
    """Remove all but the newest runs of some experiments.

    A baseline stays, and so does the run that `latest` names: where the clock was wrong once, it need not be
    the newest by its name. A trial that no other run needs goes with them, unless another program uses it
    now; one that no run has used since it was trained stays, for somebody may want to go on there. What they
    reached stays in the history.

    Args:
        history: Of the output folder.
        experiments: Their names.
        keep: How many runs of each stay.
        dry: Only say what would go.

    Returns:
        What went, or would go.
    """
    going: list[Path] = []
    for experiment in experiments:
        known = {(experiment, past.run) for past in history.runs(experiment)}  # others may be anyone's
        there = run_folder.runs_in(history.output)
        runs = [folder for folder in there if (folder.parent.name, folder.name) in known]
        staying = {*history.baseline(experiment), run_folder.latest(history.output / experiment)}
        going += [folder for folder in runs[:-keep] if folder.name not in staying]
    used: dict[str, str] = {}
    for folder in going:
        for key, finished in _uses(folder).items():
            used[key] = max(finished, used.get(key, ""))
    with Claims(history.output / run_folder.TRIALS / "claims") as claims:
        unused = [key for key in sorted(used) if claims.take_unused(key)]
        # looked up only now: until here another program may have used one and written its run
        staying_runs = [folder for folder in run_folder.runs_in(history.output) if folder not in going]
        needed = {key for folder in staying_runs for key in _uses(folder)}
        unneeded = [key for key in unused if key not in needed and not _is_newer(history, key, used[key])]
        freed = [Freed(f"{folder.parent.name}/{folder.name}", _size(folder)) for folder in going]
        files = [history.output / run_folder.TRIALS / key for key in unneeded]
        freed += [Freed(f"trial {folder.name[:12]}", _size(folder)) for folder in files if folder.is_dir()]
        if not dry:
            _remove_runs(going)
            for folder in files:
                shutil.rmtree(folder, ignore_errors=True)
            with history.database.transaction():
                for key in unneeded:
                    history.database.execute("DELETE FROM trials WHERE key = ?", key)
    return freed


def _remove_runs(folders: Sequence[Path]) -> None:
    for folder in folders:
        # out of sight in one step, so that no half of a run is ever seen
        hidden = folder.with_name(f"{run_folder.PRUNED}{folder.name}")
        with contextlib.suppress(FileNotFoundError):  # another program removes it as well
            folder.rename(hidden)
            shutil.rmtree(hidden)


def _uses(folder: Path) -> dict[str, str]:
    """The keys of the trials that a run used, each with the time when the run had finished."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        keys, finished = manifest["kept_trials"], str(manifest["times"]["finished"])
        return {key: finished for key in keys if KEY.fullmatch(key)}  # others could lead anywhere
    except (OSError, ValueError, KeyError, TypeError):  # damaged, or of an older version
        return {}


def _is_newer(history: History, key: str, used: str) -> bool:
    """Whether a trial was trained again after it was used."""
    rows = history.database.execute("SELECT 1 FROM trials WHERE key = ? AND finished > ?", key, used)
    return bool(rows)


def _size(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir())
