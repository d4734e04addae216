"""A user's own image files: train/CLASS/* and test/CLASS/*, or CLASS/* to be split."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from reportgen.data.cache import cached
from reportgen.data.dataset import Dataset, check_class_names, make_dataset
from reportgen.data.errors import DataError
from reportgen.data.notes import Note, shown_path
from reportgen.data.sources.image_files import Size, look_at, read_pixels

PARTS = ("train", "test")
OF_SYSTEMS = {"thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx"}
"""What systems leave beside images, in lower case; hidden files are the others."""
TEXTS = {
    ".txt", ".md", ".rst", ".csv", ".tsv", ".json", ".xml", ".yaml", ".yml", ".toml", ".html", ".log", ".ini",
}  # fmt: skip
"""How the names of text files end."""


@dataclass(frozen=True)
class _Listing:
    """The files of one part in order, with each file's class as a number."""

    files: list[Path]
    labels: list[int]


def load(path: Path, *, resize: tuple[int, int] | None = None) -> Dataset:
    """The images below the folder, classes and files in the order of their names.

    Args:
        path: Of the folder. Without train and test in it, the data set has no test part of its own.
        resize: Height and width that images of other sizes are scaled to; None where all must have one size.

    Raises:
        DataError: The folder is not of this form, or a file is no image.
    """
    if not path.is_dir():
        what = "is a file, not a folder" if path.exists() else "does not exist"
        raise DataError(
            f"image folder {path} {what}: give a folder with train/CLASS/* and test/CLASS/* in it,"
            " or with CLASS/* to be split"
        )
    left_out: list[Path] = []
    if any((path / part).is_dir() for part in PARTS):
        beside, others = _sort(path)
        left_out += [*others, *(entry for entry in beside if not entry.is_dir())]
        classes = _shared_classes(path, left_out)
        train, test = (_list_part(path / part, classes, left_out) for part in PARTS)
    else:
        classes = _class_folders(path, left_out)
        train, test = _list_part(path, classes, left_out), _Listing([], [])
    check_class_names(classes, f"image folder {path}")
    files = [*train.files, *test.files]
    identity = [path.resolve().name, [str(file.relative_to(path)) for file in files], resize]
    size = None if resize is None else (resize[1], resize[0])
    dataset = cached("folder", identity, files, lambda: _decode(path, classes, train, test, size))
    notes = dataset.notes
    if left_out:
        notes += (Note("left_out", {"count": len(left_out), "first": shown_path(min(left_out), path)}),)
    # The files come sorted by class: without a shuffle the first part would hold the first classes only.
    return replace(dataset, default_seed=0, notes=notes)


def _shared_classes(path: Path, left_out: list[Path]) -> list[str]:
    """The names of the class folders, which train and test must share."""
    for part in PARTS:
        if not (path / part).is_dir():
            raise DataError(f"image folder {path} has no folder {part}: put images into {path / part}/CLASS/")
    names = {part: _class_folders(path / part, left_out) for part in PARTS}
    for part, other in (PARTS, reversed(PARTS)):
        lonely = sorted(set(names[part]) - set(names[other]))
        if lonely:
            raise DataError(
                f"image folder {path}: the class folder {part}/{lonely[0]} has no partner"
                f" {other}/{lonely[0]}: add it or remove the other"
            )
    return names["train"]


def _class_folders(folder: Path, left_out: list[Path]) -> list[str]:
    """The names of the folders in a folder; what else is there is left out."""
    entries, others = _sort(folder)
    left_out += [*others, *(entry for entry in entries if not entry.is_dir())]
    names = sorted(entry.name for entry in entries if entry.is_dir())
    if not names:
        raise DataError(f"image folder {folder} has no class folders: put images into {folder}/CLASS/")
    return names


def _list_part(folder: Path, classes: list[str], left_out: list[Path]) -> _Listing:
    listing = _Listing([], [])
    for label, name in enumerate(classes):
        entries, others = _sort(folder / name)
        left_out += others
        files = sorted(entries)
        if not files:
            raise DataError(f"class folder {folder / name} is empty: put images into it, or remove the class")
        for file in files:
            if file.is_dir():
                raise DataError(
                    f"{file} is a folder, where an image is expected: put images into {folder}/CLASS/"
                )
        listing.files.extend(files)
        listing.labels.extend([label] * len(files))
    return listing


def _sort(folder: Path) -> tuple[list[Path], list[Path]]:
    """What is in the folder and may be meant; and what systems and people leave beside images.

    Hidden folders, such as those of version control, are in neither.
    """
    meant, left_out = [], []
    for entry in folder.iterdir():
        hidden = entry.name.startswith(".")
        if hidden or entry.name.lower() in OF_SYSTEMS or entry.suffix.lower() in TEXTS:
            if not (hidden and entry.is_dir()):
                left_out.append(entry)
        else:
            meant.append(entry)
    return meant, left_out


def _decode(path: Path, classes: list[str], train: _Listing, test: _Listing, resize: Size | None) -> Dataset:
    files = [*train.files, *test.files]
    look = look_at(files, resize)
    parts = [
        (read_pixels(part.files, look, f"image folder {path}"), np.array(part.labels))
        for part in (train, test)
    ]
    dataset = make_dataset("folder", parts[0], parts[1], classes, f"image folder {path.resolve().name}")
    if not look.others:
        return dataset
    width, height = look.size
    counts: dict[str, int | str] = {"count": look.others, "images": len(files)}
    return replace(dataset, notes=(Note("resized", {**counts, "height": height, "width": width}),))
