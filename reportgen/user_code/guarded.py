"""Guarded processes: started here, spoken with through pipes, and gone afterwards, whatever they do."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import NoReturn, Self

from reportgen.errors import printable
from reportgen.user_code.bubblewrap import wrap
from reportgen.user_code.confinement import GIB, Confinement, Limits
from reportgen.user_code.encoding import NoDataError, Reader
from reportgen.user_code.errors import UserCodeError
from reportgen.user_code.module_paths import module_paths

START_SECONDS = 300.0
"""How long a process may take to import torch, on a machine that has much else to do."""
END_SECONDS = 5.0
"""How long it may take to end by itself once it has closed its pipe."""
ENDED, TIME, PRINTED, GARBLED = STOPS = ("ended", "time", "printed", "garbled")
"""Why a guarded process is no longer there."""
CHUNK = 1 << 20
TAIL = 400
"""Characters that are kept of what was printed last."""
KEPT = ("LANG", "LC_", "TZ", "PATH", "LD_", "DYLD_", "ATEN_", "MKL_", "OMP_", "KMP_", "OPENBLAS_", "ONEDNN_")
"""How the names of environment variables begin that a guarded process sees: they decide how sums are made.

Others may hold secrets."""


class GuardedProcess:
    """A process that runs a user's code, within limits, and in bubblewrap where that works.

    The thread that starts one has to live as long as it is used: it ends with that thread.
    """

    def __init__(
        self,
        module: str,
        file: str,
        *,
        limits: Limits,
        writable: Iterable[Path] = (),
        readable: Iterable[Path] = (),
    ) -> None:
        """Start a process, and wait until it is ready.

        Args:
            module: What it runs, which begins with `confine`.
            file: The name of the user's file, for errors.
            limits: What it may take.
            writable: Folders in which it may write, besides an empty one of its own, in which it starts.
            readable: What it may read, besides Python, its packages and the system's libraries.

        Raises:
            UserCodeError: It did not come to be ready.
        """
        self.file, self.limits = file, limits
        self.ended: UserCodeError | None = None
        self._printed, self._tail, self._reader = 0, b"", Reader()
        self._killed = False
        self._scratch = TemporaryDirectory(prefix="reportgen-", ignore_cleanup_errors=True)
        folders = (Path(self._scratch.name).resolve(), *(folder.resolve() for folder in writable))
        requests, self._requests = os.pipe()
        self._answers, answers = os.pipe()
        self._output, output = os.pipe()
        confinement = Confinement(limits, folders).to_argument()
        command = [sys.executable, "-P", "-m", module, str(requests), str(answers), confinement]
        try:
            self._process = subprocess.Popen(
                wrap(command, writable=folders, readable=readable),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(requests, answers),
                env=_environment(folders[0]),
                cwd=folders[0],
                start_new_session=True,  # Ctrl-C is its parent's business; and a group can be killed as one
            )
        except OSError:
            self._close_pipes()
            raise
        finally:
            for descriptor in (requests, answers, output):
                os.close(descriptor)
        for descriptor in (self._requests, self._answers, self._output):
            os.set_blocking(descriptor, False)
        try:
            self.exchange(b"", "its process", seconds=START_SECONDS)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self.close()

    def exchange(self, message: bytes, doing: str, *, seconds: float | None = None) -> object:
        """Send a message and return the next one's value.

        Args:
            message: As encoding.py makes it; nothing at all to send nothing.
            doing: What the process is asked to do, for errors.
            seconds: How long it may take; None for what its limits say.

        Raises:
            UserCodeError: The process died, or was ended since it took too long, printed too much, or
                answered with what is no message. It stays ended.
        """
        if self.ended is not None:
            raise self.ended
        seconds = self.limits.seconds if seconds is None else seconds
        until, left = time.monotonic() + seconds, memoryview(message)
        with selectors.DefaultSelector() as selector:
            selector.register(self._answers, selectors.EVENT_READ)
            selector.register(self._output, selectors.EVENT_READ)
            if left:
                selector.register(self._requests, selectors.EVENT_WRITE)
            while True:
                try:
                    answer = self._reader.take()
                except NoDataError as error:
                    self.stop(doing, GARBLED, f"its process sent what is no answer ({error})")
                if answer is not None:
                    self._take_printed(doing)
                    return answer[0]
                if time.monotonic() > until:
                    self.stop(doing, TIME, f"took longer than {seconds:g} s and was stopped")
                ready = [key.fd for key, _ in selector.select(max(until - time.monotonic(), 0))]
                if self._requests in ready:
                    left = self._send(left)
                    if not left:
                        selector.unregister(self._requests)
                if self._output in ready and not self._take_printed(doing):
                    selector.unregister(self._output)
                if self._answers in ready:
                    self._take_answer(doing)

    def close(self) -> None:
        """End the process and all that it started."""
        self._kill()
        self._close_pipes()
        if self.ended is None:
            self.ended = UserCodeError(f"{self.file}: its process was closed", file=self.file, kind=ENDED)

    def _close_pipes(self) -> None:
        for descriptor in (self._requests, self._answers, self._output):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self._requests = self._answers = self._output = -1
        self._scratch.cleanup()

    def _send(self, left: memoryview) -> memoryview:
        """Write what the pipe takes, and return the rest."""
        try:
            return left[os.write(self._requests, left) :]
        except BrokenPipeError:  # how the process ended is told when its answers end
            return left[:0]

    def _take_answer(self, doing: str) -> None:
        """Take in what has come of an answer."""
        content = os.read(self._answers, CHUNK)
        if not content:
            self._tell_end(doing)
        self._reader.add(content)

    def _take_printed(self, doing: str) -> bool:
        """Take in what was printed; False where nothing can come any more."""
        while True:
            try:
                content = os.read(self._output, CHUNK)
            except BlockingIOError:
                return True
            if not content:
                return False
            self._printed += len(content)
            self._tail = (self._tail + content)[-TAIL:]
            if self._printed > self.limits.printed:
                self.stop(
                    doing, PRINTED, f"printed more than {self.limits.printed / 1e6:g} MB and was stopped"
                )

    def _tell_end(self, doing: str) -> NoReturn:
        """Say how a process ended that has closed its pipe."""
        try:
            code = self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.stop(doing, ENDED, "closed the pipe of its process")
        self._take_printed(doing)
        # bubblewrap says 128 + signal of the process in it
        number = -code if code < 0 else code - 128
        if number > 0:
            name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
            reason = (
                f"its process was killed ({name}); it may take {self.limits.memory / GIB:.1f} GiB of memory"
            )
            reason += f" and {self.limits.processor_seconds} s of a processor"
        else:
            reason = f"ended its process (exit code {code})"
        last = [line for line in self._tail.decode(errors="replace").splitlines() if line.strip()]
        if last:
            reason += f"; the last that it printed: {printable(last[-1].strip())[:200]}"
        self.stop(doing, ENDED, reason)

    def stop(self, doing: str, kind: str, reason: str) -> NoReturn:
        """End the process for good, and say why.

        Args:
            doing: What it was asked to do.
            kind: One of STOPS.
            reason: In words.

        Raises:
            UserCodeError: Always.
        """
        self._kill()
        self.ended = UserCodeError(f"{self.file}: {doing}: {reason}", file=self.file, kind=kind)
        raise self.ended

    def _kill(self) -> None:
        """Kill the process and its group; in bubblewrap nothing can leave it."""
        if not self._killed:  # once: later its number may be another's
            self._killed = True
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._wait_for_others()

    def _wait_for_others(self) -> None:
        """Wait until nobody holds the other end of the pipe: what ran in bubblewrap ends after it."""
        until = time.monotonic() + END_SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(self._answers, selectors.EVENT_READ)
            while (left := until - time.monotonic()) > 0:
                if selector.select(left) and not os.read(self._answers, CHUNK):
                    return


def _environment(home: Path) -> dict[str, str]:
    """What a guarded process sees: nothing that is the user's own."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {
        **threads,
        **kept,
        "HOME": str(home),
        "TMPDIR": str(home),
        "USER": "user",
        "MPLBACKEND": "Agg",
        "PYTHONPATH": os.pathsep.join(map(str, module_paths())),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
    }
