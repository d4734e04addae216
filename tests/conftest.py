"""What tests share: the command line called in this process, and one small run that many tests read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import pytest

from reportgen.cli import main

TINY = """
title = { zh-Hant = "小型測試：優化器", en = "A tiny test of optimizers" }
author = { zh-Hant = "王小明", en = "Wang Xiaoming" }
[data]
source = "digits"
train = 300
validation = 100
[comparison]
subset = 200
hidden = [16]
batch_size = 16
epochs = 3
seeds = 2
optimizers = [
  { name = "SGD", learning_rate = 0.05 },
  { name = "SGD_Momentum", learning_rate = 0.05, momentum = 0.8 },
  { name = "Adam", learning_rate = 0.01 },
]
[tuned]
hidden = [24, 12]
batch_size = 16
epochs = 5
l2 = 1e-4
seeds = [0, 1]
optimizer = { name = "Adam", learning_rate = 0.01 }
"""


@dataclass(frozen=True)
class Answer:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def error_line(self) -> str:
        """The one line of its error output."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        return lines[0]


Cli = Callable[..., Answer]


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cache of decoded data for this session alone."""
    before = os.environ.get("REPORTGEN_CACHE")
    folder = tmp_path_factory.mktemp("cache")
    os.environ["REPORTGEN_CACHE"] = str(folder)
    yield folder
    if before is None:
        del os.environ["REPORTGEN_CACHE"]
    else:
        os.environ["REPORTGEN_CACHE"] = before


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Cli]:
    """Calls the command line with these arguments, in an empty folder."""

    def call(*arguments: object) -> Answer:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Answer(int(ended.value.code or 0), captured.out, captured.err)

    with chdir(tmp_path):
        yield call


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small finished run with its report; read it, do not change it."""
    folder = tmp_path_factory.mktemp("tiny")
    (folder / "tiny.toml").write_text(TINY, encoding="utf-8")
    with chdir(folder), pytest.raises(SystemExit) as ended:
        main.main(["run", "tiny.toml", "--output", str(folder / "out"), "--workers", "1"])
    assert not ended.value.code
    return (folder / "out" / "tiny" / "latest").resolve()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests first: begun last, one of them would keep one core busy while the others idle."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
