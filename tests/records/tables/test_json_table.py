"""Tables in JSON and JSON lines: every usual form is read as the same trials, and others get one line."""

from __future__ import annotations

import gzip
import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from reportgen.errors import UserError
from reportgen.records.tables import flattening
from reportgen.records.tables.forms import read_raw
from reportgen.records.tables.raw import RawTable

SCORES = {("SGD", "0"): 0.9, ("SGD", "1"): 0.8, ("Adam", "0"): 0.7, ("Adam", "1"): 0.6}
RECORDS = [{"optimizer": name, "seed": int(seed), "score": score} for (name, seed), score in SCORES.items()]
FRAME = pd.DataFrame(RECORDS)
NESTED = {"SGD": {"0": 0.9, "1": 0.8}, "Adam": {"0": 0.7, "1": 0.6}}


def read(tmp_path: Path, text: str, name: str = "scores.json") -> RawTable:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read_raw(path)


def trials(table: RawTable, metric: str = "score") -> dict[tuple[str, str], Any]:
    rows = table.frame.to_dict("records")
    return {(str(row["optimizer"]), str(row["seed"])): row[metric] for row in rows}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(RECORDS),
        json.dumps({"results": RECORDS, "made": "yesterday"}),
        json.dumps({"data": RECORDS}),
        json.dumps({name: list(FRAME[name].tolist()) for name in FRAME}),
        *(FRAME.to_json(orient=orient) for orient in ("records", "columns", "index", "split", "table")),
        json.dumps([list(FRAME.columns), *FRAME.to_numpy().tolist()]),
        json.dumps(NESTED),
        json.dumps({"SGD": {"seed0": 0.9, "seed1": 0.8}, "Adam": {"seed0": 0.7, "seed1": 0.6}}),
        json.dumps({"0": {"SGD": 0.9, "Adam": 0.7}, "1": {"SGD": 0.8, "Adam": 0.6}}),
        json.dumps({f"{name}-seed{seed}": score for (name, seed), score in SCORES.items()}),
        json.dumps({n: [{"seed": s, "score": NESTED[n][str(s)]} for s in (0, 1)] for n in NESTED}),
        json.dumps({n: {s: {"score": v, "loss": 1} for s, v in NESTED[n].items()} for n in NESTED}),
        "\n".join(map(json.dumps, RECORDS)),
        "\n" + "\n\n".join(map(json.dumps, RECORDS)) + "\n",
    ],
)
def test_every_form_holds_the_same_trials(tmp_path: Path, text: str) -> None:
    table = read(tmp_path, text)
    assert trials(table) == SCORES
    assert table.form.startswith("JSON")


def test_problems_may_stand_above_the_optimizers(tmp_path: Path) -> None:
    table = read(tmp_path, json.dumps({"digits": NESTED, "letters": NESTED}))
    assert list(table.frame["problem"]) == ["digits"] * 4 + ["letters"] * 4
    assert trials(table) == SCORES


def test_a_list_for_each_optimizer_has_no_seeds(tmp_path: Path) -> None:
    table = read(tmp_path, '{"SGD": [0.9, 0.8], "Adam": [0.7]}')
    assert table.frame.to_dict("records") == [
        {"optimizer": "SGD", "score": 0.9},
        {"optimizer": "SGD", "score": 0.8},
        {"optimizer": "Adam", "score": 0.7},
    ]
    assert table.notes == ("each score of a list is a training of its own",)


def test_lists_under_seeds_are_curves(tmp_path: Path) -> None:
    same = {"SGD": {"0": {"acc": [0.1, 0.2], "loss": [3, 2]}, "1": {"acc": [0.1, 0.2], "loss": [3]}}}
    rows = read(tmp_path, json.dumps(same)).frame.to_dict("records")
    assert [(row["seed"], row["epoch"], row["acc"], row["loss"]) for row in rows] == [
        ("0", 1, 0.1, 3),
        ("0", 2, 0.2, 2),
        ("1", 1, 0.1, 3),
        ("1", 2, 0.2, None),
    ]


def test_lists_in_records_are_curves_unless_they_are_settings(tmp_path: Path) -> None:
    records = [
        {
            "config": {"optimizer": "Adam", "betas": [0.9, 0.99]},
            "seed": seed,
            "acc": [0.1 * seed, 0.2],
            "epoch": [5, 10],
        }
        for seed in (0, 1)
    ]
    rows = read(tmp_path, json.dumps(records)).frame.to_dict("records")
    assert [(row["config.optimizer"], row["seed"], row["epoch"], row["acc"]) for row in rows] == [
        ("Adam", 0, 5, 0.0),
        ("Adam", 0, 10, 0.2),
        ("Adam", 1, 5, 0.1),
        ("Adam", 1, 10, 0.2),
    ]
    assert {row["config.betas"] for row in rows} == {"[0.9, 0.99]"}


def test_lines_packed_by_gzip_have_their_numbers_and_nested_keys(tmp_path: Path) -> None:
    path = tmp_path / "runs.jsonl.gz"
    lines = ['{"config": {"optimizer": "SGD", "seed": 0}, "summary": {"acc": NaN}}', "", '{"acc": -Infinity}']
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    table = read_raw(path)
    assert list(table.lines) == [1, 3]
    assert list(table.frame.columns) == ["config.optimizer", "config.seed", "summary.acc", "acc"]
    assert table.frame["summary.acc"].tolist() == ["nan", None]  # measured, and no number
    assert table.frame["acc"].tolist() == [None, -math.inf]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("[" * 100_000, "nested too deep"),
        ('{"a": ' * 500 + "1" + "}" * 500, "neither a score nor a list"),
        ('[{"a":' + '{"b":' * 30 + "1" + "}" * 31 + "]", "nested deeper than 20 levels"),
        ('[{"optimizer": "SGD",', "character 22: is no JSON"),
        ('[\n{"optimizer": "SGD" "seed": 0}]', "line 2: is no JSON"),
        ('{"SGD": {"0": 1}, "SGD": {"0": 2}}', "the key 'SGD' twice"),
        ("[" + "1" * 5_000 + "]", "too many digits"),
        ("[1, 2]", "neither records nor rows"),
        ("[]", "has no records"),
        ("{}", "holds no table"),
        ('{"SGD": {"acc": [0.1, 0.2]}}', "which of its keys are optimizers and which are seeds"),
        ('{"SGD": {"0": 1}, "Adam": 1}', "not nested alike"),
        ('{"SGD": {"0": true}}', "neither a score nor a list of scores under SGD, 0"),
        ('{"optimizer": ["SGD"], "score": [1, 2]}', "not equally long ('optimizer' 1, 'score' 2)"),
        ('[["optimizer", "seed"], ["SGD"]]', "row 1: has not the 2 cells"),
        ('{"seed": 0}\n[1]', "line 2: is no record"),
        ('{"seed": 0}\n{"seed": 1', "line 2, character 11: is no JSON"),
    ],
)
def test_what_is_no_table_gets_one_line(tmp_path: Path, text: str, wrong: str) -> None:
    with pytest.raises(UserError) as error:
        read(tmp_path, text)
    assert wrong in str(error.value)
    assert str(error.value).startswith(f"{tmp_path / 'scores.json'}")
    assert "\n" not in str(error.value)


def test_a_table_of_too_many_cells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flattening, "MOST_CELLS", 50)
    with pytest.raises(UserError, match="more than 1,000,000 rows or 50 cells"):
        read(tmp_path, json.dumps([{f"key{number}": 0} for number in range(20)]))
