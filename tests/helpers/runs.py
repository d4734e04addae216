"""Runs of x.toml through the command line."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from tests.helpers.cli import Answer, Cli

ALL = 2 * 2 + 1
"""How many trials `FIVE_TRIALS` asks for."""


def trained(answer: Answer) -> int:
    """How many trials a command says that it has trained."""
    assert answer.code == 0, answer
    return sum("trials done)" in line for line in answer.out.splitlines())


def run(cli: Cli, *options: object) -> Answer:
    return cli("run", "x.toml", "--workers", 1, *options)


def runs(experiment: str = "x") -> list[Path]:
    return sorted(path.parent for path in Path("output", experiment).glob("2*/manifest.json"))


def numbers(folder: Path) -> list[str]:
    """The tables of a run as text, without the time that everything took."""
    tables = [pd.read_csv(folder / name, dtype=str) for name in ("metrics.csv", "results.csv")]
    return [table.drop(columns="seconds").to_csv() for table in tables]
