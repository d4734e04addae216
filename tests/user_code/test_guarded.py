"""Whatever users' code does ends in one clear line, and its process and all that it started are gone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from reportgen.user_code import bubblewrap
from reportgen.user_code.errors import UserCodeError
from reportgen.user_code.remote import CodeProcess, RemoteObject
from tests.helpers.user_code import WAYS, code_of, guard_by, processes_naming

pytestmark = pytest.mark.long

CODE = """
import ctypes
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time

import torch

torch.set_num_threads(4)
torch.set_num_threads = lambda number: None
torch.set_default_dtype(torch.float64)
libc = ctypes.CDLL(None)


class Bad:
    def good(self):
        return 1

    def threads(self):
        return torch.get_num_threads(), str(torch.get_default_dtype()), os.getcwd()

    def loop(self):
        while True:
            pass

    def loop_in_c(self):
        re.match("(a+)+$", "a" * 60 + "b")

    def allocate(self):
        return torch.ones(10 * 2**30, dtype=torch.uint8)

    def allocate_bytes(self):
        return len(bytearray(10 * 2**30))

    def print(self):
        for _ in range(100):
            print("x" * 1_000_000)

    def print_from_a_thread(self):
        def spam():
            while True:
                print("y" * 1000, flush=True)
        threading.Thread(target=spam, daemon=True).start()

    def open_socket(self):
        socket.socket()

    def connect(self):
        socket.create_connection(("127.0.0.1", 80))

    def exit(self):
        os._exit(0)

    def exit_in_a_thread(self):
        threading.Thread(target=os._exit, args=(3,)).start()
        time.sleep(60)

    def kill(self):
        os.kill(os.getpid(), signal.SIGKILL)

    def kill_parent(self):
        os.kill(os.getppid(), signal.SIGKILL)

    def crash(self):
        ctypes.string_at(0)

    def fork(self):
        os.fork()

    def start(self):
        subprocess.run(["true"])

    def system(self):
        os.system("true")

    def fork_in_c(self):
        if libc.fork() == 0:
            time.sleep(10_000)

    def write(self, path):
        with open(path, "w") as file:
            file.write("x")

    def remove(self, path):
        os.remove(path)

    def write_here(self):
        with open("log.txt", "w") as file:
            file.write("x")
        return os.listdir(".")

    def write_in_c(self, path):
        return libc.open(os.fsencode(path), os.O_CREAT | os.O_WRONLY, 0o666)

    def list(self, path):
        return sorted(os.listdir(path))

    def networks(self):
        with open("/proc/net/dev") as file:
            return [line.split(":")[0].strip() for line in file if ":" in line]

    def leave(self):
        raise SystemExit(0)

    def interrupt(self):
        raise KeyboardInterrupt

    def empty(self, params):
        params.clear()

    def garbage(self):
        return (x for x in [1])

    def circle(self):
        circle = []
        circle.append(circle)
        return circle

    def forge(self):
        os.write(int(sys.argv[2]), b"\\xff" * 250)

    def close(self):
        os.closerange(3, 200)

    def raise_limits(self):
        import resource
        resource.setrlimit(resource.RLIMIT_DATA, (2**40, 2**40))

    def recurse(self):
        return self.recurse()

    def read(self):
        return input()
