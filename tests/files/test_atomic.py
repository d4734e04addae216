"""Files are written whole or not at all, nobody takes away what another program is still writing, and what a
killed one left goes with the next write."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from reportgen.errors import describe
from reportgen.files import atomic
from tests.helpers.other_programs import OtherProgram, number_of_nobody

WRITER = f"""
import os, sys
from pathlib import Path
from reportgen.files import atomic
os.getpid = lambda: {number_of_nobody()}  # what a number of another container or machine looks like from here
fsync = os.fsync
def wait(descriptor):
    print("writing", flush=True)
    sys.stdin.readline()
    fsync(descriptor)
os.fsync = wait
atomic.write_text(Path(sys.argv[1]), "of the other program")
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def fail_with(number: int) -> Callable[..., None]:
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


def test_a_write_that_fails_leaves_the_old_file_and_no_part_and_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "report.html"
    atomic.write_text(target, "old")
    monkeypatch.setattr(os, "fsync", fail_with(errno.ENOSPC))
    with pytest.raises(OSError, match="No space left") as caught:
        atomic.write_text(target, "new")
    assert describe(caught.value) == (
        f"{target}: No space left on device; free some space and start again, what was trained is kept"
    )
    assert target.read_text() == "old"
    assert names(tmp_path) == ["report.html"]


@pytest.mark.parametrize("number", [errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO])
def test_what_else_a_disk_can_say_comes_with_something_to_do(number: int) -> None:
    line = describe(OSError(number, os.strerror(number), "output/x"))
    assert line.startswith(f"output/x: {os.strerror(number)}; ")
    assert "\n" not in line


def test_an_error_that_says_what_is_wrong_comes_without(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file") as caught:
        atomic.write_text(tmp_path / "none" / "file", "")
    assert describe(caught.value) == f"{tmp_path / 'none' / 'file'}: No such file or directory"


def test_another_program_finishes_what_it_writes(tmp_path: Path) -> None:
    target = tmp_path / "a[1].html"
    with OtherProgram(WRITER, target) as other:
        other.expect("writing")
        atomic.write_text(target, "of this program")
        other.go_on()
    assert target.read_text() == "of the other program"
    assert names(tmp_path) == ["a[1].html"]


def test_the_part_of_a_killed_writer_goes_with_the_next_write(tmp_path: Path) -> None:
    target, another = tmp_path / "a[1].html", tmp_path / "another.html"
    for file in (target, another):
        with OtherProgram(WRITER, file) as other:
            other.expect("writing")
            other.kill()
    left = names(tmp_path)
    assert len(left) == 2
    atomic.write_text(target, "whole")
    assert target.read_text() == "whole"
    assert names(tmp_path) == sorted(["a[1].html", *(name for name in left if "another" in name)])


def test_without_locks_only_what_is_very_old_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcntl, "flock", fail_with(errno.ENOLCK))
    young, old = "0" * 16, "f" * 16
    for name, days in ((young, 29), (old, 31)):
        for part in (tmp_path / f".file.{name}.part", tmp_path / f".partial-{name}.lock"):
            part.write_text("half")
            os.utime(part, (time.time() - days * 24 * 3600,) * 2)
        (tmp_path / f".partial-{name}").mkdir()
    atomic.write_text(tmp_path / "file", "whole")
    with atomic.partial_folder(tmp_path) as folder:
        assert folder.is_dir()
    assert names(tmp_path) == [f".file.{young}.part", f".partial-{young}", f".partial-{young}.lock", "file"]


def test_what_only_looks_like_a_part_stays(tmp_path: Path) -> None:
    mine = [".file.part", ".file.0.part", "file.0123456789abcdef.part", ".partial-mine.lock"]
    for name in mine:
        (tmp_path / name).write_text("mine")
    atomic.write_text(tmp_path / "file", "whole")
    atomic.point_link(tmp_path / "link", "file")
    assert names(tmp_path) == sorted([*mine, "file", "link"])


def test_a_link_that_somebody_planted_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, victim = tmp_path / "file", tmp_path / "victim"
    victim.write_text("mine")
    (tmp_path / f".file.{os.getpid()}.part").symlink_to(victim)
    atomic.write_text(target, "whole")
    assert victim.read_text() == "mine"
    # not even where somebody guesses what is chosen by chance
    monkeypatch.setattr(secrets, "token_hex", lambda *_: "guessed")
    (tmp_path / ".file.guessed.part").symlink_to(victim)
    with pytest.raises(OSError, match="File exists"):
        atomic.write_text(target, "new")
    assert victim.read_text() == "mine"
    assert target.read_text() == "whole"
    assert not target.is_symlink()


def test_a_file_may_be_read_by_those_whom_the_umask_allows(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        atomic.write_text(tmp_path / "file", "")
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o640


def test_whoever_begins_while_others_tidy_up_is_not_taken_for_abandoned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file is there for an instant before it is locked, and another program may look just then."""
    lock, tidied = fcntl.flock, []

    def tidy_first(descriptor: int, kind: int) -> None:
        if not tidied:
            tidied.append(descriptor)
            atomic.remove_abandoned(tmp_path.glob(atomic.PARTS))
        lock(descriptor, kind)

    monkeypatch.setattr(fcntl, "flock", tidy_first)
    atomic.write_text(tmp_path / "file", "whole")
    assert tidied
    assert (tmp_path / "file").read_text() == "whole"
    assert names(tmp_path) == ["file"]


def test_a_link_that_cannot_be_made_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    atomic.point_link(tmp_path / "latest", "first")
    monkeypatch.setattr(os, "replace", fail_with(errno.ENOSPC))
    with pytest.raises(OSError, match="No space left") as caught:
        atomic.point_link(tmp_path / "latest", "second")
    assert caught.value.filename == str(tmp_path / "latest")
    assert names(tmp_path) == ["latest"]
    assert os.readlink(tmp_path / "latest") == "first"  # noqa: PTH115 - the text of the link itself


def test_a_folder_is_hidden_until_it_is_renamed_and_gone_otherwise(tmp_path: Path) -> None:
    with atomic.partial_folder(tmp_path) as folder:
        assert all(name.startswith(".") for name in names(tmp_path))
        (folder / "file").write_text("kept")
        folder.rename(tmp_path / "whole")
    with atomic.partial_folder(tmp_path) as folder:
        (folder / "file").write_text("not kept")
    assert names(tmp_path) == ["whole"]
    assert names(tmp_path / "whole") == ["file"]


def test_the_lock_of_a_program_with_children_goes_with_the_program(tmp_path: Path) -> None:
    """Workers outlive a killed program for an instant: they must not hold what it was writing."""
    child = "import sys; print('child', flush=True); sys.stdin.read()"
    with atomic.partial_folder(tmp_path) as folder:
        inherits = subprocess.Popen(
            [sys.executable, "-c", child], stdin=subprocess.PIPE, stdout=subprocess.PIPE, close_fds=False
        )
        assert inherits.stdout is not None
        assert inherits.stdout.readline() == b"child\n"
        held = [os.readlink(fd) for fd in Path(f"/proc/{inherits.pid}/fd").iterdir()]  # noqa: PTH115
        inherits.communicate()
    assert not [path for path in held if path.startswith(str(folder))]
