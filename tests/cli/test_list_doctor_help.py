"""The commands that train nothing: help, version, list, doctor; and what is said of wrong usage."""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import reportgen
from reportgen.cli.doctor import browser
from reportgen.cli.list import list_
from reportgen.records import run_folder
from reportgen.report.pdf import writer
from tests.helpers.cli import Answer, Cli
from tests.helpers.manifests import a_manifest
from tests.helpers.project import ROOT

EXPERIMENTS = ROOT / "experiments"
COMMANDS = (
    "new", "run", "tune", "compare", "check", "render", "verify", "share", "schedule", "list", "show", "diff",
    "history", "baseline", "prune", "templates", "doctor",
)  # fmt: skip
HEAVY = ("torch", "numpy", "pandas", "matplotlib", "weasyprint", "rich", "pydantic", "jinja2", "scipy")


# ---------------------------------------------------------------- help and version


def test_help_names_every_command_and_imports_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from reportgen.cli.main import main\n"
        "try:\n"
        "    main(['--help'])\n"
        "finally:\n"
        f"    print('imported:', *[name for name in {HEAVY} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert all(re.search(rf"^  {command} ", done.stdout, re.M) for command in COMMANDS)
    assert done.stdout.splitlines()[-1] == "imported:"


def test_help_shows_the_commands_in_the_order_of_use_with_whole_summaries(cli: Cli) -> None:
    out = cli("--help").out
    assert "..." not in out.partition("Begin:")[2]
    order = ("new", "run", "compare", "render", "show", "prune")
    places = [out.index(f"\n  {command} ") for command in order]
    assert places == sorted(places)
    headings = re.findall(r"^(\w[\w ]*):$", out, re.M)
    assert headings == ["Options", "Begin", "Train and compare", "Reports", "Runs so far"]
    whole = "Search good settings as an experiment's [search] says, and write a new experiment with them."
    assert whole in " ".join(out.split())


