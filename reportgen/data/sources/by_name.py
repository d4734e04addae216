"""The sources by name."""

from collections.abc import Callable, Sequence
from pathlib import Path

from reportgen.data.dataset import Dataset, rename_classes
from reportgen.data.errors import DataError, reason
from reportgen.data.sources import cifar10, digits, fashion_mnist, image_folder, npz, table
from reportgen.errors import nearest

_WITHOUT_PATH: dict[str, Callable[[], Dataset]] = {
    "digits": digits.load,
    "cifar10": cifar10.load,
    "fashion-mnist": fashion_mnist.load,
}
_WITH_PATH = ("npz", "folder", "table")

SOURCES: tuple[str, ...] = (*_WITHOUT_PATH, *_WITH_PATH)
"""The names that `load` knows."""


def load(
    source: str,
    path: Path | None = None,
    *,
    classes: Sequence[str] | None = None,
    resize: tuple[int, int] | None = None,
    columns: table.TableKeys | None = None,
) -> Dataset:
    """Return the data set of a source: decoded once, afterwards mapped from the cache.

    Args:
        source: Its name.
        path: The file of an npz or table source or the folder of a folder source, and None for the others.
        classes: Other names for the source's classes, in label order.
        resize: Height and width that the images of a folder are scaled to.
        columns: What the columns of a table are.

    Raises:
        DataError: Whatever is wrong with the data or its files, in one line.
    """
    try:
        dataset = _load(source, path, resize, columns)
    except OSError as error:
        # A missing permission, a link to nowhere, a disk that fails: the reason names the file.
        raise DataError(f"source {source} cannot be read ({reason(error)}): check the file") from error
    return dataset if classes is None else rename_classes(dataset, classes)


def _load(
    source: str, path: Path | None, resize: tuple[int, int] | None, columns: table.TableKeys | None
) -> Dataset:
    if source in _WITHOUT_PATH:
        if path is not None:
            raise DataError(
                f"source {source} takes no path, but path = {path}: leave it out, or use"
                f" {' or '.join(_WITH_PATH)}"
            )
        return _WITHOUT_PATH[source]()
    if source in _WITH_PATH:
        if path is None:
            raise DataError(f"source {source} needs a path: say where the data lies (path, or --data-path)")
        path = Path(path).expanduser()
        if source == "folder":
            return image_folder.load(path, resize=resize)
        if source == "npz":
            return npz.load(path)
        if columns is None:
            raise DataError(f"source {source} needs the name of the column of the labels")
        return table.load(path, columns)
    raise DataError(
        f"unknown data source {source!r}{nearest(source, SOURCES)}: choose one of {', '.join(SOURCES)}"
    )
