"""From what the user calls a run to its folder."""

from __future__ import annotations

from pathlib import Path

from reportgen.errors import UserError
from reportgen.records import run_folder


def find_run(name: str, output: Path) -> Path:
    """Return the folder of a run.

    Args:
        name: Its path, EXPERIMENT/RUN, EXPERIMENT for its newest, or RUN.
        output: The folder of all runs.

    Raises:
        UserError: There is none, or more than one.
    """
    for folder in (Path(name), output / name):
        for found in (folder, folder / "latest"):
            if (found / "manifest.json").is_file():
                return found.resolve()
    same = [folder for folder in run_folder.runs_in(output) if folder.name == name]
    if len(same) == 1:
        return same[0].resolve()
    if same:
        either = " or ".join(f"{folder.parent.name}/{folder.name}" for folder in same)
        raise UserError(f"{name}: several experiments have a run of this name; say {either}")
    raise UserError(f"{name}: there is no such run in {output}; `reportgen list` shows the runs")
