"""A process that computes is told from one that does not, whoever of its family does it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reportgen.execution.executors.processor_time import processor_time

WORKS = "while True: pass"
SLEEPS = "import time; print('begun', flush=True); time.sleep(1000)"
HAS_WORKING_CHILD = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {WORKS!r}])"

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the system does not tell")


@contextmanager
def running(program: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, 9)
        process.communicate()


@pytest.mark.parametrize("program", [WORKS, HAS_WORKING_CHILD], ids=["itself", "its child"])
def test_the_time_of_one_that_computes_grows(program: str) -> None:
    with running(program) as process:
        before = processor_time(process.pid)
        assert before is not None
        limit = time.monotonic() + 60
        while (processor_time(process.pid) or 0) < before + 20:  # more than it takes to start
            assert time.monotonic() < limit
            time.sleep(0.05)


def test_the_time_of_one_that_waits_stands_still() -> None:
    with running(SLEEPS) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        time.sleep(0.2)  # until it sleeps
        before = processor_time(process.pid)
        time.sleep(0.3)
        assert processor_time(process.pid) == before


def test_of_a_process_that_is_not_there_nothing_is_known() -> None:
    with running(SLEEPS) as process:
        pass
    assert processor_time(process.pid) is None
