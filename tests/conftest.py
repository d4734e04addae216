"""What tests share: the command line called in this process, and one small run that many tests read.

Hypothesis draws other cases in every run, and the same ones where CI is set, so that a change is judged by
itself. It never goes by the clock: a busy machine is no mistake.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from reportgen.cli.main import main

settings.register_profile(
    "local", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("local"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")

SLOW_SECONDS = 1800
"""How long a slow test may take; others have the timeout of pyproject.toml."""
RENDERING = ("cli", "document", "report")
"""The rooms whose tests render reports."""

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
    """The folder of a small finished run with its report; read it, do not change it.

    The workers of pytest-xdist share one: the first that needs it makes it, and the others wait.
    """
    root = tmp_path_factory.getbasetemp()
    root = root.parent if "PYTEST_XDIST_WORKER" in os.environ else root
    folder = root / "tiny"
    with FileLock(root / "tiny.lock"):
        if not (folder / "made").exists():
            shutil.rmtree(folder, ignore_errors=True)  # another worker's, which failed
            folder.mkdir()
            (folder / "tiny.toml").write_text(TINY, encoding="utf-8")
            with chdir(folder), pytest.raises(SystemExit) as ended:
                main.main(["run", "tiny.toml", "--output", str(folder / "out"), "--workers", "1"])
            assert not ended.value.code
            (folder / "made").touch()
    return (folder / "out" / "tiny" / "latest").resolve()


def may_write_anywhere() -> bool:
    """Whether this user may write where nobody may: root does, unless it has given up its capabilities."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o500)
        return os.access(folder, os.W_OK)


@pytest.hookimpl(tryfirst=True)  # before -m chooses by the marks
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give tests their marks, and put files with slow tests first.

    Begun last, a slow one would keep one core busy while the others idle. Tests of what a user may not do are
    left out where all may be done, but never where they alone are asked for: then they run, and fail.
    """
    if config.getoption("markexpr") != "unprivileged" and may_write_anywhere():
        reason = "may write anywhere: make unprivileged runs it as a user that may not"
        for item in items:
            if item.get_closest_marker("unprivileged"):
                item.add_marker(pytest.mark.skip(reason=reason))
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
    tests = Path(__file__).parent
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SLOW_SECONDS))
        fixtures = getattr(item, "fixturenames", ())
        if item.path.relative_to(tests).parts[0] in RENDERING or "tiny_run" in fixtures:
            item.add_marker(pytest.mark.renders)