def test_a_command_is_called_without_the_files_of_others() -> None:
    program = (
        "import sys\n"
        "from reportgen.cli.main import main\n"
        "try:\n"
        "    main(['doctor', '--help'])\n"
        "finally:\n"
        "    print('imported:', *[name for name in sorted(sys.modules) if name.startswith('reportgen.')])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    ours = ("cli", "cli.doctor", "cli.main", "errors", "version")
    imported = [f"reportgen.{name}" for name in ours]
    assert done.stdout.splitlines()[-1] == f"imported: {' '.join(sorted(imported))}"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(cli: Cli, command: str) -> None:
    answer = cli(command, "--help")
    assert answer.code == 0
    assert f" {command} [OPTIONS]" in answer.out.splitlines()[0]


def test_version(cli: Cli) -> None:
    assert cli("--version") == Answer(0, f"reportgen, version {reportgen.__version__}\n", "")


@pytest.mark.parametrize("group", [(), ("baseline",), ("schedule",)])
def test_without_a_command_the_commands_are_shown(cli: Cli, group: tuple[str, ...]) -> None:
    answer = cli(*group)
    assert (answer.code, answer.err) == (2, "")
    assert answer.out == cli(*group, "--help").out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("rnu",), "rnu"),
        (("--colour",), "--colour"),
        (("run", "--worker", "2"), "--worker"),
        (("run", "--seeds", "none"), "none"),
        (("run", "--seeds", "0"), "--seeds"),
        (("run", "--languages", "fr"), "fr"),
        (("run", "--languages", ","), "--languages"),
        (("render",), "RUN_DIR"),
        (("doctor", "now"), "now"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(cli: Cli, arguments: tuple[str, ...], named: str) -> None:
    answer = cli(*arguments)
    assert answer.code == 2
    assert answer.out == ""
    assert answer.error_line.startswith("reportgen: error: ")
    assert named in answer.error_line


# ---------------------------------------------------------------- list


def keep_run(
    output: Path, run: str, results: pd.DataFrame, *, experiment: str = "mine", files: tuple[str, ...] = ()
) -> Path:
    """A run in the output folder that holds only what the listing needs."""
    records = run_folder.RunRecords(
        manifest_json=a_manifest(run),
        epochs=pd.DataFrame(columns=run_folder.EPOCH_COLUMNS),
        results=results,
        search=pd.DataFrame(columns=run_folder.SEARCH_COLUMNS),
        confusion=pd.DataFrame(columns=run_folder.CONFUSION_COLUMNS),
        sample_images=np.zeros((1, 2, 2, 1), np.uint8),
        sample_labels=np.zeros(1, np.int64),
        excerpts={},
        experiment_text="",
    )
    with run_folder.partial_folder(output / experiment) as partial:
        folder = run_folder.keep(records, partial, run)
    for file in files:
        (folder / file).touch()
    return folder


def results(*rows: tuple[str, str, float | str | None]) -> pd.DataFrame:
    told = pd.DataFrame(rows, columns=["stage", "setup", "test_accuracy"])
    return told.reindex(columns=run_folder.RESULT_COLUMNS)


TUNED = results(("comparison", "Adam", 0.9), ("tuned", "SGD", 0.5), ("tuned", "SGD", 0.6))


def listed(cli: Cli, output: Path) -> list[list[str]]:
    """The cells of the listing's lines, as a script would read them."""
    answer = cli("list", "--output", output)
    assert (answer.code, answer.err) == (0, "")
    return [line.split("\t") for line in answer.out.splitlines()]


def listed_runs(cli: Cli, output: Path) -> list[list[str]]:
    """The cells of those lines that are about runs."""
    return [line for line in listed(cli, output) if line[0] != "experiment"]


def test_list_shows_the_ready_experiments_and_makes_no_folder(cli: Cli, tmp_path: Path) -> None:
    lines = listed(cli, tmp_path / "output")
    assert [line[1] for line in lines] == [path.stem for path in sorted(EXPERIMENTS.glob("*.toml"))]
    assert {line[0] for line in lines} == {"experiment"}
    file = str(EXPERIMENTS / "quickstart.toml")
    assert ["experiment", "quickstart", "Comparing optimizers: handwritten digits", "digits", file] in lines
    assert list(tmp_path.iterdir()) == []


def test_list_shows_runs_newest_last_with_accuracy_and_report(cli: Cli, tmp_path: Path) -> None:
    keep_run(tmp_path, "20260102-000000-bbbbbb", TUNED, experiment="a", files=("report.html", "report.pdf"))
    older = keep_run(tmp_path, "20260101-000000-aaaaaa", TUNED, experiment="b", files=("report.html",))
    run_folder.point_latest(older)
    runs = listed_runs(cli, tmp_path)
    assert runs == [
        ["run", older.name, "b", "2026-01-02T03:04:05+00:00", "55.00% SGD (tuned)", "report.html"],
        [
            "run", "20260102-000000-bbbbbb", "a", "2026-01-02T03:04:05+00:00",
            "55.00% SGD (tuned)", "report.html report.pdf",
        ],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "shown"),
    [
        (results(("comparison", "SGD", 0.4), ("comparison", "Adam", 0.7)), "70.00% Adam (comparison)"),
        (results(("comparison", "SGD", 0.4), ("tuned", "Adam", None)), "40.00% SGD (comparison)"),
        (results(("tuned", "Adam", None)), "every trial diverged"),
    ],
)
def test_list_falls_back_on_the_best_compared_setup(
    cli: Cli, tmp_path: Path, rows: pd.DataFrame, shown: str
) -> None:
    keep_run(tmp_path, "20260101-000000-aaaaaa", rows)
    assert listed_runs(cli, tmp_path)[0][4:] == [shown, "no report"]


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("manifest.json", "{"),
        ("manifest.json", "[]"),
        ("manifest.json", json.dumps({"times": None})),
        ("manifest.json", json.dumps({})),
        ("results.csv", ""),
        ("results.csv", "stage,setup\ntuned,SGD\n"),
        ("results.csv", results(("tuned", "SGD", "much")).to_csv(index=False)),
        ("records/samples.npz", "PK"),
    ],
)
def test_list_shows_a_damaged_run_as_damaged(cli: Cli, tmp_path: Path, file: str, content: str) -> None:
    damaged = keep_run(tmp_path, "20260101-000000-aaaaaa", TUNED)
    (damaged / file).write_text(content)
    whole = keep_run(tmp_path, "20260102-000000-bbbbbb", TUNED)
    runs = listed_runs(cli, tmp_path)
    assert runs[0] == ["damaged", damaged.name, "mine", "", "damaged", ""]
    assert runs[1][:2] == ["run", whole.name]


