"""The keys of [data] that a user's data need, found by looking at them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import tomlkit

from reportgen.errors import UserError, nearest

KINDS = {
    ".npz": "npz",
    ".csv": "table",
    ".tsv": "table",
    ".txt": "table",
    ".parquet": "table",
}
"""The sources of files, by their endings."""
READABLE = "a folder of images, an .npz file, or a table (.csv, .tsv, .txt, .parquet)"
LABELS = ("label", "class", "target", "species", "category", "outcome", "y")
"""What the column of the classes is usually called."""
MOST_CLASSES = 20
"""A last column of more different values is not taken for that of the classes."""


@dataclass(frozen=True)
class Key:
    """A key of an experiment with its value, and what it is about."""

    name: str
    value: str | list[int]
    comment: str

    @property
    def line(self) -> str:
        """The key as it stands in the file."""
        return f"{self.name} = {tomlkit.item(self.value).as_string()}"


def keys_of(data: Path, place: str, label: str | None) -> list[Key]:
    """Return the keys that say what a user's data are.

    Args:
        data: A folder or a file.
        place: The same as the experiment says it.
        label: The column of a table's classes, where the user says it.

    Raises:
        UserError: It is not there, of no kind that is read, or it is not told which column has the classes.
    """
    if not data.exists():
        raise UserError(f"--data {data}: is not there; give {READABLE}")
    source = "folder" if data.is_dir() else KINDS.get(data.suffix.lower())
    if source is None:
        raise UserError(f"--data {data}: is no data that can be read; give {READABLE}")
    if label is not None and source != "table":
        raise UserError(f"--label {label}: is for the columns of a table, which {data} is not; leave it out")
    keys = [
        Key("source", source, "what kind of data it is"),
        Key("path", place, "where it is, seen from this file"),
    ]
    if source == "table":
        keys.append(Key("label", label_of(data, label), "the column of the classes"))
    return [*keys, Key("name", data.resolve().stem, "what the report calls the data")]


def label_of(data: Path, label: str | None) -> str:
    """Return the column of a table's classes: the user's, else one that is usually called so, else the last.

    Args:
        data: The table.
        label: What the user says.

    Raises:
        UserError: There is no such column, or none is likely; the line names those that there are.
    """
    from reportgen.data.sources.table_file import read_frame

    frame = read_frame(data)
    columns = list(frame.columns)
    there = f"there are: {', '.join(columns)}"
    if label is not None:
        if label not in columns:
            raise UserError(f"--label {label}: {data} has no such column{nearest(label, columns)}; {there}")
        return label
    usual = {name.casefold(): name for name in reversed(columns)}
    for name in LABELS:
        if name in usual:
            return usual[name]
    if frame[columns[-1]].nunique() <= MOST_CLASSES:
        return columns[-1]
    raise UserError(f"--data {data}: name the column that has the classes with --label COLUMN; {there}")


def further_key(error: UserError) -> Key | None:
    """Return the key that mends what a source refuses, as its message says; None where it names none.

    Args:
        error: The source's.
    """
    if size := re.search(r"resize = \[(\d+), (\d+)\]", str(error)):
        return Key("resize", [int(size[1]), int(size[2])], "height and width that the images are scaled to")
    if 'missing = "fill"' in str(error):
        return Key("missing", "fill", "empty cells take what is usual in their column")
    return None
