"""`reportgen share` into a folder: whole or not at all, and `latest` is the newest."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from reportgen.delivery.share import shared_folder as folders
from reportgen.files import atomic
from tests.helpers.cli import Cli
from tests.helpers.made_run import NAME, contents, made_run

LATER = "20270102-030405-abcdef"


def test_the_whole_run_lands_in_the_folder_and_latest_points_to_it(cli: Cli) -> None:
    run = made_run(Path("output"))
    answer = cli("share", run, "--to", "folder:shared place")
    place = Path("shared place", "quickstart", NAME)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == f"shared\tfolder:shared place\t{place.absolute()}\n"
    assert contents(place) == contents(run)
    assert (place.parent / "latest").readlink() == Path(NAME)
    assert sorted(path.name for path in place.parent.iterdir()) == [NAME, "latest"]


@pytest.mark.parametrize("target", ["there", "new/", "./folder: 貓's 100% $HOME/", "~/place/"])
def test_a_folder_may_be_written_in_several_ways(
    cli: Cli, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(Path("home").absolute()))
    Path("there").mkdir()
    made_run(Path("output"))
    assert cli("share", Path("output/quickstart", NAME), "--to", target).code == 0
    place = Path(target.replace("~", "home")) / "quickstart" / NAME
    assert (place / "manifest.json").is_file()


def test_others_may_read_the_copy_as_far_as_the_umask_says(cli: Cli) -> None:
    before = os.umask(0o022)
    try:
        assert cli("share", made_run(Path("output")), "--to", "shared/").code == 0
    finally:
        os.umask(before)
    place = Path("shared/quickstart", NAME)
    assert place.stat().st_mode & 0o777 == 0o755
    assert (place / "report.pdf").stat().st_mode & 0o777 == 0o644


def test_a_copy_that_fails_half_way_leaves_nothing(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    run = made_run(Path("output"))
    before = contents(run)
    written = 0

    def full_disk(path: Path, content: bytes) -> None:
        nonlocal written
        written += 1
        if written == 4:
            raise OSError(28, "No space left on device", str(path))
        atomic.write_bytes(path, content)

    monkeypatch.setattr(folders, "write_bytes", full_disk)
    answer = cli("share", run, "--to", "folder:shared")
    assert answer.code == 1
    assert answer.error_line.startswith("reportgen: error: shared: the run cannot be copied there")
    assert "No space left on device" in answer.error_line
    assert list(Path("shared/quickstart").iterdir()) == []
    assert contents(run) == before


def test_nothing_is_seen_under_the_runs_name_before_all_is_there(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_run(Path("output"))
    seen = []

    def look(path: Path, content: bytes) -> None:
        atomic.write_bytes(path, content)
        seen.append([entry.name for entry in Path("shared/quickstart").glob("[!.]*")])

    monkeypatch.setattr(folders, "write_bytes", look)
    assert cli("share", run, "--to", "folder:shared").code == 0
    assert seen == [[]] * len(contents(run))


def test_what_a_killed_copy_left_is_swept_away_and_what_others_copy_is_not(cli: Cli) -> None:
    left = Path("shared/quickstart/.partial-0123456789abcdef")
    left.mkdir(parents=True)
    (left / "report.pdf").write_bytes(b"half")
    left.with_suffix(".lock").touch()
    with atomic.partial_folder(left.parent) as at_work:
        assert cli("share", made_run(Path("output")), "--to", "folder:shared").code == 0
        assert at_work.is_dir()
    assert sorted(path.name for path in left.parent.iterdir()) == [NAME, "latest"]


def test_a_run_that_was_rendered_again_replaces_its_files_and_no_others(cli: Cli) -> None:
    run = made_run(Path("output"))
    assert cli("share", run, "--to", "folder:shared").code == 0
    place = Path("shared/quickstart", NAME)
    (place / "my notes.txt").write_text("kept")
    (run / "report.pdf").write_bytes(b"%PDF another")
    assert cli("share", run, "--to", "folder:shared").code == 0
    assert (place / "report.pdf").read_bytes() == b"%PDF another"
    assert contents(place) == {**contents(run), "my notes.txt": b"kept"}


def test_latest_stays_at_the_newest_run(cli: Cli) -> None:
    for name in (LATER, NAME):
        assert cli("share", made_run(Path("output"), name=name), "--to", "folder:shared").code == 0
    assert Path("shared/quickstart/latest").readlink() == Path(LATER)


def test_where_no_links_can_be_made_latest_is_a_copy_of_the_newest(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: Any) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "symlink_to", no_links)
    latest = Path("shared/quickstart/latest")
    first = made_run(Path("output"))
    (first / "search.csv").write_text("of the first run alone")
    for run in (first, made_run(Path("output"), name=LATER)):
        assert cli("share", run, "--to", "folder:shared").code == 0
        assert not latest.is_symlink()
        assert contents(latest) == contents(run)
    assert sorted(path.name for path in latest.parent.iterdir()) == [NAME, LATER, "latest"]
    monkeypatch.undo()
    assert cli("share", first, "--to", Path("shared").absolute()).code == 0
    assert contents(latest) == contents(Path("output/quickstart", LATER).absolute())


IN_THE_WAY = {
    "a file for the folder": ("shared", "shared"),
    "a file for the experiment's folder": ("shared/quickstart", "shared/quickstart"),
    "a file of the run's name": (f"shared/quickstart/{NAME}", NAME),
    "a file called latest": ("shared/quickstart/latest", "latest: is in the way"),
}


@pytest.mark.parametrize("case", IN_THE_WAY)
def test_what_is_in_the_way_is_named_and_stays(cli: Cli, case: str) -> None:
    where, said = IN_THE_WAY[case]
    path = Path(where)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine")
    answer = cli("share", made_run(Path("output")), "--to", "folder:shared")
    assert answer.code == 1
    assert said in answer.error_line
    assert path.read_text() == "mine"


def test_a_folder_of_other_things_is_not_taken_for_a_run(cli: Cli) -> None:
    place = Path("shared/quickstart", NAME)
    place.mkdir(parents=True)
    (place / "mine.txt").write_text("mine")
    answer = cli("share", made_run(Path("output")), "--to", "folder:shared")
    assert answer.code == 1
    assert "is in the way" in answer.error_line
    assert contents(place) == {"mine.txt": b"mine"}


@pytest.mark.unprivileged
def test_a_folder_that_cannot_be_written(cli: Cli) -> None:
    Path("shared").mkdir(mode=0o500)
    answer = cli("share", made_run(Path("output")), "--to", "shared")
    assert answer.code == 1
    assert "Permission denied" in answer.error_line


@pytest.mark.parametrize("target", ["folder:output", f"folder:output/quickstart/{NAME}/inside"])
def test_a_run_is_not_copied_into_itself(cli: Cli, target: str) -> None:
    run = made_run(Path("output"))
    before = contents(run)
    answer = cli("share", run, "--to", target)
    assert answer.code == 1
    assert "lies in the run itself" in answer.error_line
    assert contents(run) == before


@pytest.mark.parametrize("said", ["quickstart", "output/quickstart/latest", NAME])
def test_a_run_may_be_named_in_several_ways(cli: Cli, said: str) -> None:
    run = made_run(Path("output"))
    (run.parent / "latest").symlink_to(NAME)
    assert cli("share", said, "--to", "folder:shared").code == 0
    assert contents(Path("shared/quickstart", NAME)) == contents(run)
