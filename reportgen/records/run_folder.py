"""A run's folder: what is written there, and how it is read again.

DIR/<experiment>/<run>/manifest.json   what was run, on what, with what
                       metrics.csv     a row per epoch
                       results.csv     a row per trial
                       search.csv      a row per trial of a search, where there was one
                       records/        what else the report needs: confusion.csv, history.csv, causes.csv,
                                       samples.npz, excerpts.json, experiment.toml, the tuned classifiers,
                                       insight.npz: what can be looked at of the first of these,
                                       answers.npz: which test images each trial told right,
                                       own_words.json: texts and pictures of the author's own
DIR/<experiment>/latest                a link to the newest run
DIR/.trials/<key>/                     a trial's checkpoints, or its finished classifier
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reportgen.errors import UserError, cannot_write
from reportgen.files import atomic
from reportgen.files.atomic import kind, point_link, write_bytes, write_text
from reportgen.files.csv_cells import guard_texts, unguard_texts
from reportgen.own_words import texts
from reportgen.own_words.texts import OwnWords
from reportgen.records.answers import Answers
from reportgen.records.manifest import Description, Manifest, checked, read_description, read_manifest

TEXT_COLUMNS = (
    "stage", "setup", "optimizer", "hyperparameters", "hidden", "status", "true", "predicted", "settings",
    "at_edge", "run", "started", "reference", "kind", "name", "before", "now",
)  # fmt: skip
TRIAL_COLUMNS = ("stage", "setup", "seed")
METRIC_COLUMNS = (
    "training_loss", "training_accuracy", "validation_loss", "validation_accuracy", "l2_term", "seconds",
)  # fmt: skip
SIZE_COLUMNS = ("gradient_norm", "update_norm", "parameter_norm")
"""Further columns of metrics.csv, which runs of older versions lack."""
EPOCH_COLUMNS = (*TRIAL_COLUMNS, "epoch", *METRIC_COLUMNS)
RESULT_COLUMNS = (
    *TRIAL_COLUMNS, "optimizer", "learning_rate", "hyperparameters", "hidden", "status", "best_epoch",
    *METRIC_COLUMNS, "test_accuracy", "test_correct", "test_images", "parameters",
)  # fmt: skip
SEARCH_COLUMNS = (
    *TRIAL_COLUMNS, "number", "settings", "learning_rate", "status", "epochs", "best_epoch",
    "validation_loss", "validation_accuracy", "seconds", "chosen", "at_edge",
)  # fmt: skip
LATER_SEARCH_COLUMNS = ("repeat", "rung")
"""Further columns of search.csv, which runs of older versions lack; all is 0 there."""
HISTORY_COLUMNS = ("run", "started", "reference", "stage", "setup", "seed", "score")
CAUSE_COLUMNS = ("reference", "kind", "name", "before", "now")
CONFUSION_COLUMNS = (*TRIAL_COLUMNS, "true", "predicted", "images")

TO_THE_LAST_DIGIT: dict[str, Any] = (
    {"float_precision": "round_trip"} if int(pd.__version__.partition(".")[0]) < 3 else {}
)
"""How pandas is told to read a number as it was written; from its version 3 on it does so unasked."""

RECORDS = "records"
INSIGHT, ANSWERS = "insight.npz", "answers.npz"
INSIGHT_ARRAYS = (
    "units", "before", "after", "scale", "images", "labels", "predicted", "probability",
)  # fmt: skip
PRUNED = ".pruned-"
TRIALS = ".trials"


@dataclass(frozen=True)
class Excerpt:
    """A piece of source code that ran: its text, and the file and line where it stands."""

    text: str
    file: str
    line: int


@dataclass(frozen=True, eq=False)
class RunRecords:
    """All that is kept of a run, as plain data.

    manifest_json: manifest.json as it is read and written. epochs, results, confusion: the tables of
    execution/tables.py. search: that of planning/search.py, without rows where nothing was searched. history,
    causes: the runs before and what has changed since, see records/history.py; without rows where there were
    none.
    sample_images: (N, H, W, C) bytes, with their labels (N,). excerpts: by name. insight: the arrays of
    training/measured/insight.py for the first tuned classifier; None where there is none, or it was not kept.
    words: the texts and pictures of the author's own; None where there are none. answers: which test images
    each trial told right; None in runs of a time when that was not kept.
    """

    manifest_json: dict[str, Any]
    epochs: pd.DataFrame
    results: pd.DataFrame
    search: pd.DataFrame
    confusion: pd.DataFrame
    sample_images: NDArray[np.uint8]
    sample_labels: NDArray[np.int64]
    excerpts: dict[str, Excerpt]
    experiment_text: str
    history: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(HISTORY_COLUMNS)))
    causes: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(CAUSE_COLUMNS)))
    insight: dict[str, NDArray[Any]] | None = None
    words: OwnWords | None = None
    answers: Answers | None = None

    @cached_property
    def description(self) -> Description:
        """What every reader may rely on. Raises ValueError for records that `read` would have refused."""
        return read_description(self.manifest_json)

    @cached_property
    def manifest(self) -> Manifest:
        """What a report needs to know of the run. Raises ValueError with one line where it is not there."""
        return read_manifest(self.manifest_json)


@contextlib.contextmanager
def partial_folder(experiment_folder: Path) -> Iterator[Path]:
    """A folder for a run that is not complete yet; gone again if it never is.

    What programs that were killed left behind in the experiment's folder is removed on the way.
    """
    with contextlib.ExitStack() as stack:
        try:
            experiment_folder.mkdir(parents=True, exist_ok=True)
            _remove_abandoned(experiment_folder)
            folder = stack.enter_context(atomic.partial_folder(experiment_folder))
            (folder / RECORDS).mkdir()
        except OSError as error:
            raise cannot_write(experiment_folder, error, "choose another folder with --output") from error
        yield folder


def keep(records: RunRecords, partial: Path, run: str) -> Path:
    """Write the records into the partial folder and make it the run's folder, in one step.

    Args:
        records: All of them.
        partial: Of `partial_folder`.
        run: The run's name.

    Returns:
        The run's folder.
    """
    write_text(
        partial / "manifest.json", json.dumps(records.manifest_json, ensure_ascii=False, indent=2) + "\n"
    )
    _write(records.epochs, partial / "metrics.csv")
    _write(records.results, partial / "results.csv")
    if len(records.search):
        _write(records.search, partial / "search.csv")
    inner = partial / RECORDS
    _write(records.confusion, inner / "confusion.csv")
    buffer = io.BytesIO()
    np.savez_compressed(buffer, images=records.sample_images, labels=records.sample_labels)
    write_bytes(inner / "samples.npz", buffer.getvalue())
    if len(records.history):
        _write(records.history, inner / "history.csv")
        _write(records.causes, inner / "causes.csv")
    excerpts = {name: vars(excerpt) for name, excerpt in records.excerpts.items()}
    write_text(inner / "excerpts.json", json.dumps(excerpts, ensure_ascii=False, indent=2) + "\n")
    write_text(inner / "experiment.toml", records.experiment_text)
    if records.answers is not None:
        write_bytes(inner / ANSWERS, records.answers.to_bytes())
    if records.words is not None:
        write_text(inner / texts.FILE, records.words.to_json())
    folder = partial.parent / run
    partial.rename(folder)
    return folder


def point_latest(folder: Path) -> None:
    """Let `latest` in the experiment's folder point to this run."""
    point_link(folder.parent / "latest", folder.name)


