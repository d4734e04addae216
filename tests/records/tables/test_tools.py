"""Tables that MLflow, W&B and benchopt write, by their documentation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from reportgen.errors import UserError
from reportgen.records.tables.forms import read_raw
from reportgen.records.tables.raw import RawTable


def read(tmp_path: Path, frame: pd.DataFrame, name: str = "table.csv") -> RawTable:
    path = tmp_path / name
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False)
    return read_raw(path)


def rows(table: RawTable, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in columns) for row in table.frame.to_dict("records")]


# ---------------------------------------------------------------- MLflow

MLFLOW = pd.DataFrame(
    {
        "run_id": ["a" * 32, "b" * 32, "c" * 32],
        "experiment_id": "1",
        "status": ["FINISHED", "FAILED", "FINISHED"],
        "artifact_uri": "http://nowhere.invalid/1",
        "metrics.test_acc": [0.9, 0.1, 0.8],
        "params.optimizer": ["SGD", "SGD", "Adam"],
        "params.seed": [0, 1, 0],
        "tags.mlflow.runName": ["wise-ant-1", "calm-owl-2", "kind-elk-3"],
    }
)


def test_finished_runs_of_mlflow_count_and_others_are_told(tmp_path: Path) -> None:
    table = read(tmp_path, MLFLOW)
    assert table.form == "MLflow's table of runs"
    assert table.notes == ("runs that are not finished are left out: 1 FAILED",)
    assert list(table.lines) == [2, 4]
    expected = [("SGD", "0", "0.9"), ("Adam", "0", "0.8")]
    assert rows(table, "params.optimizer", "params.seed", "metrics.test_acc") == expected
    assert "artifact_uri" not in table.frame
    with pytest.raises(UserError, match=r"none of its runs is finished \(3 RUNNING\)"):
        read(tmp_path, MLFLOW.assign(status="RUNNING"))


def test_runs_of_mlflow_without_parameters_are_told_by_their_names(tmp_path: Path) -> None:
    frame = MLFLOW.drop(columns=["params.optimizer", "params.seed"])
    names = ["SGD-seed0", "SGD-seed1", "Adam-seed0"]
    table = read(tmp_path, frame.assign(**{"tags.mlflow.runName": names}))
    assert rows(table, "optimizer", "seed") == [("SGD", "0"), ("Adam", "0")]
    with pytest.raises(UserError, match="'wise-ant-1', tell no optimizer and seed"):
        read(tmp_path, frame)


def a_run_of_mlflow(folder: Path, status: int, parameters: dict[str, str], metrics: dict[str, str]) -> None:
    for kind, values in (("params", parameters), ("metrics", metrics)):
        for name, text in values.items():
            path = folder / kind / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    (folder / "artifacts").mkdir()
    (folder / "artifacts" / "model.pkl").write_bytes(b"cos\nsystem\n")
    lines = (
        "artifact_uri: file:///nowhere",
        "lifecycle_stage: active",
        "run_name: 'x: y'",
        f"status: {status}",
    )
    (folder / "meta.yaml").write_text("\n".join(lines), encoding="utf-8")


def test_a_folder_of_mlflow_is_read_without_mlflow(tmp_path: Path) -> None:
    mlruns = tmp_path / "mlruns"
    curve = "1732000000000 0.5 1\n1732000001000 nan 2\n"
    for number, (optimizer, status) in enumerate([("SGD", 3), ("Adam", 3), ("Lion", 4)]):
        parameters = {"optimizer": optimizer, "seed": "0"}
        a_run_of_mlflow(
            mlruns / "1" / f"{number:032}", status, parameters, {"test/acc": curve, "final": "0 0.7 2"}
        )
    (mlruns / "1" / "meta.yaml").write_text("experiment_id: '1'\nname: x\n")
    table = read_raw(mlruns)
    assert (table.form, table.sparse) == ("MLflow's folder of runs", True)
    assert table.notes == ("a step is an epoch", "runs that are not finished are left out: 2 failed")
    assert rows(table, "params.optimizer", "params.seed", "epoch", "metrics.test/acc", "metrics.final") == [
        ("SGD", "0", 1, "0.5", None),
        ("SGD", "0", 2, "nan", "0.7"),
        ("Adam", "0", 1, "0.5", None),
        ("Adam", "0", 2, "nan", "0.7"),
    ]
    (mlruns / "1" / f"{1:032}" / "metrics" / "final").write_text("0 0.7 two\n")
    with pytest.raises(UserError, match=r"line 1: '0 0\.7 two' is no time, value and step"):
        read_raw(mlruns)


def test_a_folder_of_mlflow_with_final_metrics_has_a_row_a_run(tmp_path: Path) -> None:
    a_run_of_mlflow(tmp_path / "0" / "abc", 3, {"optimizer": "SGD", "seed": "1"}, {"acc": "1732 0.25 0\n"})
    table = read_raw(tmp_path / "0")
    assert rows(table, "params.optimizer", "params.seed", "metrics.acc") == [("SGD", "1", "0.25")]
    assert "epoch" not in table.frame


# ---------------------------------------------------------------- W&B

WANDB = pd.DataFrame(
    {
        "Name": ["SGD-seed0", "Adam-seed0", "Adam-seed1"],
        "State": ["finished", "finished", "crashed"],
        "Notes": "-",
        "Created": "2026-11-01T00:00:00.000Z",
        "Runtime": "1234",
        "lr": "0.001",
        "test/acc": ["0.7", "0.8", "0.1"],
    }
)


def test_the_table_of_wandb_is_told_by_its_columns_or_by_the_names_of_runs(tmp_path: Path) -> None:
    table = read(tmp_path, WANDB)
    assert table.form == "W&B's table of runs"
    assert table.notes[0] == "runs that are not finished are left out: 1 crashed"
    assert rows(table, "optimizer", "seed", "test/acc") == [("SGD", "0", "0.7"), ("Adam", "0", "0.8")]
    named = WANDB.assign(Name="fancy", optimizer=["Lion", "Muon", "Muon"], seed=["4", "4", "5"])
    assert rows(read(tmp_path, named), "optimizer", "seed") == [("Lion", "4"), ("Muon", "4")]
    unseeded = read(
        tmp_path, WANDB.assign(Name=["SGD", "SGD", "Adam"], State="finished", optimizer=["a", "a", "b"])
    )
    assert unseeded.paired is False


@pytest.mark.parametrize("write", [json.dumps, str])
def test_the_columns_config_and_summary_of_wandb_are_taken_apart(tmp_path: Path, write: Any) -> None:
    frame = pd.DataFrame(
        {
            "": [0, 1],
            "summary": [write({"acc": 0.5, "_step": 9}), write({"acc": float("nan")})],
            "config": [write({"optimizer": "SGD", "seed": 0}), write({"optimizer": "Adam", "seed": 0})],
            "name": ["lucky-moon-1", "lucky-moon-2"],
        }
    )
    table = read(tmp_path, frame)
    assert rows(table, "config.optimizer", "config.seed", "acc") == [("SGD", 0, 0.5), ("Adam", 0, "nan")]


def test_a_cell_of_config_runs_no_code(tmp_path: Path) -> None:
    trap = f"{{'a': open({str(tmp_path / 'trap')!r}, 'w')}}"
    frame = pd.DataFrame({"config": [trap, "{}"], "name": ["a", "b"], "score": [1, 2]})
    with pytest.raises(UserError, match="line 2, column config: is no dictionary"):
        read(tmp_path, frame)
    assert not (tmp_path / "trap").exists()
    with pytest.raises(UserError, match="line 2, column config: is no dictionary"):
        read(tmp_path, frame.assign(config=["{" * 50_000, "{}"]))


def a_chart(**columns: list[str]) -> pd.DataFrame:
    """A chart's export, the smallest and the largest value of every step beside it."""
    named = {name.replace("__", "-"): cells for name, cells in columns.items()}
    wide = {"Step": ["1", "2"]}
    for name, cells in named.items():
        wide |= {
            f"{name} - test/acc": cells,
            f"{name} - test/acc__MIN": cells,
            f"{name} - test/acc__MAX": cells,
        }
    return pd.DataFrame(wide)


