"""Labelled images from any source: load them, split them."""

from reportgen.data.dataset import Dataset
from reportgen.data.duplicates import duplicates
from reportgen.data.errors import DataError
from reportgen.data.notes import Note
from reportgen.data.sources.by_name import SOURCES, load
from reportgen.data.splits import Part, Splits, split, subset

__all__ = [
    "SOURCES",
    "DataError",
    "Dataset",
    "Note",
    "Part",
    "Splits",
    "duplicates",
    "load",
    "split",
    "subset",
]
