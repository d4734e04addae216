"""Claims of trials among several programs: one trains, all may use, and nothing is held for ever."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

import pytest

from reportgen.records.claims import Claims
from tests.helpers.other_programs import OtherProgram

KEY, ANOTHER = "0" * 63 + "1", "1" * 64
PROGRAM = """
import sys
from pathlib import Path
from reportgen.records.claims import Claims
with Claims(Path(sys.argv[1])) as claims:
    print(getattr(claims, sys.argv[2])(sys.argv[3]), flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "output" / ".trials" / "claims"


def says_another_program(path: Path, asks: str, key: str, answer: bool | None) -> None:
    """What another program is told that asks for a key now."""
    with OtherProgram(PROGRAM, path, asks, key) as other:
        other.expect(str(answer))


def test_a_trial_is_claimed_by_one_program_until_it_lets_go(path: Path) -> None:
    with Claims(path) as claims:
        assert claims.take(KEY)
        says_another_program(path, "take", KEY, False)
        says_another_program(path, "take", ANOTHER, True)
        claims.release(KEY)
        says_another_program(path, "take", KEY, True)


def test_a_program_that_is_killed_lets_go(path: Path) -> None:
    with Claims(path) as claims, OtherProgram(PROGRAM, path, "take", KEY) as other:
        other.expect("True")
        assert not claims.take(KEY)
        other.kill()
        claims.wait(KEY)  # not for ever
        says_another_program(path, "take", KEY, False)


def test_a_trial_is_used_by_many_and_pruned_when_nobody_uses_it(path: Path) -> None:
    with Claims(path) as claims:
        claims.use(KEY)
        with OtherProgram(PROGRAM, path, "use", KEY) as other:
            other.expect("None")
            claims.release(KEY)  # it was trained, and is needed still
            says_another_program(path, "take_unused", KEY, False)
            assert not claims.take_unused(KEY)
            other.kill()
            assert claims.take_unused(KEY)
    says_another_program(path, "take_unused", KEY, True)


def test_who_trains_a_trial_and_who_uses_it_are_two_things(path: Path) -> None:
    with Claims(path) as claims:
        claims.use(KEY)
        says_another_program(path, "take", KEY, True)
        assert claims.take(ANOTHER)
        says_another_program(path, "take_unused", ANOTHER, True)


def test_where_there_are_no_locks_everything_is_free(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Claims(path) as claims, OtherProgram(PROGRAM, path, "take", KEY) as other:
        other.expect("True")

        def no_locks(*_: object) -> None:
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

        monkeypatch.setattr(fcntl, "lockf", no_locks)
        assert claims.take(KEY)
        assert claims.take_unused(KEY)
        claims.wait(KEY)
        claims.use(KEY)
        claims.release(KEY)
