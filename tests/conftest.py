"""What tests share: the command line called in this process, and one small run that many tests read.

Hypothesis draws other cases in every run, and the same ones where CI is set, so that a change is judged by
itself. It never goes by the clock: a busy machine is no mistake.
"""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from reportgen.cli.main import main
from tests.helpers import hostile
from tests.helpers.cli import Answer, Cli
from tests.helpers.experiments import SMALL, TINY
from tests.helpers.images import arrays

if TYPE_CHECKING:  # what many tests do without is loaded by those that need it
    from reportgen.experiment.reading import Source
    from tests.helpers.listener import Listener

settings.register_profile(
    "local", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("local"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "local")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a shell's background; some tests press Ctrl-C
    signal.signal(signal.SIGINT, signal.default_int_handler)

SLOW_SECONDS = 1800
"""How long a slow test may take; others have the timeout of pyproject.toml."""
LONG = ("api", "cli", "document", "faults", "hardening", "report", "verification")
"""The rooms whose tests render reports, run experiments again and again, or try hundreds of cases."""


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
def cli(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    """Calls the command line with these arguments, in an empty folder.

    As on a machine with one core: a worker takes seconds to start. Tests of workers say how many.
    """
    monkeypatch.setattr("reportgen.execution.environment.cores", lambda: 1)

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


@pytest.fixture(scope="session")
def hostile_run(tmp_path_factory: pytest.TempPathFactory) -> hostile.Run:
    """A run whose every text tries to be something else, with its HTML; read it, do not change it."""
    place = tmp_path_factory.mktemp("hostile")
    np.savez(place / "<i>&{x}.npz", **arrays(classes=np.array(hostile.CLASSES)))
    (place / hostile.FILE).write_text(hostile.TEXT, encoding="utf-8")
    with chdir(place), pytest.raises(SystemExit) as ended:
        main.main(["run", hostile.FILE, "--no-pdf", "--workers", "1"])
    assert not ended.value.code
    return hostile.Run(place, (place / "output" / "x (1)" / "latest").resolve())


@pytest.fixture
def one_thread() -> None:
    import torch

    torch.set_num_threads(1)


@pytest.fixture
def no_workers_left() -> Iterator[None]:
    """A failed test's workers would keep pytest from ending."""
    yield
    for child in multiprocessing.active_children():
        child.kill()


@pytest.fixture
def listener() -> Listener:
    from tests.helpers.listener import Listener

    return Listener()


@pytest.fixture
def source(tmp_path: Path) -> Callable[..., Source]:
    """An experiment as a run takes it: five trials of two or three epochs on a few digits.

    Called with pairs of what to replace in its text, and by what.
    """
    from reportgen.experiment.reading import Source, read

    def make(*changes: tuple[str, str]) -> Source:
        text = SMALL
        for right, wrong in changes:
            assert text.count(right) == 1
            text = text.replace(right, wrong)
        file = tmp_path / "small.toml"
        file.write_text(text, encoding="utf-8")
        return Source("small", file, text, read(file))

    return make


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
        if item.path.relative_to(tests).parts[0] in LONG or "tiny_run" in fixtures:
            item.add_marker(pytest.mark.long)
