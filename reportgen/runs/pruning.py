"""Old runs removed, with what only they needed; a baseline never."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reportgen.runs import store
from reportgen.runs.finished_trials import FOLDER
from reportgen.runs.history import History


@dataclass(frozen=True)
class Freed:
    """A run or a trial's files that went, and their size in bytes."""

    what: str
    size: int


def prune_runs(history: History, experiments: Sequence[str], keep: int, *, dry: bool) -> list[Freed]:
    """Remove all but the newest `keep` runs of these experiments, and never a baseline.

    A trial that no other run needs goes with them; one that no run has used yet stays, for somebody may
    want to go on there. What they reached stays in the history. dry: only say what would go.
    """
    there = store.runs_in(history.output)
    going = []
    for experiment in experiments:
        of_experiment = sorted(folder for folder in there if folder.parent.name == experiment)
        old = of_experiment[: max(0, len(of_experiment) - keep)]
        going += [folder for folder in old if folder.name != history.baseline(experiment)]
    needed = {key for folder in there if folder not in going for key in _trials(folder)}
    unneeded = {key for folder in going for key in _trials(folder)} - needed
    freed = [Freed(f"{folder.parent.name}/{folder.name}", _size(folder)) for folder in going]
    files = [history.output / FOLDER / key for key in sorted(unneeded)]
    freed += [Freed(f"trial {folder.name[:12]}", _size(folder)) for folder in files if folder.is_dir()]
    if not dry:
        for folder in going:
            # out of sight in one step, so that no half of a run is ever seen
            hidden = folder.with_name(f"{store.PRUNED}{folder.name}")
            folder.rename(hidden)
            shutil.rmtree(hidden)
        for folder in files:
            shutil.rmtree(folder, ignore_errors=True)
        with history.database.transaction():
            for key in unneeded:
                history.database.execute("DELETE FROM trials WHERE key = ?", key)
    return freed


def _trials(folder: Path) -> list[str]:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        return list(manifest["kept_trials"])
    except (OSError, ValueError, KeyError, TypeError):  # damaged, or of an older version
        return []


def _size(folder: Path) -> int:
    return sum(file.lstat().st_size for file in folder.rglob("*") if not file.is_dir())
