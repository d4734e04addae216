"""Columns of anyone's tables, known by their names or named by the user."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.errors import UserError
from reportgen.records.score_files import read_all
from tests.helpers.anyones_tables import read, trials

SCORES = [("A", 0, 0.5), ("A", 1, 0.6), ("B", 0, 0.7), ("B", 1, 0.8)]


def table(optimizer: str, seed: str, metric: str = "score", **further: object) -> str:
    rows = [[optimizer, seed, metric, *further]]
    rows += [[name, str(number), str(score), *map(str, further.values())] for name, number, score in SCORES]
    return "".join(",".join(row) + "\n" for row in rows)


@pytest.mark.parametrize(
    "name",
    [
        "Optimizer", "optimiser", "opt", "method", "Solver_Name", "algorithm", "params.optimizer", "Setup",
        "config/optimizer", "optimizerName", "hparams.optimizer.name", "model", "優化器",
    ],
)  # fmt: skip
def test_optimizers_are_known_by_many_names(tmp_path: Path, name: str) -> None:
    scores = read(tmp_path, table(name, "seed"))
    assert trials(scores) == SCORES
    assert scores.assumed == (f'optimizer is the column "{name}"',)


@pytest.mark.parametrize(
    "name",
    [
        "Seed", "random_state", "params.seed", "rngSeed", "run", "run_id", "trial_number", "idx_rep", "fold",
        "Repetition", "data_seed", "種子",
    ],
)  # fmt: skip
def test_seeds_are_known_by_many_names(tmp_path: Path, name: str) -> None:
    scores = read(tmp_path, table("optimizer", name))
    assert trials(scores) == SCORES
    assert scores.assumed == (f'seed is the column "{name}"',)
    assert scores.paired


@pytest.mark.parametrize("name", ["dataset", "Dataset Name", "task", "workload", "network", "data_name"])
def test_problems_are_known_by_many_names(tmp_path: Path, name: str) -> None:
    scores = read(tmp_path, table("optimizer", "seed", **{name: "mnist"}))
    assert set(scores.table["problem"]) == {"mnist"}
    assert scores.assumed == (f'problem is the column "{name}"',)


def test_columns_that_name_a_problem_together_are_taken_together(tmp_path: Path) -> None:
    text = "optimizer,seed,dataset,network,score\nA,0,d,n,1\nA,0,d,m,2\nA,0,e,n,3\nA,0,e,m,4\n"
    scores = read(tmp_path, text)
    assert set(scores.table["problem"]) == {"d / n", "d / m", "e / n", "e / m"}
    assert 'problem is the columns "dataset" and "network" together' in scores.assumed


@pytest.mark.parametrize(
    ("names", "metric"),
    [
        ("test_loss,val_loss,score", "score"),
        ("val_acc,Test Accuracy,test_loss", "Test Accuracy"),
        ("metrics.val_loss,metrics.test_acc", "metrics.test_acc"),
        ("train_loss,val_loss", "val_loss"),
        ("lr,batch_size,runtime,accuracy", "accuracy"),
        ("lr,seconds", "seconds"),
        ("epochs,params.loss,perplexity", "perplexity"),
    ],
)
def test_the_metric_is_the_one_column_that_is_called_so(tmp_path: Path, names: str, metric: str) -> None:
    further = dict.fromkeys(names.split(","), 1)
    scores = read(tmp_path, table("optimizer", "seed", "quux", **further))
    assert scores.metric == metric
    assert set(scores.table["score"]) == {1}
    assert all(metric in note for note in scores.assumed)
    assert bool(scores.assumed) == (metric != "score")


@pytest.mark.parametrize(
    "name",
    ["Test Accuracy (%)", "Test Accuracy [%]", "Test Accuracy %", "% Test Accuracy", "Test Accuracy_pct"],
)
def test_a_percentage_is_read_as_a_share(tmp_path: Path, name: str) -> None:
    text = f"optimizer,seed,{name}\nA,0,70.5\nB,0,80\n"
    scores = read(tmp_path, text)
    assert scores.metric == "Test Accuracy"
    assert [trial[2] for trial in trials(scores)] == [0.705, 0.8]
    assert any("read as shares of 1 (80 % is 0.8)" in note for note in scores.assumed)
    shares = read(tmp_path, text.replace("70.5", "0.705").replace("80", "0.8"))
    assert trials(shares) == trials(scores)


def test_what_the_user_names_is_taken_and_not_assumed(tmp_path: Path) -> None:
    text = "who,what,where,gain\nA,0,p,1\nB,0,p,2\n"
    scores = read(
        tmp_path, text, optimizer_column="who", seed_column="What", problem_column="where", metric="gain"
    )
    assert trials(scores) == [("A", 0, 1.0), ("B", 0, 2.0)]
    assert set(scores.table["problem"]) == {"p"}
    assert scores.assumed == ()


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("foo,seed,score\nA,0,1\nA,1,2\n", {}, "has no column optimizer, nor one that is known for it"),
        ("seed,score\n0,1\n1,2\n", {}, "name one with --optimizer-column"),
        ("method,solver,score\nA,x,1\nA,y,2\nB,x,3\n", {}, "may be the optimizers (method, solver)"),
        ("optimizer,run,trial,score\nA,0,1,1\nB,0,2,3\nA,1,2,3\nB,2,1,1\n", {}, "the seeds (run, trial)"),
        ("optimizer,seed,a_loss,b_loss\nA,0,1,2\n", {}, "several metrics (a_loss, b_loss); choose"),
        ("optimizer,seed,foo\nA,0,1\n", {}, "choose one with --metric, such as foo"),
        ("optimizer,seed,score\nA,0,1\n", {"seed_column": "sed"}, "has no column 'sed' (did you mean seed?)"),
        ("optimizer,seed,score\nA,0,1\n", {"metric": "f1"}, "has no column 'f1'"),
        ("optimizer,lr,seed,score\nA,.1,0,1\nA,.2,0,2\n", {}, "they differ in 'lr': keep the rows of one"),
        ("optimizer,seed,score\nA,0,1\nA,0,2\n", {}, "line 3: A with seed 0 on table stands already in"),
        ("optimizer,score\nA,1\nB,2\n", {"paired": True}, "has no column of seeds to pair trials by"),
    ],
)  # fmt: skip
def test_what_is_not_sure_is_asked_in_one_line(
    tmp_path: Path, text: str, options: dict[str, object], said: str
) -> None:
    with pytest.raises(UserError) as refused:
        read(tmp_path, text, **options)
    assert said in str(refused.value)
    assert str(refused.value).isprintable()


def test_trials_that_share_no_seed_are_not_paired(tmp_path: Path) -> None:
    without = read(tmp_path, "optimizer,score\nA,1\nA,2\nB,3\n")
    assert trials(without) == [("A", 0, 1.0), ("A", 1, 2.0), ("B", 0, 3.0)]
    assert not without.paired
    assert "no column of seeds" in without.assumed[0]
    apart = read(tmp_path, "optimizer,run_id,score\nA,x1,1\nA,x2,2\nB,x3,3\n")
    assert not apart.paired
    assert "no seed in common" in apart.assumed[-1]
    assert read(tmp_path, "optimizer,run_id,score\nA,x1,1\nB,x3,3\n", paired=True).paired
    shared = read(tmp_path, table("optimizer", "seed"), paired=False)
    assert not shared.paired
    assert shared.assumed == ()


def test_files_of_one_optimizer_each_are_called_by_it(tmp_path: Path) -> None:
    for name, score in (("SGD", 1), ("Adam", 2)):
        (tmp_path / f"{name}.csv").write_text(f"seed,accuracy\n0,{score}\n1,{score}\n")
    scores = read_all([tmp_path / "SGD.csv", tmp_path / "Adam.csv"])
    assert trials(scores) == [("Adam", 0, 2.0), ("Adam", 1, 2.0), ("SGD", 0, 1.0), ("SGD", 1, 1.0)]
    assert len(set(scores.table["problem"])) == 1
    assert "a file is an optimizer" in scores.assumed
