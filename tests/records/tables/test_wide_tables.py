"""Tables with a column for each optimizer, or for each seed."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from reportgen.errors import UserError
from tests.helpers.anyones_tables import read, trials

TRIALS = [("Adam", 0, 0.8), ("Adam", 1, 0.81), ("SGD", 0, 0.7), ("SGD", 1, 0.71)]
TABLES = {
    "optimizers and seed": ("seed,SGD,Adam\n0,.7,.8\n1,.71,.81\n", "optimizers are the columns SGD, Adam"),
    "optimizers and an index": (",SGD,Adam\n0,.7,.8\n1,.71,.81\n", "seed is the first column"),
    "optimizers and runs": ("Run,SGD,Adam\n0,.7,.8\n1,.71,.81\n", 'seed is the column "Run"'),
    "an index besides": (",seed,SGD,Adam\n9,0,.7,.8\n8,1,.71,.81\n", "optimizers are the columns SGD, Adam"),
    "decimal commas": ("seed;SGD;Adam\n0;0,7;0,8\n1;0,71;0,81\n", "decimal commas"),
    "seeds": ("optimizer,0,1\nSGD,.7,.71\nAdam,.8,.81\n", "seeds are the columns 0, 1"),
    "named seeds": ("Method,seed_0,seed_1\nSGD,.7,.71\nAdam,.8,.81\n", "are the columns seed_0, seed_1"),
    "runs and mean": ("name,run 0,run 1,mean\nSGD,.7,.71,.705\nAdam,.8,.81,.805\n", "columns run 0, run 1"),
    "seeds and an index": (",s0,s1\nSGD,.7,.71\nAdam,.8,.81\n", "optimizer is the column without a name"),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_a_wide_table_has_the_trials_of_a_long_one(tmp_path: Path, name: str) -> None:
    text, said = TABLES[name]
    scores = read(tmp_path, text)
    assert trials(scores) == TRIALS
    assert scores.metric == "score"
    assert scores.paired
    assert said in "; ".join(scores.assumed)
    assert "the numbers are scores, better when higher" in scores.assumed


def test_what_the_numbers_are_is_said_by_the_user_the_columns_or_the_file(tmp_path: Path) -> None:
    text = TABLES["optimizers and seed"][0]
    assert read(tmp_path, text, metric="val_loss").metric == "val_loss"
    of_file = read(tmp_path, text, "val_loss.csv")
    assert of_file.metric == "val_loss"
    assert 'the metric is "val_loss", as the file is called' in of_file.assumed
    of_columns = read(tmp_path, "optimizer,loss_0,loss_1\nSGD,.7,.71\nAdam,.8,.81\n")
    assert of_columns.metric == "loss"
    assert trials(of_columns) == TRIALS


def test_problems_and_epochs_stay_columns(tmp_path: Path) -> None:
    text = "dataset,seed,SGD,Adam\nm,0,.7,.8\nm,1,.71,.81\nc,0,1,\n"
    scores = read(tmp_path, text)
    assert trials(read(tmp_path, text, problem="m")) == TRIALS
    (_, lost), (_, kept) = (trial[1:] for trial in trials(read(tmp_path, text, problem="c")))
    assert (math.isnan(float(str(lost))), kept) == (True, 1.0)
    assert "1 empty cells are trials without a score" in scores.assumed
    curves = read(tmp_path, "seed,epoch,SGD,Adam\n0,1,.1,.2\n0,2,.7,.8\n1,1,.1,.2\n1,2,.71,.81\n")
    assert trials(curves) == TRIALS
    assert curves.curves is not None
    assert len(curves.curves) == 8
    by_seeds = read(tmp_path, "task,optimizer,seed0,seed1\na,A,1,2\na,B,3,4\nb,A,5,6\nb,B,7,8\n")
    assert by_seeds.table.groupby("problem")["score"].sum().to_dict() == {"a": 10, "b": 26}


def test_without_seeds_the_rows_of_a_wide_table_pair_nothing(tmp_path: Path) -> None:
    scores = read(tmp_path, "SGD,Adam\n.7,.8\n.71,.81\n")
    assert trials(scores) == TRIALS
    assert not scores.paired


def test_means_and_the_like_are_left_out(tmp_path: Path) -> None:
    rows = TABLES["optimizers and seed"][0] + "mean,.705,.805\nstd,.005,.005\n"
    of_rows = read(tmp_path, rows)
    assert trials(of_rows) == TRIALS
    assert "left out, since they sum others up: rows with seed mean, std" in of_rows.assumed
    of_columns = read(tmp_path, "seed,SGD,Adam,mean,std\n0,.7,.8,.75,1\n1,.71,.81,.76,1\n")
    assert trials(of_columns) == TRIALS
    assert "left out, since they sum others up: columns mean, std" in of_columns.assumed


@pytest.mark.parametrize(
    "header", ["seed,train_loss,val_loss", "seed,lr,batch_size", "seed,SGD,accuracy", "seed,beta1,beta2"]
)  # fmt: skip
def test_columns_of_metrics_and_settings_are_no_optimizers(tmp_path: Path, header: str) -> None:
    row = ",".join(["0", "1", "2"][: header.count(",") + 1])
    with pytest.raises(UserError, match="has no column optimizer"):
        read(tmp_path, f"{header}\n{row}\n")