def latest(experiment_folder: Path) -> str | None:
    """The name of the run that `latest` points to; None where there is no such link."""
    try:
        return (experiment_folder / "latest").readlink().name
    except OSError:
        return None


def read(folder: Path) -> RunRecords:
    """Read a run's records. Raises UserError where they are missing or damaged."""
    if not (folder / "manifest.json").is_file():
        raise UserError(
            f"{folder}: is no run folder (it has no manifest.json); `reportgen list` shows the runs"
        )
    inner = folder / RECORDS
    try:
        _refuse_pipes(folder)
        with np.load(inner / "samples.npz", allow_pickle=False) as samples:
            sample_images, sample_labels = samples["images"], samples["labels"]
        excerpts = json.loads((inner / "excerpts.json").read_text(encoding="utf-8"))
        results = _table(folder / "results.csv", RESULT_COLUMNS)
        return RunRecords(
            manifest_json=checked(json.loads((folder / "manifest.json").read_text(encoding="utf-8"))),
            epochs=_table(folder / "metrics.csv", EPOCH_COLUMNS),
            results=results,
            search=_search(folder / "search.csv"),
            history=_table_if_there(inner / "history.csv", HISTORY_COLUMNS),
            causes=_table_if_there(inner / "causes.csv", CAUSE_COLUMNS),
            confusion=_table(inner / "confusion.csv", CONFUSION_COLUMNS),
            sample_images=sample_images,
            sample_labels=sample_labels,
            excerpts={name: Excerpt(**fields) for name, fields in excerpts.items()},
            experiment_text=(inner / "experiment.toml").read_text(encoding="utf-8"),
            insight=_arrays(inner / INSIGHT) if (inner / INSIGHT).is_file() else None,
            words=_words_if_there(inner / texts.FILE),
            answers=_answers_if_there(inner / ANSWERS, results),
        )
    except Exception as error:  # whatever a damaged file makes a reader raise
        raise UserError(
            f"{folder}: the run's records are damaged ({error}); run the experiment again"
        ) from error


