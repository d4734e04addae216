"""An experiment's file, found and read.

Every mistake is a line that names the file, the key, the value and what is allowed.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from reportgen.errors import nearest
from reportgen.experiment.model import Experiment
from reportgen.experiment.overrides import Overrides
from reportgen.experiment.refusals import ExperimentError, explain
from reportgen.files.atomic import kind
from reportgen.files.resources import experiments as ready_experiments

LARGEST_FILE = 1_000_000
"""The most bytes of an experiment file; those of people have a few thousand."""
NAME = re.compile(r"\w([\w .()+-]*[\w)+])?")
LONGEST_NAME = 200
"""The most bytes of an experiment's name; file systems take 255, and other names are made from it."""
RESERVED = ("latest", "index.html", "readme.md", "reportgen.sqlite")


@dataclass(frozen=True)
class Source:
    """The experiment of a run: its name, its text as it was read, and what it says.

    options: those of the command line that changed it, such as --seeds 7.
    """

    name: str
    file: Path
    text: str
    experiment: Experiment
    options: tuple[str, ...] = ()


def find(name: str) -> Path:
    """The file that a command line names: a path, or the name of a ready experiment."""
    path = Path(name)
    try:
        if path.is_file():
            return path
        if path.exists() and (what := kind(path.stat())) != "folder":
            raise ExperimentError(
                f"{name}: is a {what}, where an experiment file is expected; save it as a file"
            )
    except OSError as error:
        raise ExperimentError(f"{name}: cannot be read ({error.strerror})") from error
    ready = dict(sorted((file.stem, file) for file in ready_experiments().glob("*.toml")))
    if path.stem in ready and path.parent in (Path(), Path("experiments")):
        return ready[path.stem]
    raise ExperimentError(
        f"{name}: no such experiment file, and no ready experiment of that name"
        f"{nearest(path.stem, list(ready))}; ready ones: {', '.join(ready)}"
    )


def find_source(name: str, overrides: Overrides) -> Source:
    """Return the experiment that a user names, with what is asked for instead of what its file says.

    Args:
        name: A path, or the name of a ready experiment.
        overrides: What is asked for.

    Raises:
        ExperimentError: There is no such experiment, or something is wrong with it, a line for each mistake.
    """
    file = find(name)
    experiment = read(file, overrides.by_table())  # first: it says what is wrong with a file
    return Source(
        name=name_of(file),
        file=file,
        text=file.read_text(encoding="utf-8-sig"),
        experiment=experiment,
        options=overrides.arguments(whole_path=False),
    )


def name_of(path: Path) -> str:
    """The experiment's name: that of its file. It becomes that of a folder, so not every one will do."""
    name = path.stem
    if not NAME.fullmatch(name):
        raise ExperimentError(
            f"{path}: the runs' folder is named after the file, and {name!r} will not do: use letters,"
            " digits, spaces and any of . _ - + ( ), a letter or digit first"
        )
    if len(name.encode()) > LONGEST_NAME:
        raise ExperimentError(f"{path}: its name is too long for a folder's; rename the file")
    if name.casefold().startswith(RESERVED):
        raise ExperimentError(
            f"{path}: no experiment can be called {name!r}, since the output folder has other things of"
            " that name; rename the file"
        )
    return name


def read_text(path: Path) -> str:
    """Return the text of an experiment file, with plain line ends.

    Args:
        path: The file.

    Raises:
        ExperimentError: It cannot be read, is too large, or no text.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise ExperimentError(f"{path}: has more than {LARGEST_FILE:,} bytes; is it an experiment?")
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except OSError as error:
        raise ExperimentError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ExperimentError(f"{path}: is not UTF-8 text (byte {error.start}); save it as UTF-8") from error


def read(path: Path, overrides: dict[str, dict[str, Any]] | None = None) -> Experiment:
    """Read and check an experiment file; see `parse`.

    Args:
        path: The file.
        overrides: What the command line sets instead.

    Raises:
        ExperimentError: What to mend, a line for each mistake.
    """
    return parse(path, read_text(path), overrides)


def parse(path: Path, text: str, overrides: dict[str, dict[str, Any]] | None = None) -> Experiment:
    """Return what the text of an experiment says, checked.

    Args:
        path: Its file, for the messages.
        text: What is in it.
        overrides: Values to set by table and key before checking, as the command line does; None takes a key
            away, and a table that the file lacks stays absent. The keys that stand in no table have the
            empty name.

    Raises:
        ExperimentError: What to mend, a line for each mistake.
    """
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # beside its own, for endless numbers and nested lists
        raise ExperimentError(f"{path}: is not valid TOML: {error}") from error
    content |= (overrides or {}).get("", {})
    for table, values in (overrides or {}).items():
        if isinstance(content.get(table), dict):
            merged = content[table] | values
            content[table] = {key: value for key, value in merged.items() if value is not None}
    try:
        return Experiment.model_validate(content)
    except ValidationError as error:
        refused = ExperimentError(*explain(error)).within(path)
        refused.content = content
        raise refused from error
