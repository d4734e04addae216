"""Labelled images, or rows of a table, from any source: load them, split them."""

from reportgen.data.dataset import Column, Dataset
from reportgen.data.duplicates import duplicates
from reportgen.data.errors import DataError
from reportgen.data.features import Encoding, encoded, unseen_categories
from reportgen.data.near_copies import near_copies
from reportgen.data.notes import Note
from reportgen.data.sources.by_name import SOURCES, load
from reportgen.data.sources.table import TableKeys
from reportgen.data.splits import Part, Splits, resplit, split, subset

__all__ = [
    "SOURCES", "Column", "DataError", "Dataset", "Encoding", "Note", "Part", "Splits", "TableKeys",
    "duplicates", "encoded", "load", "near_copies", "resplit", "split", "subset", "unseen_categories",
]  # fmt: skip
