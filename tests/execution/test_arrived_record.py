"""A record that a guarded process sends is taken if it can be one of its trial, and refused if not."""

from __future__ import annotations

import base64
import copy
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.data import Part, Splits
from reportgen.execution.arrived_record import MalformedRecordError, read_record, read_row
from reportgen.execution.plain_record import to_plain, to_rows
from reportgen.training import EpochRow, Evidence, Record, Setup, TestResult, Trial
from tests.helpers.any_values import VALUES, at, places

SETUP = Setup(
    stage="comparison",
    label="own",
    optimizer="my.py:Own",
    hyperparameters={"learning_rate": 0.1},
    hidden=(5,),
    batch_size=4,
    epochs=3,
    l2=0.0,
    initial_std=None,
    dtype="float64",
    subset=None,
    optimizer_code="0f",
)
TRIAL = Trial(SETUP, seed=1)
ROW = EpochRow(1, 1.5, 0.25, 1.25, 0.5, 0.0, 0.125, 1.0, 2.0, 3.0)
RECORD = Record(
    trial=TRIAL,
    epochs=tuple(EpochRow(epoch, *list(vars(ROW).values())[1:]) for epoch in (1, 2, 3)),
    diverged=False,
    best_epoch=2,
    test=TestResult(0.5, np.array([[1, 2], [0, 3]]), np.array([False, True, False, True, True, True])),
    parameter_shapes={"w1": (12, 5), "b1": (5,), "w2": (5, 2), "b2": (2,)},
    steps=9,
    evidence=Evidence("0f" * 32, "f0" * 32, 12, 11, 7, 7, {"w1": 1.0, "b1": math.nan}, 1.0, "x", 0.5),
)


def part(labels: list[int]) -> Part:
    return Part(np.zeros((len(labels), 4, 3, 1), np.uint8), np.array(labels, np.int64))


SPLITS = Splits(part([0] * 12), part([0] * 7), part([0, 0, 0, 1, 1, 1]))


def sent() -> Any:
    return to_plain(RECORD), [list(row) for row in to_rows(RECORD)]


def read(content: object) -> Record:
    return read_record(TRIAL, content, SPLITS, classes=2)


def test_a_record_arrives_as_it_was() -> None:
    record = read(sent())
    assert (to_plain(record), to_rows(record)) == (to_plain(RECORD), to_rows(RECORD))
    assert record.trial is TRIAL


def test_a_diverged_one_arrives() -> None:
    plain, rows = sent()
    plain |= {"diverged": True, "best_epoch": None, "test": None, "steps": 6}
    plain["evidence"]["validation_accuracy"] = None
    rows = [rows[0], [2, None, 0.5, *rows[1][3:]]]
    assert read((plain, rows)).diverged


def packed(*bits: int) -> str:
    return base64.b64encode(np.packbits(np.array(bits, np.uint8))).decode()


CHANGES: dict[str, Callable[[Any, Any], object]] = {
    "an epoch too few": lambda _, rows: rows.pop(),
    "an epoch too many": lambda _, rows: rows.append([4, *rows[0][1:]]),
    "no epoch": lambda _, rows: rows.clear(),
    "epochs in another order": lambda _, rows: rows.reverse(),
    "an accuracy above 1": lambda _, rows: rows[0].__setitem__(2, 1.5),
    "a loss of text": lambda _, rows: rows[0].__setitem__(1, "0"),
    "a loss of whole numbers": lambda _, rows: rows[0].__setitem__(1, 1),
    "an epoch that is true": lambda _, rows: rows[0].__setitem__(0, True),
    "not finite in the middle": lambda _, rows: rows[0].__setitem__(1, math.inf),
    "a column too many": lambda _, rows: rows[0].append(0.5),
    "time running back": lambda _, rows: rows[0].__setitem__(6, -1.0),
    "diverged without a reason": lambda plain, _: plain.update(diverged=True),
    "no best epoch": lambda plain, _: plain.update(best_epoch=None),
    "another best epoch": lambda plain, _: plain.update(best_epoch=4),
    "a best epoch of zero": lambda plain, _: plain.update(best_epoch=0),
    "no test": lambda plain, _: plain.update(test=None),
    "more test images": lambda plain, _: plain["test"].update(confusion=[[4, 0], [0, 3]]),
    "fewer than none": lambda plain, _: plain["test"].update(confusion=[[7, -1], [0, 0]]),
    "another matrix": lambda plain, _: plain["test"].update(confusion=[[6]]),
    "a matrix of text": lambda plain, _: plain["test"].update(confusion="x"),
    "other images told right": lambda plain, _: plain["test"].update(correct=packed(1, 1, 0, 0, 1, 1)),
    "more told right than counted": lambda plain, _: plain["test"].update(correct=packed(1, 1, 1, 1, 1, 1)),
    "images told right left out": lambda plain, _: plain["test"].update(correct=None),
    "too many bits": lambda plain, _: plain["test"].update(correct=packed(*[1] * 9)),
    "bits of something": lambda plain, _: plain["test"].update(correct="*"),
    "a test loss of text": lambda plain, _: plain["test"].update(loss="x"),
    "another network": lambda plain, _: plain["parameter_shapes"].update(w1=[12, 6]),
    "steps that do not divide": lambda plain, _: plain.update(steps=10),
    "no steps": lambda plain, _: plain.update(steps=0),
    "a digest of something": lambda plain, _: plain["evidence"].update(initial_weights="x" * 64),
    "a digest of no text": lambda plain, _: plain["evidence"].update(batch_order=None),
    "other validation images": lambda plain, _: plain["evidence"].update(validation_images=8),
    "samples of a fraction": lambda plain, _: plain["evidence"].update(samples=12.5),
    "gradients of others": lambda plain, _: plain["evidence"].update(gradient_scale={"w9": 1.0}),
    "gradients of text": lambda plain, _: plain["evidence"].update(gradient_scale={"w1": "1"}),
    "a long text": lambda plain, _: plain["evidence"].update(chosen_by="x" * 1000),
    "no accuracy": lambda plain, _: plain["evidence"].update(validation_accuracy=None),
    "an accuracy of 2": lambda plain, _: plain["evidence"].update(validation_accuracy=2.0),
    "evidence of something else": lambda plain, _: plain["evidence"].update(more=1),
    "a proof of its engine": lambda plain, _: plain.update(
        engine_proof={"steps": 20, "error": 0.0, "limit": 1.0}
    ),
    "no evidence": lambda plain, _: plain.pop("evidence"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_cannot_be_is_refused_in_a_line(change: Callable[[Any, Any], object]) -> None:
    plain, rows = sent()
    change(plain, rows)
    with pytest.raises(MalformedRecordError) as caught:
        read((plain, rows))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [None, 1, (), ({}, []), ([], {}), ({}, [[]]), ("x", "y", "z")])
def test_what_is_no_record_is_refused(content: object) -> None:
    with pytest.raises(MalformedRecordError):
        read(content)


@given(st.data())
def test_whatever_stands_anywhere_is_taken_or_refused(data: st.DataObject) -> None:
    content = [copy.deepcopy(part) for part in sent()]
    place = data.draw(st.sampled_from(sorted(places(content), key=repr)))
    if place:
        at(content, place[:-1])[place[-1]] = data.draw(VALUES)
    try:
        read(tuple(content))
    except MalformedRecordError as error:
        assert "\n" not in str(error)  # noqa: PT017 - both ways out are right


@given(st.lists(VALUES))
def test_whatever_is_no_row_is_refused(row: list[object]) -> None:
    with pytest.raises(MalformedRecordError):
        read_row(row)
