"""Change the code a little, run the tests that should notice, and count: killed of total, by module.

make mutation                                  20 changes of each module, one or two hours on two cores
make mutation ARGS="--changes 5 --rooms nn"    fewer, of one room
make mutation ARGS="--rooms key --seed 1"      another sample

A change is one of Cosmic Ray's (https://cosmic-ray.readthedocs.io): another operator, number, comparison,
condition, a `break` for a `continue`, an exception not caught, a loop not run. Places are drawn by the seed,
and one change for each. The changes are made in copies of the files that git knows, in build/mutation; the
working tree is left alone. Those that no test noticed are written to build/mutation/survivors.diff, to be
read: some of them change nothing that anyone could see, the others are tests to write.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path

PROJECT = Path(__file__).parents[1]
FOLDER = PROJECT / "build" / "mutation"


@dataclass(frozen=True)
class Room:
    """Modules that are tested together. Both: patterns of paths in the project."""

    modules: Sequence[str]
    tests: Sequence[str]


ROOMS = {
    "nn": Room(
        ["reportgen/nn/*.py"],
        ["tests/nn", "tests/checks", "tests/training/test_against_autograd.py"],
    ),
    "optim": Room(["reportgen/optim/**/*.py"], ["tests/optim", "tests/checks"]),
    "analysis": Room(
        ["reportgen/analysis/**/*.py"], ["tests/analysis", "tests/report/sections/test_verdicts.py"]
    ),
    "key": Room(["reportgen/execution/trial_key.py"], ["tests/execution/test_trial_*.py"]),
    "store": Room(
        [
            "reportgen/files/atomic.py",
            "reportgen/data/cache.py",
            "reportgen/records/claims.py",
            "reportgen/records/database.py",
            "reportgen/records/history.py",
            "reportgen/records/pruning.py",
            "reportgen/records/run_folder.py",
            "reportgen/execution/trial_store.py",
        ],
        [
            "tests/files/test_atomic.py",
            "tests/data/test_cache.py",
            "tests/execution",
            "tests/records",
            "tests/cli/test_history.py",
            "tests/cli/test_reuse.py",
            "tests/cli/test_storage.py",
        ],
    ),
    "proofs": Room(
        ["reportgen/checks/*.py", "reportgen/verification/*.py"],
        [
            "tests/checks",
            "tests/verification/test_proofs.py",
            "tests/cli/test_verify.py",
            "tests/verification/test_changed_pdfs.py",
        ],
    ),
    "numbers": Room(
        ["reportgen/report/words/numbers.py", "reportgen/report/sections/headlines.py"],
        ["tests/report/test_printed_numbers.py", "tests/report/sections/test_verdicts.py"],
    ),
}

ANNOTATIONS = "core/ReplaceBinaryOperator_BitOr_"
"""Changes of `|`, which stands in types alone, where no test can notice one."""


@dataclass(frozen=True)
class Change:
    """A change of one module. number: which of the operator's places in the module."""

    module: str
    operator: str
    number: int


@dataclass(frozen=True)
class Verdict:
    """What the tests said of a change; diff: the change as a patch."""

    change: Change
    killed: bool
    diff: str


def draw(module: str, count: int, seed: int) -> list[Change]:
    """Draw at most `count` changes of a module, each at another place."""
    from cosmic_ray.commands.init import init
    from cosmic_ray.work_db import WorkDB
    from cosmic_ray.work_item import MutationSpec

    database = WorkDB(":memory:", WorkDB.Mode.create)
    init([PROJECT / module], database, {})
    changes = [item.mutations[0] for item in database.work_items]
    database.close()

    def place(change: MutationSpec) -> tuple[object, ...]:
        return change.start_pos, change.end_pos

    changes = [change for change in changes if not change.operator_name.startswith(ANNOTATIONS)]
    changes.sort(key=lambda change: (*place(change), change.operator_name, change.occurrence))
    places = [list(group) for _, group in groupby(changes, key=place)]
    generator = random.Random(f"{seed} {module}")
    drawn = generator.sample(places, min(count, len(places)))
    chosen = [generator.choice(alternatives) for alternatives in drawn]
    return [Change(module, change.operator_name, change.occurrence) for change in chosen]


