"""The cache of data: arrays that need not be decoded twice, and a place for downloads.

    <cache>/data/<source>-<key>/    four .npy arrays and meta.json; key: of what the source files hold
    <cache>/data/sent-<key>/        the same, where another machine sent it; key: of the data set's digest
    <cache>/downloads/              archives, downloaded or placed there by hand

<cache> is the environment variable REPORTGEN_CACHE, or the user's cache folder. Everything is
written beside its place and renamed into it, so a kill half-way leaves nothing that counts.
"""

import contextlib
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from reportgen.data.contents import State, contents, state
from reportgen.data.dataset import ARRAYS, Column, Dataset, digest_of
from reportgen.data.errors import DataError
from reportgen.data.notes import Note
from reportgen.data.progress import note
from reportgen.files.atomic import partial_folder, remove_abandoned_folders
from reportgen.files.resources import cache_folder

FORMAT = 4
"""Part of every key: raise it when decoding or the layout of an entry changes."""

_until_exit: list[tempfile.TemporaryDirectory[str]] = []

_sound: dict[Path, list[State]] = {}
"""The entries that this process has held against their digests, and the state in which their files were."""


def downloads_folder() -> Path:
    """Where archives are looked for; it need not exist yet."""
    return cache_folder() / "downloads"


def cached(source: str, identity: object, files: Sequence[Path], decode: Callable[[], Dataset]) -> Dataset:
    """Return the data set stored for what the source files hold, or decode it and store it.

    Args:
        source: The name of the source.
        identity: Whatever JSON can hold that the data set depends on besides the files.
        files: The source's files.
        decode: Makes the data set of them. A damaged entry is built anew by it and never used: each process
            holds an entry against its digest. Where nothing can be stored, the data set stays in memory.
    """
    held = contents(files)
    text = json.dumps([FORMAT, source, identity, held])
    key = hashlib.sha256(text.encode()).hexdigest()[:16]
    entry = cache_folder() / "data" / f"{source}-{key}"
    remove_abandoned_folders(entry.parent)
    there = entry.exists()
    stored = read_entry(entry)
    if stored is not None:
        return stored
    if there:
        note(f"{entry}: the data that were kept here are damaged; they are read from their source again")
    shutil.rmtree(entry, ignore_errors=True)
    dataset = decode()
    if contents(files) != held:
        raise DataError(f"source {source}: its files changed while they were read: start again")
    # No room, no permission, or another process was first: none of these is this caller's trouble.
    with contextlib.suppress(OSError):
        write_entry(entry, dataset)
    # Read back, so that the decoded copy's memory is free again and the pages are shared.
    return read_entry(entry) or dataset


def find_stored(digest: str) -> Dataset | None:
    """Return the data set of this digest, whatever source it was stored for; None where there is none.

    Args:
        digest: Of its images, labels, shapes and class names. What a source says beside them is not stored:
            the default split is that of no source.
    """
    for meta in sorted((cache_folder() / "data").glob("*/meta.json")):
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            if json.loads(meta.read_text(encoding="utf-8"))["digest"] == digest:
                dataset = read_entry(meta.parent)
                if dataset is not None:
                    return dataset
    return None


def store_sent(dataset: Dataset) -> bool:
    """Store a data set that another machine sent; return whether it can be found now.

    Args:
        dataset: All of it.
    """
    entry = cache_folder() / "data" / f"sent-{dataset.digest[:16]}"
    if entry.exists() and read_entry(entry) is None:
        shutil.rmtree(entry, ignore_errors=True)
    with contextlib.suppress(OSError):
        write_entry(entry, dataset)
    return find_stored(dataset.digest) is not None


def writable_or_temporary(folder: Path) -> Path:
    """The folder itself, made if need be; where it cannot be written, one that lasts until exit."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        _until_exit.append(tempfile.TemporaryDirectory(prefix="reportgen-"))
        return Path(_until_exit[-1].name)


def write_entry(entry: Path, dataset: Dataset) -> None:
    """Write a data set into a folder of its own, whole or not at all.

    Args:
        entry: The folder.
        dataset: What it is to hold.

    Raises:
        OSError: It cannot be written, or is there already.
    """
    entry.parent.mkdir(parents=True, exist_ok=True)
    with partial_folder(entry.parent) as room:
        draft = room / "entry"
        draft.mkdir()
        for name in ARRAYS:
            np.save(draft / f"{name}.npy", getattr(dataset, name), allow_pickle=False)
        meta = {
            "source": dataset.source,
            "classes": dataset.classes,
            "digest": dataset.digest,
            "origin": dataset.origin,
            "columns": [asdict(column) for column in dataset.columns],
            "notes": [asdict(kept) for kept in dataset.notes],
        }
        (draft / "meta.json").write_text(json.dumps(meta, ensure_ascii=False, indent=2), encoding="utf-8")
        draft.replace(entry)


def read_entry(entry: Path) -> Dataset | None:
    """Return the data set of a folder, its arrays mapped copy-on-write; None where it is none or damaged.

    Args:
        entry: The folder.
    """
    try:
        states = [state(file) for file in sorted(entry.iterdir())]
        meta = json.loads((entry / "meta.json").read_text(encoding="utf-8"))
        # numpy checks that each file is as long as its shape says, and the digest all else but the types
        arrays = {name: np.load(entry / f"{name}.npy", mmap_mode="c", allow_pickle=False) for name in ARRAYS}
        columns = tuple(
            Column(kept["name"], None if kept["categories"] is None else tuple(kept["categories"]))
            for kept in meta["columns"]
        )
        of_inputs = np.float64 if columns else np.uint8
        if any(arrays[name].dtype != (of_inputs if "inputs" in name else np.int64) for name in ARRAYS):
            return None
        dataset = Dataset(
            source=meta["source"],
            classes=tuple(meta["classes"]),
            digest=meta["digest"],
            origin=meta["origin"],
            columns=columns,
            notes=tuple(Note(**fields) for fields in meta["notes"]),
            **arrays,
        )
        if _sound.get(entry) != states:
            if digest_of(dataset) != dataset.digest:
                return None
            _sound[entry] = states
        return dataset
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return None
