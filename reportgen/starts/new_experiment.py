"""A new experiment as text: commented, a user's data put in, with settings that are possible on them."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import tomlkit

from reportgen.errors import UserError
from reportgen.execution.prepare import data_settings, prepare
from reportgen.execution.worker import load_data
from reportgen.experiment.front_matter import NO_FRONT_MATTER, FrontMatter
from reportgen.experiment.reading import Source, name_of, parse, read_text
from reportgen.experiment.stages import COMPARISON, TUNED
from reportgen.files.resources import PACKAGE
from reportgen.planning.tuned_file import move_paths
from reportgen.starts.data_keys import further_key, keys_of
from reportgen.starts.seen_data import Facts

TEXT = PACKAGE / "starts" / "texts" / "experiment.toml"
"""What an experiment begins with that is a copy of no other."""


def compose(
    target: Path,
    *,
    base: Path | None = None,
    data: Path | None = None,
    label: str | None = None,
    front_matter: FrontMatter = NO_FRONT_MATTER,
) -> str:
    """Return the text of a new experiment, which was found to be possible.

    Args:
        target: Where it will be; it is not written.
        base: The experiment to copy, with its comments; without, the program's own start.
        data: A folder of images, an .npz file or a table to train on, instead of what the base does.
        label: The column of a table's classes; without it, it is guessed.
        front_matter: Title, author and course, instead of the base's.

    Raises:
        UserError: What the text rests on cannot be read, or the experiment is not possible on the data.
    """
    name = name_of(target)
    text = read_text(base or TEXT)
    if base is not None:
        parse(base, text)  # what is wrong in it is said of its own file
        text = move_paths(text, base, target)
    text = insert_front_matter(text, front_matter)
    if data is None:
        parse(target, text)
        return text
    keys = keys_of(data, place_of(data, target), label)
    loaded = None
    while loaded is None:
        bare = parse(target, _with_data(text, [key.line for key in keys]))
        try:
            loaded = load_data(data_settings(bare, target))
        except UserError as error:
            key = further_key(error)
            if key is None or key in keys:
                raise
            keys.append(key)
    facts = Facts.of(loaded.dataset, loaded.splits)
    text = _fit(_with_data(text, facts.table(keys)), facts, own=base is None)
    prepare(Source(name, target, text, parse(target, text)))
    return text


def place_of(data: Path, target: Path) -> str:
    """Return the path of the data as the experiment says it: relative to it, but where the user's is whole.

    Args:
        data: As the user says it.
        target: Where the experiment will be.
    """
    if data.expanduser().is_absolute():
        return str(data)
    return os.path.relpath(data.resolve(), target.parent.resolve())


def insert_front_matter(text: str, front_matter: FrontMatter) -> str:
    """Write title, author and course into an experiment's text, instead of what it has there.

    Args:
        text: Of the experiment; a line of comment that shows how a key would stand there becomes the key.
        front_matter: What to write.
    """
    for key, line in front_matter.given().items():
        setting = f"{key} = {_quoted(line)}"
        text, shown = re.subn(
            rf'^# {key} = "[^"]*"', setting.replace("\\", r"\\"), text, count=1, flags=re.MULTILINE
        )
        if not shown:
            document = tomlkit.parse(text)
            document[key] = line
            text = tomlkit.dumps(document)
    return text


def _with_data(text: str, lines: list[str]) -> str:
    """The text with another [data]."""
    document = tomlkit.parse(text)
    document["data"] = tomlkit.parse("\n".join(["[data]", *lines, "", ""]))["data"]
    return tomlkit.dumps(document)


def _fit(text: str, facts: Facts, *, own: bool) -> str:
    """The text with settings that the data allow; the program's own start with such as fit them."""
    document = tomlkit.parse(text)
    if own:
        comparison: Any = document[COMPARISON]
        comparison["hidden"], comparison["batch_size"], comparison["epochs"] = (
            [facts.units],
            facts.batch_size,
            facts.epochs,
        )
    for stage in (COMPARISON, TUNED):
        table: Any = document.get(stage, {})
        if table.get("subset", 0) > facts.train:
            del table["subset"]
        if table.get("batch_size", 0) > facts.train:
            table["batch_size"] = facts.batch_size
    return tomlkit.dumps(document)


def _quoted(value: str) -> str:
    return tomlkit.item(value).as_string()