def test_the_chart_of_wandb_is_a_curve_for_each_run(tmp_path: Path) -> None:
    table = read(tmp_path, a_chart(SGD__seed0=["0.1", "0.2"], Adam__seed0=["0.3", ""]))
    assert (table.form, table.sparse) == ("W&B's chart", True)
    assert table.notes[0] == "Step is the epoch"
    assert rows(table, "optimizer", "seed", "epoch", "test/acc") == [
        ("SGD", "0", "1", "0.1"),
        ("SGD", "0", "2", "0.2"),
        ("Adam", "0", "1", "0.3"),
    ]
    assert list(table.lines) == [2, 3, 2]


def test_means_of_groups_of_wandb_are_no_trials(tmp_path: Path) -> None:
    frame = a_chart(**{"Group: SGD__seed0": ["0.1", "0.2"], "Group: Adam__seed0": ["0.3", "0.4"]})
    assert rows(read(tmp_path, frame), "optimizer", "seed")[0] == ("SGD", "0")
    frame["Group: SGD-seed0 - test/acc__MAX"] = ["0.15", "0.2"]
    with pytest.raises(UserError, match="is the mean of a group of runs; ungroup the runs"):
        read(tmp_path, frame)


# ---------------------------------------------------------------- benchopt


def of_benchopt(stops: list[float], data: str = "data_name") -> pd.DataFrame:
    records = [
        {
            "objective_name": "Lasso[reg=0.5]",
            data: "Simulated[n=10]",
            "solver_name": solver,
            "stop_val": stop,
            "idx_rep": repetition,
            "time": 0.5 * (point + 1),
            "objective_value": 1 / (point + 1 + repetition),
            "p_solver_lr": 0.1,
            "version-numpy": "2.0",
        }
        for solver in ("SGD[lr=0.1]", "GD")
        for repetition in (0, 1)
        for point, stop in enumerate(stops)
    ]
    return pd.DataFrame(records)


