"""What proves a report, piece by piece: results computed again, and texts found on pages."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.records import run_folder
from reportgen.records.run_folder import RunRecords
from reportgen.report.pdf import attachments
from reportgen.verification import recomputed
from reportgen.verification.document import count, squeezed


@pytest.fixture(scope="module")
def records(tiny_run: Path) -> RunRecords:
    return run_folder.read(tiny_run)


def proofs(records: RunRecords) -> list[str]:
    return [
        *recomputed.against_metrics(records),
        *recomputed.against_confusion(records),
        *recomputed.against_manifest(records),
    ]


def test_a_run_is_what_its_epochs_and_confusion_give(records: RunRecords) -> None:
    assert proofs(records) == []


def changed(table: str, column: str, change: Callable[[Any], Any]) -> Callable[[RunRecords], RunRecords]:
    """One cell of the table's last row changed."""

    def make(records: RunRecords) -> RunRecords:
        found: pd.DataFrame = getattr(records, table).copy()
        place = found.columns.get_loc(column)
        found[column] = found[column].astype(object)
        found.iloc[-1, place] = change(found.iloc[-1, place])
        return replace(records, **{table: found.infer_objects()})

    return make


def without_row(table: str) -> Callable[[RunRecords], RunRecords]:
    return lambda records: replace(records, **{table: getattr(records, table).iloc[:-1]})


def of_manifest(*keys: str | int, value: object) -> Callable[[RunRecords], RunRecords]:
    def make(records: RunRecords) -> RunRecords:
        manifest: Any = copy.deepcopy(records.manifest_json)
        inner = manifest
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = value
        return replace(records, manifest_json=manifest)

    return make


CHANGES: dict[str, tuple[Callable[[RunRecords], RunRecords], str]] = {
    "an accuracy": (changed("results", "test_accuracy", lambda x: x + 1e-6), "test_accuracy is"),
    "right answers": (changed("results", "test_correct", lambda x: x + 1), "test_correct is"),
    "test images": (changed("results", "test_images", lambda x: x + 1), "test_images is"),
    "a best epoch": (changed("results", "best_epoch", lambda x: x - 1), "best_epoch is"),
    "a loss at the best epoch": (changed("results", "training_loss", lambda x: x * 1.01), "training_loss is"),
    "a time": (changed("results", "seconds", lambda x: x + 1), "seconds is"),
    "a status": (changed("results", "status", lambda _: "diverged"), "status is diverged"),
    "a learning rate": (changed("results", "learning_rate", lambda x: x * 2), "learning_rate is"),
    "a trial less": (without_row("results"), "trials are not those"),
    "an epoch less": (without_row("epochs"), "epochs is"),
    "a worse last epoch": (changed("epochs", "validation_loss", lambda x: x + 1), "best_epoch is"),
    "a cell of the confusion": (changed("confusion", "images", lambda x: x + 1), "test_correct is"),
    "a class renamed": (of_manifest("data", "classes", 0, value="zero"), "classes"),
    "other test images": (of_manifest("data", "images_by_class", "test", 0, value=1), "test_images is"),
    "another seed": (of_manifest("trials", 0, "seed", value=9), "trials are not those"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_record_that_was_changed_disagrees_with_the_others(records: RunRecords, change: str) -> None:
    make, said = CHANGES[change]
    made = make(records)
    found = proofs(made)
    assert any(said in line for line in found), found


def as_trained(records: RunRecords, *, objective: bool, **columns: list[float]) -> RunRecords:
    """The last trial with other metrics of its epochs, and what they give in its row of results.csv.

    objective: whether its best epoch is chosen by the loss with the L2 term, which is a defect, not without.
    The best epoch is written down here, by hand: with the metrics below it is the third with, the second
    without.
    """
    epochs, results = records.epochs.copy(), records.results.copy()
    manifest = copy.deepcopy(records.manifest_json)
    count = int(manifest["trials"][-1]["setup"]["epochs"])
    rows = epochs.index[-count:]
    for name, values in columns.items():
        epochs.loc[rows[: len(values)], name] = values
    manifest["trials"][-1]["defects"]["best_epoch_by_objective"] = objective
    best = epochs.loc[rows[2 if objective else 1]]
    for name in ("training_loss", "training_accuracy", "validation_loss", "validation_accuracy", "l2_term"):
        results.loc[results.index[-1], name] = best[name]
    results.loc[results.index[-1], "best_epoch"] = best["epoch"]
    return replace(records, epochs=epochs, results=results, manifest_json=manifest)


LOSSES = {"validation_loss": [0.9, 0.1, 0.2, 0.9, 0.9], "l2_term": [0.0, 0.5, 0.0, 0.0, 0.0]}


@pytest.mark.parametrize("objective", [True, False])
def test_the_best_epoch_is_by_what_the_trial_chose_it_by(records: RunRecords, objective: bool) -> None:
    made = as_trained(records, objective=objective, **LOSSES)
    assert list(recomputed.against_metrics(made)) == []
    other = of_manifest("trials", -1, "defects", "best_epoch_by_objective", value=not objective)(made)
    wrong = list(recomputed.against_metrics(other))
    assert any(f"best_epoch is {3 if objective else 2}" in line for line in wrong), wrong


@pytest.mark.parametrize("metric", ["training_loss", "validation_loss", "l2_term"])
def test_a_trial_that_diverged_is_called_so_and_has_no_best_epoch(records: RunRecords, metric: str) -> None:
    epochs, results = records.epochs.copy(), records.results.copy()
    epochs.loc[epochs.index[-1], metric] = float("inf")
    unmended = list(recomputed.against_metrics(replace(records, epochs=epochs)))
    assert any("status is finished, computed again it is diverged" in line for line in unmended), unmended
    last = results.index[-1]
    results.loc[last, "status"] = "diverged"
    results.loc[last, ["best_epoch", *recomputed.AT_BEST_EPOCH]] = float("nan")
    assert list(recomputed.against_metrics(replace(records, epochs=epochs, results=results))) == []


def test_names_that_the_program_needs_are_not_given_to_users_files(tiny_run: Path) -> None:
    names = [one.name for one in attachments.of_run(tiny_run, "results.csv")]
    assert len(names) == len(set(names))
    assert "results-2.csv" in names


@given(st.text("ab-,%漢", min_size=1, max_size=30), st.data())
def test_a_text_is_found_wherever_its_page_ends(text: str, data: st.DataObject) -> None:
    wanted = squeezed(text) or "a"
    place = data.draw(st.integers(0, len(wanted)))
    assert count([f"xy{wanted[:place]}/1/2", f"{wanted[place:]}yx", "zz"], wanted) > 0
    assert count([f"xy{wanted[:place]}/1/2", f"!{wanted[place:]}yx"], f"{wanted}+{wanted}") == 0


@given(st.text("ab漢", min_size=2, max_size=20), st.data())
def test_words_are_the_same_however_lines_break_them(word: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(1, len(word) - 1))
    for broken in ("-\n", "\ufffe\n", "\u00ad", "\n", " "):
        assert squeezed(word[:place] + broken + word[place:]) == squeezed(word)


def test_a_minus_is_no_hyphen() -> None:
    assert squeezed("[-1.20, +0.30]") != squeezed("[1.20, +0.30]")
    assert squeezed("1e-05") != squeezed("1e05")


def test_a_hyphen_and_a_minus_have_one_glyph() -> None:
    assert squeezed("[\u20101.20, +0.30]") == squeezed("[-1.20, +0.30]")
    assert squeezed("end\u2010\nto\u2010end") == squeezed("end-to-end")
