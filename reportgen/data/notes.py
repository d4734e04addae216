"""What was done to a user's data, or left out of it: printed once, and told by the report."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reportgen.errors import is_printable

TEXTS = {
    "left_out": "files left out, being no images in a class folder: {count}, the first is {first}",
    "resized": "images scaled to {height} x {width} pixels (height x width): {count} of {images}",
    "split": "without parts of its own, the data set is split with seed {seed} and every class in proportion:"
    " {train} to train, {validation} to validate, {test} to test",
    "channels_first": "{arrays}: the channels ({channels}) stand before height and width,"
    " and are moved behind",
    "whole_floats": "{arrays}: floating-point numbers, all of them whole from 0 to 255, are taken as bytes",
    "from_zero_to_one": "{arrays}: values from 0 to 1 are multiplied by 255 and rounded",
    "one_hot": "{array}: one-hot rows of {classes} are turned into class numbers",
    "features": "{arrays}: rows of {columns} values are taken as features, not as images",
    "resplit": "every trial's seed draws a split of its own;"
    " what is shown of the data is that of seed {seed}",
    "split_column": "the column {column} splits the rows:"
    " {train} to train, {validation} to validate, {test} to test",
    "filled": "empty cells: {cells} (columns: {columns}, the first of them {first});"
    " a number becomes the mean of the training rows, a category none of those known",
    "unseen": "categories that no training row has: {cells} cells of other rows,"
    " the most in the column {first}; they count as none of those known",
}
"""By key; the report's catalogue has the same sentences under `[data_note]`, in both languages."""


@dataclass(frozen=True)
class Note:
    """One sentence about the data: a key of TEXTS, and the values that are filled in."""

    key: str
    values: Mapping[str, int | str]

    @property
    def line(self) -> str:
        """The sentence as it is printed."""
        return TEXTS[self.key].format(**self.values)


def shown_path(path: Path, folder: Path) -> str:
    """Return a file's path below a folder, with what cannot be printed written out."""
    name = path.relative_to(folder).as_posix()
    return name if is_printable(name) else ascii(name)