def _refuse_pipes(folder: Path) -> None:
    """Whoever reads one would wait for ever."""
    for path in folder.rglob("*"):
        if path.exists() and (what := kind(path.stat())) not in ("file", "folder"):
            raise ValueError(f"{path.relative_to(folder)} is a {what}")


def runs_in(output: Path) -> list[Path]:
    """The folders of all runs in an output folder, oldest first within each experiment."""
    return sorted(
        manifest.parent
        for manifest in output.glob("*/*/manifest.json")
        if manifest.is_file() and _is_run(manifest.parent)
    )


def _is_run(folder: Path) -> bool:
    """Not a link to one, nor one that is being written or removed."""
    return not folder.is_symlink() and not folder.name.startswith(".")


def _arrays(path: Path) -> dict[str, NDArray[Any]]:
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in INSIGHT_ARRAYS}


def _words_if_there(path: Path) -> OwnWords | None:
    return texts.from_json(path.read_text(encoding="utf-8")) if path.is_file() else None


def _search(path: Path) -> pd.DataFrame:
    search = _table_if_there(path, SEARCH_COLUMNS)
    for column in LATER_SEARCH_COLUMNS:
        if column not in search:
            search[column] = 0
        elif not pd.api.types.is_integer_dtype(search[column]):
            raise ValueError(f"{path.name}: column {column} is not of whole numbers")
    return search


def _answers_if_there(path: Path, results: pd.DataFrame) -> Answers | None:
    if not path.is_file():
        return None
    answers = Answers.of_bytes(path.read_bytes())
    answers.by_row(results["seed"])  # which refuses rows that are not there
    return answers


def _table_if_there(path: Path, needed: Sequence[str]) -> pd.DataFrame:
    return _table(path, needed) if path.is_file() else pd.DataFrame(columns=list(needed))


def _table(path: Path, needed: Sequence[str]) -> pd.DataFrame:
    """A table as it was written: empty cells are missing numbers or empty texts, a class "NA" is a name."""
    table = pd.read_csv(
        path,
        dtype=dict.fromkeys(TEXT_COLUMNS, str),
        keep_default_na=False,
        na_values=[""],
        **TO_THE_LAST_DIGIT,
    )
    if missing := [column for column in needed if column not in table]:
        raise ValueError(f"{path.name} has no column {missing[0]}")
    text = _texts(table)
    for column in needed:
        if len(table) and column not in text and not pd.api.types.is_numeric_dtype(table[column]):
            raise ValueError(f"{path.name}: column {column} is not of numbers")
    table[text] = table[text].fillna("")
    return unguard_texts(table, text)


def _write(table: pd.DataFrame, path: Path) -> None:
    write_text(path, guard_texts(table, _texts(table)).to_csv(index=False))


def _texts(table: pd.DataFrame) -> list[str]:
    return [column for column in TEXT_COLUMNS if column in table]


def _remove_abandoned(experiment_folder: Path) -> None:
    """Remove runs that were being pruned, and parts of files in finished runs, such as a report's."""
    for folder in experiment_folder.glob(f"{PRUNED}*"):
        shutil.rmtree(folder, ignore_errors=True)
    atomic.remove_abandoned(experiment_folder.rglob(atomic.PARTS))