"""


def line_of(text: str) -> int:
    """The line of the code on which a text stands."""
    return CODE[: CODE.index(text)].count("\n") + 1


def start(way: str, seconds: float = 60) -> CodeProcess:
    with pytest.MonkeyPatch.context() as patches:
        guard_by(way, patches)
        return CodeProcess(code_of(CODE), seconds=seconds)


@pytest.fixture(scope="module", params=WAYS)
def bad(request: pytest.FixtureRequest) -> Iterator[RemoteObject]:
    with start(request.param) as process:
        yield process.new("Bad")


@pytest.mark.parametrize(
    ("method", "line", "message"),
    [
        ("allocate", "torch.ones(10", "(it may take 4.0 GiB of memory)"),
        ("allocate_bytes", "bytearray(10", "MemoryError (it may take 4.0 GiB of memory)"),
        ("open_socket", "socket.socket()", "PermissionError: may not use the network"),
        ("connect", "socket.create", "PermissionError: may not use the network"),
        ("kill_parent", "os.kill(os.getppid", "PermissionError: may not stop another process"),
        ("fork", "os.fork()", "PermissionError: may not start another process"),
        ("start", "subprocess.run", "PermissionError: may not start another process"),
        ("system", "os.system", "PermissionError: may not start another process"),
        ("raise_limits", "resource.setrlimit", "PermissionError: may not change its limits"),
        ("leave", "raise SystemExit", "SystemExit: ends the program (0)"),
        ("interrupt", "raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("recurse", "return self.recurse()", "RecursionError: maximum recursion depth exceeded"),
        ("read", "return input()", "EOFError: EOF when reading a line"),
    ],
)
def test_what_is_refused_is_a_line_and_the_process_goes_on(
    bad: RemoteObject, method: str, line: str, message: str
) -> None:
    with pytest.raises(UserCodeError) as caught:
        bad.call(method)
    assert str(caught.value).startswith(f"hw5.py, line {line_of(line)}: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert bad.call("good")[0] == 1


@pytest.mark.parametrize(("method", "line"), [("write", 'open(path, "w")'), ("remove", "os.remove(path)")])
def test_files_outside_its_folder_stay_as_they_are(
    bad: RemoteObject, method: str, line: str, tmp_path: Path
) -> None:
    for path in (tmp_path / "kept.txt", Path.home() / "reportgen-test-of-users-code.txt"):
        before = path.exists()
        if path.is_relative_to(tmp_path):
            path.write_text("kept", encoding="utf-8")
        with pytest.raises(UserCodeError, match=rf"line {line_of(line)}: PermissionError: may not "):
            bad.call(method, str(path))
        if path.is_relative_to(tmp_path):
            assert path.read_text(encoding="utf-8") == "kept"
        else:
            assert path.exists() == before


def test_it_may_write_in_a_folder_of_its_own(bad: RemoteObject) -> None:
    assert bad.call("write_here")[0] == ["log.txt"]


@pytest.mark.parametrize(("method", "kind"), [("garbage", "a generator"), ("circle", "nested too deeply")])
def test_garbage_is_said_to_be_no_data(bad: RemoteObject, method: str, kind: str) -> None:
    with pytest.raises(UserCodeError, match=rf"hw5\.py: Bad\.{method}: gives back what cannot .*{kind}"):
        bad.call(method)


def test_arguments_that_it_deletes_are_gone_in_the_answer_alone(bad: RemoteObject) -> None:
    params = {"w1": torch.ones(2)}
    assert bad.call("empty", params)[1] == ({},)
    assert list(params) == ["w1"]


def test_its_settings_of_torch_are_set_back(bad: RemoteObject) -> None:
    assert bad.call("threads")[0][:2] == (1, "torch.float32")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("method", "message"),
    [
        ("loop", "hw5.py: Bad.loop: took longer than 2 s and was stopped"),
        ("loop_in_c", "hw5.py: Bad.loop_in_c: took longer than 2 s and was stopped"),
        ("print", "hw5.py: Bad.print: printed more than 1 MB and was stopped"),
        ("exit", "hw5.py: Bad.exit: ended its process (exit code 0)"),
        ("exit_in_a_thread", "hw5.py: Bad.exit_in_a_thread: ended its process (exit code 3)"),
        ("kill", "hw5.py: Bad.kill: its process was killed (SIGKILL); it may take 4.0 GiB of memory"),
        ("crash", "hw5.py: Bad.crash: its process was killed (SIGSEGV); "),
        ("forge", "hw5.py: Bad.forge: its process sent what is no answer ("),
        ("close", "hw5.py: Bad.close: ended its process (exit code 1)"),
    ],
)
def test_what_ends_it_is_a_line_and_nothing_is_left(way: str, method: str, message: str) -> None:
    with start(way, seconds=2 if "loop" in method else 60) as process:
        bad = process.new("Bad")
        folder = bad.call("threads")[0][2]
        with pytest.raises(UserCodeError) as caught:
            bad.call(method)
        assert str(caught.value).startswith(message)
        assert "\n" not in str(caught.value)
        assert processes_naming(folder) == []
        with pytest.raises(UserCodeError) as again:
            bad.call("good")
        assert str(again.value) == str(caught.value)
    assert not Path(folder).exists()


def call_on_and_on(bad: RemoteObject) -> None:
    while True:
        bad.call("good")
        time.sleep(0.01)


@pytest.mark.parametrize("way", WAYS)
def test_a_thread_that_prints_is_stopped_too(way: str) -> None:
    with start(way) as process:
        bad = process.new("Bad")
        bad.call("print_from_a_thread")
        with pytest.raises(UserCodeError, match=r"hw5\.py: Bad\.good: printed more than 1 MB"):
            call_on_and_on(bad)


@pytest.mark.parametrize("way", WAYS)
def test_what_it_starts_ends_with_it(way: str) -> None:
    with start(way) as process:
        bad = process.new("Bad")
        folder = bad.call("threads")[0][2]
        bad.call("fork_in_c")
        before = len(processes_naming(folder))
    assert before > 1
    assert processes_naming(folder) == []


@pytest.mark.skipif(bubblewrap.find_bubblewrap() is None, reason="bubblewrap is not here, or not allowed")
def test_bubblewrap_shows_neither_home_nor_network_and_lets_nothing_be_written(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("x", encoding="utf-8")
    with start(WAYS[0]) as process:
        bad = process.new("Bad")
        folder = Path(bad.call("threads")[0][2])
        for path in (
            tmp_path / "new",
            Path.home() / "new",
            Path("/new"),
            Path("/dev/shm/new"),
            Path("/usr/new"),
        ):
            assert bad.call("write_in_c", str(path))[0] == -1
            assert not path.exists()
        assert bad.call("write_in_c", str(folder / "new"))[0] > 0
        assert (folder / "new").exists()
        assert bad.call("list", str(folder.parent))[0] == [folder.name]
        with pytest.raises(UserCodeError, match="FileNotFoundError"):
            bad.call("list", str(tmp_path))
        assert bad.call("networks")[0] == ["lo"]  # one of its own, on which nobody listens


def test_no_process_starts_where_the_code_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reportgen.user_code.guarded.wrap", lambda *_, **__: ["false"])
    with pytest.raises(UserCodeError, match=r"hw5\.py: its process: ended its process \(exit code 1\)"):
        CodeProcess(code_of("x = 1"))
