"""A user's mistakes, through the command line: one line, no traceback, nothing left half-written."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from reportgen.data import cache
from tests.helpers.cli import Cli, refused_clean
from tests.helpers.experiments import TINY

# ---------------------------------------------------------------- experiment files

EXPERIMENT_MISTAKES = {
    "syntax": ("title = ", "title = = ", ["x.toml", "not valid TOML", "line 2"]),
    "unknown key": ("batch_size", "batchsize", ["x.toml", "comparison.batchsize", "did you mean batch_size"]),
    "unknown table": (
        "[tuned]",
        "[tunde]",
        ["unknown key tunde; did you mean tuned?"],
    ),
    "missing key": ('source = "digits"\n', "", ["x.toml", "data.source is missing"]),
    "unknown source": ('"digits"', '"mnist"', ['data.source = "mnist"', "'digits'", "'folder'"]),
    "wrong type": ("epochs = 3", 'epochs = "3"', ['comparison.epochs = "3"', "integer"]),
    "a truth value for a number": ("epochs = 3", "epochs = true", ["comparison.epochs = true", "integer"]),
    "too small": (
        "batch_size = 16",
        "batch_size = 0",
        ["comparison.batch_size = 0", "greater than or equal to 1"],
    ),
    "not finite": ("l2 = 1e-4", "l2 = nan", ["tuned.l2 = nan", "finite"]),
    "negative l2": ("l2 = 1e-4", "l2 = -1.0", ["tuned.l2 = -1.0", "greater than or equal to 0"]),
    "no unit": ("[24, 12]", "[24, 0]", ["tuned.hidden[1] = 0", "greater than or equal to 1"]),
    "no seeds": ("seeds = 2", "seeds = 0", ["comparison.seeds = 0", "from 1 to 1000"]),
    "a seed twice": ("seeds = [0, 1]", "seeds = [1, 1]", ["tuned", "twice"]),
    "unknown optimizer": ('"SGD_Momentum"', '"Nadam"', ["optimizers[1].name", "Nadam", "SGD_Momentum, Adam"]),
    "foreign hyperparameter": ("momentum = 0.8", "beta1 = 0.8", ["optimizers[1].beta1", "momentum"]),
    "momentum too large": (
        "momentum = 0.8",
        "momentum = 1.5",
        ["optimizers[1]", "momentum", "less than 1", "1.5"],
    ),
    "hyperparameter no number": (
        "momentum = 0.8",
        'momentum = "x"',
        ["optimizers[1].momentum", '"x"', "number"],
    ),
    "learning rate 0": (
        "learning_rate = 0.05,",
        "learning_rate = 0.0,",
        ["optimizers[1].learning_rate = 0.0", "greater"],
    ),
    "one name twice": ('{ name = "SGD",', '{ name = "Adam",', ['two optimizers are called "Adam"', "label"]),
    "npz without a path": ('"digits"', '"npz"', ['source "npz" needs a path']),
    "batch too large": (
        "batch_size = 16",
        "batch_size = 500",
        ["comparison.batch_size = 500", "at most 160"],
    ),
    "subset too large": ("subset = 200", "subset = 2000", ["subset = 2000", "300"]),
    "too many images": ("train = 300", "train = 5000", ["1297", "5000"]),
    "an empty split": ("train = 300\nvalidation = 100", "train = 1297", ["validation", "empty split"]),
    "a line break in a name": ('{ name = "SGD",', '{ name = "SGD", label = "a\\nb",', ["label", "one line"]),
    "nothing to train": (TINY[TINY.index("[comparison]") :], "", ["nothing to train"]),
}


@pytest.mark.parametrize("mistake", EXPERIMENT_MISTAKES)
def test_a_mistake_in_an_experiment(cli: Cli, mistake: str) -> None:
    right, wrong, said = EXPERIMENT_MISTAKES[mistake]
    assert right in TINY
    Path("x.toml").write_text(TINY.replace(right, wrong, 1), encoding="utf-8")
    refused_clean(cli("run", "x.toml", "--no-pdf"), "x.toml", *said)


def test_an_experiment_that_is_not_text(cli: Cli) -> None:
    Path("x.toml").write_bytes(b"title = '\xff\xfe'")
    refused_clean(cli("run", "x.toml"), "x.toml", "not UTF-8")


@pytest.mark.usefixtures("no_reports")
def test_an_experiment_as_windows_editors_save_it(cli: Cli) -> None:
    Path("x.toml").write_bytes(b"\xef\xbb\xbf" + TINY.replace("[16]", "[16").encode())
    refused_clean(
        cli("run", "x.toml"), "x.toml", "Unclosed array"
    )  # the mistake in it, not its byte order mark
    Path("x.toml").write_bytes(b"\xef\xbb\xbf" + TINY.replace("\n", "\r\n").encode())
    assert cli("run", "x.toml", "--no-pdf", "--epochs", 1, "--seeds", 1).code == 0


def test_an_experiment_that_is_not_there(cli: Cli) -> None:
    refused_clean(cli("run", "quickstrat.toml"), "quickstrat.toml", "did you mean quickstart")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "--sedes", "3"], "--seeds"),
        (["run", "--seeds", "0"], "1<=x<=1000"),
        (["run", "--languages", "fr"], "'fr' is not one of zh-Hant, en"),
        (["run", "--workers", "many"], "'many' is not a valid integer"),
        (["ruin"], "ruin"),
        (["render"], "RUN_DIR"),
    ],
)
def test_wrong_usage_is_code_2(cli: Cli, arguments: list[str], said: str) -> None:
    refused_clean(cli(*arguments), said, code=2)


# ---------------------------------------------------------------- downloads


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REPORTGEN_CACHE", str(tmp_path / "cache"))
    return cache.downloads_folder()


def test_no_download_possible_says_what_to_place_where(
    cli: Cli, empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reportgen.data.sources.torchvision_import import import_datasets

    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{nobody.getsockname()[1]}/cifar-10-python.tar.gz"
    monkeypatch.setattr(import_datasets().CIFAR10, "url", closed)
    answer = cli("run", "homework.toml")
    refused_clean(answer, "127.0.0.1", "cifar-10-python.tar.gz", str(empty_cache), "digits")
    assert not [path for path in empty_cache.rglob("*") if path.is_file()]


def test_a_damaged_archive(cli: Cli, empty_cache: Path) -> None:
    empty_cache.mkdir(parents=True)
    archive = empty_cache / "cifar-10-python.tar.gz"
    archive.write_bytes(b"half of it")
    refused_clean(cli("run", "homework.toml"), str(archive), "delete")
    assert archive.read_bytes() == b"half of it"  # the user's file is the user's to delete


# ---------------------------------------------------------------- places


def test_an_output_folder_that_cannot_be(cli: Cli) -> None:
    Path("x.toml").write_text(TINY, encoding="utf-8")
    Path("taken").write_text("a file")
    refused_clean(cli("run", "x.toml", "--no-pdf", "--output", "taken"), "taken", "--output", code=2)
    refused_clean(cli("run", "x.toml", "--no-pdf", "--output", "taken/below"), "taken/below", "--output")
    assert Path("taken").read_text() == "a file"


def test_render_of_something_else(cli: Cli) -> None:
    Path("nothing").mkdir()
    refused_clean(cli("render", "nothing"), "nothing", "manifest.json")
    refused_clean(cli("render", "absent"), "absent")


def test_render_of_damaged_records_keeps_the_old_report(cli: Cli, tiny_run: Path, tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "run"
    shutil.copytree(tiny_run, folder)
    before = (folder / "report.pdf").read_bytes()
    (folder / "metrics.csv").write_text("no,such\ntable")
    refused_clean(cli("render", folder), "damaged", "metrics.csv")
    gone = cli("render", "nowhere")
    refused_clean(gone, "is no run folder")
    assert "records are kept" not in gone.error_line
    assert (folder / "report.pdf").read_bytes() == before


def test_without_pango_the_pdf_is_refused_before_training(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "reportgen.report.pdf.writer.check_pdf", lambda: "no PDF can be made: apt-get install libpango"
    )
    Path("x.toml").write_text(TINY, encoding="utf-8")
    refused_clean(cli("run", "x.toml"), "apt-get install", "--no-pdf")


def test_what_a_pdf_lacks_is_a_note_of_the_command(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    import weasyprint.pdf

    add_tags = weasyprint.pdf.add_tags

    def of_another_version(*arguments: object) -> None:
        add_tags(*arguments)

    monkeypatch.setattr(weasyprint.pdf, "add_tags", of_another_version)
    Path("t.csv").write_text("optimizer,seed,score\nA,0,1\nB,0,2\n", encoding="utf-8")
    answer = cli("compare", "t.csv", "--to", "report", "--higher-is-better")
    assert answer.code == 0
    (note,) = [line for line in (answer.out + answer.err).splitlines() if line.startswith("note: ")]
    assert "the tags are WeasyPrint's own" in note
    assert "no PDF/UA-1" in note
    with pikepdf.open("report.pdf") as pdf, pdf.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata.get("pdfuaid:part")) == ("3", None)


def test_records_outlive_a_report_that_fails(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from reportgen.report.pdf.writer import PdfUnavailable

    def fail(*_: object, **__: object) -> None:
        raise PdfUnavailable("no PDF can be made")

    monkeypatch.setattr("reportgen.report.page.page.write_pdf", fail)
    Path("x.toml").write_text(TINY, encoding="utf-8")
    answer = cli("run", "x.toml", "--seeds", 1, "--epochs", 1, "--paper", "letter", "--languages", "en")
    assert answer.code == 1
    assert "the records are kept" in answer.error_line
    (advice,) = re.findall("`(reportgen render .*?)`", answer.error_line)
    folder = next(path for path in Path("output/x").iterdir() if path.is_dir() and not path.is_symlink())
    assert (folder / "results.csv").is_file()
    monkeypatch.undo()
    assert cli(*shlex.split(advice)[1:]).code == 0
    with pikepdf.open(folder / "report.pdf") as pdf:
        assert str(pdf.Root.Lang) == "en"
        assert [round(float(side)) for side in pdf.pages[0].MediaBox] == [0, 0, 612, 792]


def test_the_samples_here_are_what_the_ready_experiments_look_like() -> None:
    # a guard on this file: the mistakes above are made in an experiment that is itself sound
    assert tomllib.loads(TINY)["comparison"]["optimizers"][1]["momentum"] == 0.8
    assert os.environ["REPORTGEN_CACHE"]


# ---------------------------------------------------------------- systems without what is needed

SYSTEMS = {
    "Windows": "sys.platform = 'win32'",
    "no locks": "sys.modules['fcntl'] = None",
    "no signals": "import signal; del signal.pthread_sigmask",
}


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("command", [["run"], ["compare", "t.csv"], ["doctor"], ["--version"], []])
def test_a_system_that_is_not_supported_is_one_line(tmp_path: Path, system: str, command: list[str]) -> None:
    program = f"import sys\nfrom reportgen.cli.main import main\n{SYSTEMS[system]}\nmain({command})\n"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "reportgen: error: reportgen needs Linux or macOS; on Windows use WSL\n"
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def no_waiting() -> Iterator[None]:
    """Whoever waits at a pipe for somebody to write fails instead."""

    def give_up(*_: object) -> None:
        raise TimeoutError("still waiting")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("run", "pipe.toml"), "pipe.toml"),
        (("run", "x.toml", "--data-source", "npz", "--data-path", "pipe.toml"), "pipe.toml"),
        (("run", "x.toml", "--data-source", "folder", "--data-path", "pictures"), "pictures/train/cat/pipe"),
        (("tune", "pipe.toml"), "pipe.toml"),
        (("compare", "pipe.toml"), "pipe.toml"),
    ],
    ids=["experiment", "npz", "folder", "tune", "table"],
)
def test_a_pipe_is_refused_and_not_waited_at(cli: Cli, arguments: tuple[str, ...], named: str) -> None:
    Path("x.toml").write_text(TINY, encoding="utf-8")
    for part in ("train", "test"):
        Path("pictures", part, "cat").mkdir(parents=True)
        Image.new("L", (4, 4)).save(f"pictures/{part}/cat/0.png")
    os.mkfifo("pictures/train/cat/pipe")
    os.mkfifo("pipe.toml")
    answer = cli(*arguments)
    assert answer.code == 1
    assert re.search(rf"{named}:? is a pipe, where an? (.*file|table) is expected", answer.error_line)
    assert not Path("output").exists()