def test_list_needs_no_torch(tmp_path: Path) -> None:
    keep_run(tmp_path, "20260101-000000-aaaaaa", TUNED)
    program = (
        "import sys; from pathlib import Path; from reportgen.cli.list import list_; "
        "list_.callback(None, Path(sys.argv[1])); sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, capture_output=True)


def test_list_draws_tables_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    list_.callback(None, tmp_path)
    assert f"No runs in {tmp_path} yet" in capsys.readouterr().out
    keep_run(tmp_path, "20260101-000000-aaaaaa", TUNED)
    (keep_run(tmp_path, "20260102-000000-bbbbbb", TUNED) / "results.csv").unlink()
    list_.callback(None, tmp_path)
    shown = capsys.readouterr().out
    assert "Ready experiments" in shown
    assert f"in {EXPERIMENTS}; reportgen new" in shown
    assert "55.00% SGD (tuned)" in shown
    assert "\t" not in shown
    assert re.search(r"20260102-000000-bbbbbb.*damaged", shown)


# ---------------------------------------------------------------- doctor


@pytest.fixture
def examined(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder that `cli` stands in, empty, and in it the place of a cache that is not there yet."""
    monkeypatch.setenv("REPORTGEN_CACHE", str(tmp_path / "cache"))
    return tmp_path


def pretend_installed(monkeypatch: pytest.MonkeyPatch, versions: dict[str, str], *requires: str) -> None:
    """Let the doctor see these packages and no others, and the requirements given."""

    def version(name: str) -> str:
        if name not in versions:
            raise importlib.metadata.PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(importlib.metadata, "requires", lambda _: list(requires))
    monkeypatch.setattr(importlib.metadata, "version", version)


def lines_about(text: str, what: str) -> list[str]:
    return [line for line in text.splitlines() if what in line]


def test_doctor_finds_all_that_a_report_needs(cli: Cli, examined: Path) -> None:
    answer = cli("doctor")
    assert answer.code == 0
    assert answer.out.splitlines()[-1] == "reports can be made"
    assert all(re.match(r"(ok {7}|missing {2}|other {4})\S", line) for line in answer.out.splitlines()[:-1])
    assert lines_about(answer.out, "Python 3")[0].startswith("ok")
    assert lines_about(answer.out, "torchvision work beside")
    assert lines_about(answer.out, "data digits")[0].startswith("ok")
    assert str(examined / "cache" / "downloads") in lines_about(answer.out, "missing  data cifar10")[0]
    assert list(examined.iterdir()) == []


@pytest.mark.usefixtures("examined")
def test_doctor_says_what_reads_tables_that_not_everybody_has(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_installed(monkeypatch, {"protobuf": "7.0"})
    answer = cli("doctor")
    assert "ok       protobuf 7.0 reads event files of TensorBoard\n" in answer.out
    remedy = "pip install 'reportgen[parquet]'"
    assert f"missing  pyarrow, which reads tables in Parquet files: {remedy}\n" in answer.out
    assert answer.code == 0
    assert answer.out.splitlines()[-1] == "reports can be made"


@pytest.mark.usefixtures("examined")
def test_doctor_says_which_packages_are_missing_or_others(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_installed(
        monkeypatch,
        {"torch": "2.13.0+cpu", "numpy": "1.9.3", "babel": "2.14", "scipy": "1.18rc1", "rich": "15.0.0"},
        *("torch>=2.4", "numpy>=1.26", "babel<9,>=2.14", "weasyprint<71,>=66", "scipy>=1.15", "rich>=13,<15"),
        *('pytest>=8; extra == "dev"', 'tomli>=2; python_version < "3.11"'),
    )
    answer = cli("doctor")
    assert answer.code == 1
    assert "ok       torch 2.13.0+cpu\n" in answer.out
    assert "ok       babel 2.14\n" in answer.out
    assert "ok       scipy 1.18rc1\n" in answer.out
    told = "not a version that reports are tested with, pip install"
    assert f"other    numpy 1.9.3: {told} 'numpy>=1.26'\n" in answer.out
    assert f"other    rich 15.0.0: {told} 'rich>=13,<15'\n" in answer.out
    assert "missing  weasyprint: pip install 'weasyprint>=66,<71'\n" in answer.out
    assert not lines_about(answer.out, "pytest>=8")
    assert not lines_about(answer.out, "tomli")
    assert answer.out.splitlines()[-2:] == [
        "no report can be made without: weasyprint",
        "not what reports are tested with: numpy 1.9.3, rich 15.0.0",
    ]


@pytest.mark.usefixtures("examined")
def test_doctor_says_what_pdfs_lack_beside_another_weasyprint(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    from weasyprint.layout import block

    monkeypatch.setattr(block, "_in_flow_layout", lambda *_: None)
    answer = cli("doctor")
    assert answer.code == 1
    (line,) = lines_about(answer.out, "other    PDF")
    assert "pages may end early: the help for it does not fit WeasyPrint" in line
    assert answer.out.splitlines()[-1] == "not what reports are tested with: PDF"


@pytest.mark.usefixtures("examined")
def test_doctor_says_what_keeps_pdfs_from_being_made(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    # None in sys.modules makes the import fail as it does where the package is not installed
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    answer = cli("doctor")
    assert answer.code == 1
    (line,) = lines_about(answer.out, "missing  PDF")
    assert "pip install weasyprint" in line
    assert "--no-pdf" in line
    assert answer.out.splitlines()[-1] == "no report can be made without: PDF"


@pytest.mark.usefixtures("examined")
def test_doctor_names_the_library_that_is_missing(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = f"no PDF: the library libpango-1.0-0 is missing: {writer.APT_COMMAND}"
    monkeypatch.setattr(writer, "check_pdf", lambda: problem)
    answer = cli("doctor")
    assert answer.code == 1
    assert writer.APT_COMMAND in lines_about(answer.out, "missing  PDF")[0]


def test_doctor_comes_without_numpy_and_torch() -> None:
    program = (
        "import sys\n"
        "for name in ('numpy', 'torch', 'pandas', 'sklearn', 'weasyprint'):\n"
        "    sys.modules[name] = None\n"
        "from reportgen.cli.main import main\n"
        "main(['doctor'])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == ""
    assert lines_about(done.stdout, "missing  torch and torchvision: ")
    assert done.stdout.splitlines()[-1].startswith("no report can be made without: ")


def test_doctor_knows_placed_archives_and_an_unwritable_place(cli: Cli, examined: Path) -> None:
    downloads = examined / "cache" / "downloads"
    downloads.mkdir(parents=True)
    (downloads / "cifar-10-python.tar.gz").write_bytes(bytes(2_500_000))
    (examined / "output").write_text("a file in the way")
    answer = cli("doctor")
    assert answer.code == 1
    assert lines_about(answer.out, "ok       data cifar10")
    assert "2.5 MB" in lines_about(answer.out, "ok       cache")[0]
    assert "--output" in lines_about(answer.out, "missing  output folder")[0]


def test_doctor_asks_for_a_browser_and_its_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"google-chrome", "chromedriver"}
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}" if name in there else None)
    assert browser().ok
    assert "/bin/google-chrome" in browser().line
    there.remove("chromedriver")
    assert browser().line.endswith(": apt-get install chromium chromium-driver")
    there.symmetric_difference_update({"google-chrome", "chromedriver"})
    assert not browser().ok
    assert not browser().needed
