"""Real clusters on this machine: every worker a process, with a cache of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.helpers.project import ROOT

SECONDS = 120
"""How long anything may take to begin, on a machine that has much else to do."""


def wait_until(true: Callable[[], object], otherwise: str) -> None:
    """Wait for something that happens in another process."""
    limit = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < limit, otherwise
        time.sleep(0.1)


def environment(cache: Path, package: Path = ROOT) -> dict[str, str]:
    """What a worker sees: a cache of its own, and the package of this folder."""
    return os.environ | {
        "REPORTGEN_CACHE": str(cache),
        "PYTHONPATH": str(package),
        "RAY_USAGE_STATS_ENABLED": "0",
        "OMP_NUM_THREADS": "1",
    }


@dataclass
class DaskCluster:
    """A Dask scheduler and its workers."""

    folder: Path
    address: str = ""
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def cache(self, name: str) -> Path:
        """The cache of a worker."""
        return self.folder / f"cache-{name}"

    def add(self, name: str, package: Path = ROOT) -> None:
        """Start a worker."""
        self.workers[name] = self._start(
            name,
            "worker",
            self.address,
            *("--nthreads=1", "--no-nanny", f"--name={name}"),
            "--death-timeout=30",  # where pytest itself is killed
            package=package,
        )

    def open(self) -> None:
        """Start the scheduler, without workers."""
        told = self.folder / "scheduler.json"
        self.workers["scheduler"] = self._start(
            "scheduler", "scheduler", "--port=0", f"--scheduler-file={told}"
        )
        wait_until(told.is_file, "no scheduler")
        text = told.read_text(encoding="utf-8")
        self.address = text.partition('"address": "')[2].partition('"')[0]

    def _start(self, name: str, *words: str, package: Path = ROOT) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *words, "--host=127.0.0.1", "--no-dashboard"],
                env=environment(self.cache(name), package) | {"DASK_TEMPORARY_DIRECTORY": str(self.folder)},
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )


@contextlib.contextmanager
def dask_cluster(folder: Path) -> Iterator[DaskCluster]:
    """A scheduler; all that was started is ended in the end."""
    cluster = DaskCluster(folder)
    try:
        cluster.open()
        yield cluster
    finally:
        for process in cluster.workers.values():
            process.kill()
        for process in cluster.workers.values():
            process.wait()


RAY = """
import os, sys
import ray
from ray.cluster_utils import Cluster

caches = sys.argv[1:]
os.environ["REPORTGEN_CACHE"] = caches[0]
cluster = Cluster(
    initialize_head=True,
    head_node_args={"num_cpus": 1, "include_dashboard": False, "object_store_memory": 80_000_000},
)
nodes = [cluster.head_node]
for cache in caches[1:]:
    os.environ["REPORTGEN_CACHE"] = cache
    nodes.append(cluster.add_node(num_cpus=1, object_store_memory=80_000_000))
print(cluster.address, flush=True)
for line in sys.stdin:
    cluster.remove_node(nodes[int(line)], allow_graceful=False)
cluster.shutdown()
"""


@dataclass
class RayCluster:
    """A Ray cluster; its first node is the head, to which a driver belongs."""

    process: subprocess.Popen[str]
    address: str

    def kill(self, node: int) -> None:
        """Kill a node, and all that runs on it."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{node}\n")
        self.process.stdin.flush()


@contextlib.contextmanager
def ray_cluster(caches: list[Path]) -> Iterator[RayCluster]:
    """Nodes with a processor each and these caches; ended in the end."""
    # the paths of sockets have to be short
    with tempfile.TemporaryDirectory(prefix="ray-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        log = Path(folder) / "log"
        with log.open("w", encoding="utf-8") as file:
            process = subprocess.Popen(
                [sys.executable, "-c", RAY, *caches],
                env=environment(caches[0]) | {"RAY_TMPDIR": folder},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
                start_new_session=True,
            )
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert address, log.read_text(encoding="utf-8")
            yield RayCluster(process, address)
        finally:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=SECONDS)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
