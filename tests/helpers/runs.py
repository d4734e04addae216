"""Runs of x.toml through the command line."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from tests.helpers.cli import Answer, Cli

DATABASE = Path("output/reportgen.sqlite")
ALL = 2 * 2 + 1
"""How many trials `FIVE_TRIALS` asks for."""


def trained(answer: Answer, code: int = 0) -> int:
    """How many trials a command says that it has trained, which ended with this code."""
    assert answer.code == code, answer
    done = sum("trials done)" in line for line in answer.out.splitlines())
    begun = [line.split() for line in answer.out.splitlines() if line.startswith("training: ")]
    assert done == sum(int(words[1]) for words in begun)
    return done


def run(cli: Cli, *options: object) -> Answer:
    return cli("run", "x.toml", "--workers", 1, *options)


def runs(experiment: str = "x") -> list[Path]:
    return sorted(path.parent for path in Path("output", experiment).glob("2*/manifest.json"))


def numbers(folder: Path) -> list[str]:
    """The tables of a run as text, without the time that everything took."""
    tables = [pd.read_csv(folder / name, dtype=str) for name in ("metrics.csv", "results.csv")]
    return [table.drop(columns="seconds").to_csv() for table in tables]