@pytest.mark.parametrize(("name", "data"), [("r.parquet", "data_name"), ("r.csv", "dataset_name")])
def test_results_of_benchopt_are_unpaired_curves(tmp_path: Path, name: str, data: str) -> None:
    table = read(tmp_path, of_benchopt([0, 1, 8], data), name)
    assert (table.form, table.paired) == ("benchopt's results", False)
    assert "stop_val is the epoch" in table.notes
    frame = table.frame.astype({"seed": int, "epoch": int, "objective_value": float, "time": float})
    assert list(frame.columns) == ["problem", "optimizer", "seed", "epoch", "time", "objective_value"]
    first = frame[frame["optimizer"] == "SGD[lr=0.1]"]
    assert set(first["problem"]) == {"Simulated[n=10]"}
    assert first[["seed", "epoch"]].to_numpy().tolist() == [[0, 0], [0, 1], [0, 8], [1, 0], [1, 1], [1, 8]]


def test_tolerances_of_benchopt_are_points_in_the_order_of_time(tmp_path: Path) -> None:
    table = read(tmp_path, of_benchopt([1e38, 0.5, 0.1]).sample(frac=1, random_state=1))
    assert "the points of a curve, in the order of time, are its epochs" in table.notes
    frame = table.frame.astype({"seed": int, "time": float})
    assert (frame["epoch"] == frame["time"] / 0.5).all()


def test_benchopt_with_one_point_a_repetition_has_no_epochs(tmp_path: Path) -> None:
    frame = pd.concat([of_benchopt([1]), of_benchopt([1]).assign(objective_name="Ridge")])
    table = read(tmp_path, frame)
    assert "epoch" not in table.frame
    assert set(table.frame["problem"]) == {"Lasso[reg=0.5] Simulated[n=10]", "Ridge Simulated[n=10]"}