def copy_tree(folder: Path) -> None:
    """Copy the files that git knows, as they are in the working tree, into a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    names = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, check=True, capture_output=True).stdout
    for name in names.decode().split("\0"):
        if name and (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, folder / name)


def begin_work() -> None:
    """Give this worker a copy of its own, and stand in it."""
    copy = FOLDER / f"copy-{os.getpid()}"
    copy_tree(copy)
    os.chdir(copy)
    os.environ["PYTHONPATH"] = str(copy)


def test_command(python: str, tests: Sequence[str]) -> str:
    """The command that runs these tests and stops at the first that fails."""
    found = sorted(str(path.relative_to(PROJECT)) for pattern in tests for path in PROJECT.glob(pattern))
    return " ".join(
        [python, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-m", "'not slow'", *found]
    )


def try_change(change: Change, command: str, seconds: float) -> Verdict:
    """Make a change in this worker's copy, run the tests, and take it back."""
    from cosmic_ray.mutating import mutate_and_test
    from cosmic_ray.work_item import MutationSpec

    mutation = MutationSpec(
        module_path=Path(change.module),
        operator_name=change.operator,
        occurrence=change.number,
        start_pos=(1, 0),
        end_pos=(1, 1),
    )
    result = mutate_and_test([mutation], command, seconds)
    if result.test_outcome is None or result.diff is None:
        raise RuntimeError(f"{change}: the tests could not be run: {result.output}")
    return Verdict(change, result.is_killed, result.diff)


def time_tests(command: str) -> float:
    """Run the tests without a change and return how long they take, in seconds; ends where they fail."""
    begun = time.monotonic()
    done = subprocess.run(f"exec {command}", shell=True, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"mutation: the tests fail without any change\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.monotonic() - begun


def modules_of(room: Room) -> Iterator[str]:
    """The paths of a room's modules."""
    for pattern in room.modules:
        yield from (str(path.relative_to(PROJECT)) for path in sorted(PROJECT.glob(pattern)))


def main() -> None:
    """Print a line for each module as soon as it is done, then the sums."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--changes", type=int, default=20, help="of each module")
    parser.add_argument("--rooms", nargs="+", choices=ROOMS, default=list(ROOMS))
    parser.add_argument("--seed", type=int, default=0, help="of the sample")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--python", default=sys.executable, help="a Python that has what the tests need")
    options = parser.parse_args()

    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    survivors = FOLDER / "survivors.diff"
    killed = total = 0
    with ProcessPoolExecutor(options.jobs, initializer=begin_work) as pool:
        for name in options.rooms:
            command = test_command(options.python, ROOMS[name].tests)
            seconds = pool.submit(time_tests, command).result()
            print(f"{name}: tests of {seconds:.0f} s", flush=True)
            for module in modules_of(ROOMS[name]):
                changes = draw(module, options.changes, options.seed)
                if not changes:  # nothing but imports
                    continue
                attempt = partial(try_change, command=command, seconds=60 + 5 * seconds)
                verdicts = list(pool.map(attempt, changes))
                alive = [verdict for verdict in verdicts if not verdict.killed]
                with survivors.open("a", encoding="utf-8") as file:
                    file.writelines(f"{verdict.diff}\n" for verdict in alive)
                print(f"  {module:<44} {len(verdicts) - len(alive):>3} of {len(verdicts)}", flush=True)
                killed += len(verdicts) - len(alive)
                total += len(verdicts)
    for copy in FOLDER.glob("copy-*"):
        shutil.rmtree(copy)
    share = f" ({killed / total:.0%})" if total else ""
    print(f"killed {killed} of {total}{share}; the others: {survivors.relative_to(PROJECT)}")


if __name__ == "__main__":
    main()
