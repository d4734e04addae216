"""`reportgen share` as one zip file: what is in it, its checksums, and what it may replace."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import zipfile
from pathlib import Path

import pytest

from tests.helpers.cli import Cli
from tests.helpers.made_run import made_run

IN_ALL = {
    "report.pdf": "report.pdf",
    "report.html": "report.html",
    "metrics.csv": "metrics.csv",
    "results.csv": "results.csv",
    "manifest.json": "manifest.json",
    "experiment.toml": "records/experiment.toml",
}


def test_the_zip_holds_all_that_a_reader_needs(cli: Cli) -> None:
    run = made_run(Path("output"))
    answer = cli("share", run, "--to", "hand in/報告.zip")
    path = Path("hand in/報告.zip")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == f"shared\thand in/報告.zip\t{path.absolute()}\n"
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {*IN_ALL, "SHA256SUMS"}
        for name, file in IN_ALL.items():
            assert archive.read(name) == (run / file).read_bytes()
    (run / "search.csv").write_text("stage\n")
    assert cli("share", run, "--to", "zip:all").code == 0
    assert set(zipfile.ZipFile("all").namelist()) == {*IN_ALL, "search.csv", "SHA256SUMS"}


@pytest.mark.skipif(not shutil.which("sha256sum"), reason="needs sha256sum")
def test_sha256sum_accepts_its_checksums_and_finds_a_changed_file(cli: Cli) -> None:
    assert cli("share", made_run(Path("output")), "--to", "all.zip").code == 0
    zipfile.ZipFile("all.zip").extractall("unpacked")
    command = ["sha256sum", "--check", "--strict", "SHA256SUMS"]
    done = subprocess.run(command, cwd="unpacked", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done
    assert sorted(done.stdout.splitlines()) == sorted(f"{name}: OK" for name in IN_ALL)
    with Path("unpacked/report.pdf").open("ab") as file:
        file.write(b".")
    assert subprocess.run(command, cwd="unpacked", capture_output=True, check=False).returncode == 1


@pytest.mark.skipif(not shutil.which("unzip"), reason="needs unzip")
def test_what_is_unpacked_can_be_read(cli: Cli) -> None:
    assert cli("share", made_run(Path("output")), "--to", "all.zip").code == 0
    subprocess.run(["unzip", "-q", "all.zip", "-d", "unpacked"], check=True)
    assert {path.stat().st_mode & 0o444 for path in Path("unpacked").iterdir()} == {0o444}


def test_the_same_run_gives_the_same_bytes(cli: Cli) -> None:
    run = made_run(Path("output"))
    assert cli("share", run, "--to", "one.zip").code == 0
    for file in run.iterdir():
        os.utime(file, (time.time() + 5000,) * 2)
    assert cli("share", run, "--to", "two.zip", "--to", "one.zip").code == 0
    assert Path("one.zip").read_bytes() == Path("two.zip").read_bytes()
    entries = zipfile.ZipFile("one.zip").infolist()
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}  # not the time of writing
    (run / "report.pdf").write_bytes(b"%PDF another")
    assert cli("share", run, "--to", "one.zip").code == 0
    assert zipfile.ZipFile("one.zip").read("report.pdf") == b"%PDF another"


@pytest.mark.parametrize("other", [b"mine", None])
def test_another_file_of_this_name_stays(cli: Cli, other: bytes | None) -> None:
    if other is None:
        with zipfile.ZipFile("all.zip", "w") as archive:
            archive.writestr("mine", "mine")
        other = Path("all.zip").read_bytes()
    Path("all.zip").write_bytes(other)
    answer = cli("share", made_run(Path("output")), "--to", "all.zip")
    assert answer.code == 1
    assert "all.zip: is there, and is no zip of a run" in answer.error_line
    assert Path("all.zip").read_bytes() == other


def test_without_a_pdf_the_zip_has_the_html_and_says_so(cli: Cli) -> None:
    answer = cli("share", made_run(Path("output"), pdf=False), "--to", "all.zip")
    assert answer.code == 0
    assert answer.out.splitlines()[1] == "note\tall.zip\twithout a PDF, the run has none"
    assert set(zipfile.ZipFile("all.zip").namelist()) == {*IN_ALL, "SHA256SUMS"} - {"report.pdf"}


def test_a_zip_that_cannot_be_written_leaves_nothing(cli: Cli) -> None:
    Path("taken").write_text("mine")
    answer = cli("share", made_run(Path("output")), "--to", "taken/all.zip")
    assert answer.code == 1
    assert answer.error_line.startswith("reportgen: error: taken/all.zip: cannot be written")
    assert sorted(path.name for path in Path.cwd().iterdir()) == ["output", "taken"]
