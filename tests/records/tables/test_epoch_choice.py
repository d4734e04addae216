"""Tables with a row for each epoch: which of them counts, and the curves."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from reportgen.errors import UserError
from tests.helpers.anyones_tables import read, trials

TABLE = """optimizer,seed,epoch,val_loss,accuracy
A,0,1,3,0.1
A,0,2,1,0.3
A,0,3,1,0.2
A,0,4,2,0.4
B,0,1,2,0.5
B,0,2,3,0.6
B,0,3,9,0.55
"""


def scores(tmp_path: Path, at: str | None = None, text: str = TABLE) -> dict[object, object]:
    read_table = read(tmp_path, text, at=at)
    return {optimizer: score for optimizer, _, score in trials(read_table)}


def test_the_epoch_that_counts_is_the_last_or_the_one_asked_for(tmp_path: Path) -> None:
    assert scores(tmp_path) == scores(tmp_path, "last") == {"A": 0.4, "B": 0.55}
    assert scores(tmp_path, "best:val_loss") == {"A": 0.3, "B": 0.5}  # the first of ties
    assert scores(tmp_path, "max:val_loss") == {"A": 0.1, "B": 0.55}
    assert scores(tmp_path, "best:accuracy") == {"A": 0.4, "B": 0.6}
    assert scores(tmp_path, "epoch:2") == {"A": 0.3, "B": 0.6}
    at_four = scores(tmp_path, "epoch:4")
    assert at_four["A"] == 0.4
    assert math.isnan(float(str(at_four["B"])))


def test_what_was_chosen_by_is_said(tmp_path: Path) -> None:
    assert "each trial counts at its last epoch, 3 to 4" in read(tmp_path, TABLE).assumed
    assert "1 of 2 trials end before the last epoch of their problem" in read(tmp_path, TABLE).assumed
    (said,) = [note for note in read(tmp_path, TABLE, at="best:val_loss").assumed if "counts" in note]
    assert said == 'each trial counts at the first epoch where "val_loss" is lowest'
    (said,) = [note for note in read(tmp_path, TABLE, at="best:accuracy").assumed if "counts" in note]
    assert "chooses by what is compared" in said
    assert "1 of 2 trials have no score at epoch 4" in read(tmp_path, TABLE, at="epoch:4").assumed


def test_curves_have_every_epoch(tmp_path: Path) -> None:
    read_table = read(tmp_path, TABLE, at="epoch:1")
    assert read_table.curves is not None
    assert list(read_table.curves.columns) == ["problem", "optimizer", "seed", "epoch", "score"]
    of_a = read_table.curves[read_table.curves["optimizer"] == "A"]
    assert list(zip(of_a["epoch"], of_a["score"], strict=True)) == [(1, 0.1), (2, 0.3), (3, 0.2), (4, 0.4)]
    assert read(tmp_path, "optimizer,seed,epoch,score\nA,0,9,1\nB,0,7,2\n").curves is None


@pytest.mark.parametrize(
    "name", ["Epoch", "step", "global_step", "trainer/global_step", "_step", "iteration"]
)
def test_epochs_are_known_by_many_names(tmp_path: Path, name: str) -> None:
    read_table = read(tmp_path, TABLE.replace("epoch", name))
    assert {optimizer: score for optimizer, _, score in trials(read_table)} == {"A": 0.4, "B": 0.55}
    assert f'epoch is the column "{name}"' in read_table.assumed


def test_of_several_columns_that_one_counts_which_tells_rows_apart(tmp_path: Path) -> None:
    text = "optimizer,seed,epoch,step,loss\nA,0,1,10,5\nA,0,1,20,4\nA,0,2,30,3\nB,0,1,10,6\nB,0,1,20,2\n"
    read_table = read(tmp_path, text)
    assert 'epoch is the column "step"' in read_table.assumed
    assert trials(read_table) == [("A", 0, 3.0), ("B", 0, 2.0)]
    assert trials(read(tmp_path, text.replace("step", "now"), epoch_column="now")) == trials(read_table)


def test_a_trial_that_diverged_has_no_score_and_one_that_was_not_measured_has_its_last(
    tmp_path: Path,
) -> None:
    lost = "optimizer,seed,epoch,score\nA,0,1,1\nA,0,2,nan\nB,0,1,1\nB,0,2,2\n"
    assert math.isnan(float(str(scores(tmp_path, text=lost)["A"])))
    assert math.isnan(float(str(scores(tmp_path, text=lost.replace("nan", ""))["A"])))  # B was measured then
    assert "1 of 2 trials have no score at their last epoch" in read(tmp_path, lost).assumed
    unmeasured = lost.replace("nan", "").replace("B,0,2,2", "B,0,2,")
    assert scores(tmp_path, text=unmeasured) == {"A": 1.0, "B": 1.0}
    chosen_by = "optimizer,seed,epoch,val_loss,score\nA,0,1,nan,1\nA,0,2,nan,2\nB,0,1,nan,1\nB,0,2,3,4\n"
    best = scores(tmp_path, "best:val_loss", chosen_by)
    assert best["B"] == 4.0
    assert math.isnan(float(str(best["A"])))


def test_without_seeds_a_curve_is_a_training_and_several_need_a_column(tmp_path: Path) -> None:
    text = "optimizer,epoch,accuracy\nA,1,.5\nA,2,.6\nB,1,.4\nB,2,.7\n"
    read_table = read(tmp_path, text)
    assert trials(read_table) == [("A", 0, 0.6), ("B", 0, 0.7)]
    assert not read_table.paired
    with pytest.raises(
        UserError, match="name the column that tells trainings of one optimizer apart with --seed"
    ):
        read(tmp_path, text + "A,1,.5\nA,2,.8\n")


@pytest.mark.parametrize(
    ("text", "at", "said"),
    [
        (TABLE, "first", "--at 'first': is none of last, best:COLUMN or epoch:N"),
        (TABLE, "best:", "is none of last"),
        (TABLE, "epoch:two", "is none of last"),
        (TABLE, "best:val_los", "has no column 'val_los' (did you mean val_loss?)"),
        (TABLE, "epoch:7", "no trial has a score at that epoch (there are 1 to 4)"),
        (TABLE.replace("val_loss", "quux"), "best:quux", "write max:quux or min:quux"),
        ("optimizer,seed,score\nA,0,1\n", "last", "has no epochs to choose from"),
        (TABLE.replace("B,0,3", "B,0,"), None, "line 8, column epoch: has no epoch"),
        (TABLE + "B,0,3,1,1\n", None, "line 9: B with seed 0 on table at epoch 3 stands already in"),
    ],
)  # fmt: skip
def test_what_cannot_be_chosen_is_refused_in_one_line(
    tmp_path: Path, text: str, at: str | None, said: str
) -> None:
    with pytest.raises(UserError) as refused:
        read(tmp_path, text, at=at)
    assert said in str(refused.value)
