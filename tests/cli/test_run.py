"""`reportgen run` and `reportgen render` as a user meets them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest

from reportgen.errors import UserError
from reportgen.execution.executors.choosing import ExecutorOptions
from tests.helpers.cli import Cli
from tests.helpers.experiments import TINY

FILES = {"report.html", "report.pdf", "metrics.csv", "results.csv", "manifest.json"}
HAN = re.compile(r"[\u4e00-\u9fff]")


def write(text: str, name: str = "x.toml") -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path


def only_run(experiment: str = "x", output: str = "output") -> Path:
    runs = [path for path in Path(output, experiment).iterdir() if path.is_dir() and not path.is_symlink()]
    assert len(runs) == 1, runs
    return runs[0]


def visible(html: str) -> str:
    """The page's text without its style, markup and pictures."""
    return re.sub(r"<style>.*?</style>|<[^>]*>", "", html, flags=re.S)


def test_a_run_lands_where_the_manual_says(tiny_run: Path) -> None:
    assert {path.name for path in tiny_run.iterdir()} == FILES | {"records"}
    latest = tiny_run.parent / "latest"
    assert latest.is_symlink()
    assert latest.resolve() == tiny_run
    assert not list(tiny_run.parent.glob(".*"))


def test_the_tables_hold_every_trial_and_epoch(tiny_run: Path) -> None:
    results, metrics = pd.read_csv(tiny_run / "results.csv"), pd.read_csv(tiny_run / "metrics.csv")
    assert len(results) == 3 * 2 + 2
    assert len(metrics) == 3 * 2 * 3 + 2 * 5
    best = metrics.loc[metrics.groupby(["stage", "setup", "seed"])["validation_loss"].idxmin()]
    merged = results.merge(best, on=["stage", "setup", "seed"], suffixes=("", "_epoch"))
    assert (merged["best_epoch"] == merged["epoch"]).all()
    assert (merged["validation_accuracy"] == merged["validation_accuracy_epoch"]).all()
    confusion = pd.read_csv(tiny_run / "records" / "confusion.csv", dtype={"true": str, "predicted": str})
    right = (
        confusion[confusion["true"] == confusion["predicted"]]
        .groupby(["stage", "setup", "seed"])["images"]
        .sum()
    )
    found = results.set_index(["stage", "setup", "seed"])["test_correct"]
    assert (right.sort_index() == found.sort_index()).all()


def test_the_manifest_says_what_was_run_on_what(tiny_run: Path) -> None:
    manifest = json.loads((tiny_run / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["run"] == tiny_run.name
    assert manifest["experiment"]["settings"]["comparison"]["seeds"] == [0, 1]
    assert re.fullmatch(r"[0-9a-f]{64}", manifest["data"]["digest"])
    assert sum(manifest["data"]["images_by_class"]["train"]) == 300
    assert all(check["passed"] for check in manifest["checks"])
    assert {"python", "torch", "weasyprint"} <= set(manifest["versions"])
    assert manifest["device"]["threads_per_worker"] == 1
    assert manifest["times"]["started"] <= manifest["times"]["finished"]


def test_rendering_on_another_day_elsewhere_gives_the_same_bytes_and_needs_no_torch(
    tiny_run: Path, tmp_path: Path
) -> None:
    before = {name: (tiny_run / name).read_bytes() for name in ("report.html", "report.pdf")}
    program = """
import sys, time
real = time.time
time.time = lambda: real() + 400 * 86400
class NoTorch:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ImportError("torch was asked for")
sys.meta_path.insert(0, NoTorch())
from reportgen.cli.main import main; main.main(["render", sys.argv[1]])
"""
    done = subprocess.run(
        [sys.executable, "-c", program, tiny_run],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "77"},
    )
    assert done.returncode == 0, done.stderr
    for name, content in before.items():
        assert (tiny_run / name).read_bytes() == content, name


@pytest.mark.usefixtures("no_reports")
def test_the_same_experiment_gives_the_same_numbers(tiny_run: Path, cli: Cli) -> None:
    write(TINY)
    assert cli("run", "x.toml", "--no-pdf", "--workers", 2).code == 0
    first, second = (
        pd.read_csv(run / "metrics.csv").drop(columns="seconds") for run in (tiny_run, only_run())
    )
    pd.testing.assert_frame_equal(first, second, check_exact=True)


@pytest.mark.usefixtures("no_proofs")
def test_without_the_option_each_core_has_a_worker(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def choose_executor(options: ExecutorOptions) -> None:
        asked.append(options.side_by_side)
        raise UserError("enough")

    monkeypatch.setattr("reportgen.execution.environment.cores", lambda: 3)
    monkeypatch.setattr("reportgen.execution.run.choose_executor", choose_executor)
    write(TINY)
    assert cli("run", "x.toml", "--no-pdf").code == 1
    assert asked == [3]


def test_options_override_the_experiment(cli: Cli) -> None:
    write(TINY)
    answer = cli("run", "x.toml", "--seeds", 1, "--epochs", 2, "--no-pdf", "--output", "elsewhere")
    assert answer.code == 0
    run = only_run(output="elsewhere")
    results = pd.read_csv(run / "results.csv")
    assert set(results["seed"]) == {0}
    assert set(results["epochs"]) == {2}
    assert not (run / "report.pdf").exists()
    # what the report tells to run is what ran
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "reportgen run x.toml --seeds 1 --epochs 2" in page


@pytest.mark.usefixtures("no_reports")
def test_data_source_and_path_override_the_experiment(cli: Cli, npz: Path) -> None:
    write(TINY.replace("train = 300\nvalidation = 100\n", "").replace("subset = 200\n", "subset = 40\n"))
    answer = cli("run", "x.toml", "--epochs", 1, "--no-pdf", "--data-source", "npz", "--data-path", npz)
    assert answer.code == 0, answer.err
    assert json.loads((only_run() / "manifest.json").read_text())["data"]["source"] == "npz"


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_one_language_alone(cli: Cli, language: str) -> None:
    title = 'title = "Title"\n'
    write(re.sub(r"title = .*\nauthor = .*\n", title, TINY))
    assert cli("run", "x.toml", "--seeds", 1, "--epochs", 1, "--no-pdf", "--languages", language).code == 0
    text = visible((only_run() / "report.html").read_text(encoding="utf-8"))
    assert bool(HAN.search(text)) == (language == "zh-Hant")
    assert ("Test accuracy" in text) == (language == "en")


def test_one_failing_experiment_does_not_stop_the_others(cli: Cli) -> None:
    write(TINY, "good.toml")
    write(TINY.replace('"digits"', '"digit"'), "bad.toml")
    answer = cli("run", "bad.toml", "good.toml", "--seeds", 1, "--epochs", 1, "--no-pdf")
    assert answer.code == 1
    assert "bad.toml" in answer.error_line
    assert only_run("good")
    assert not Path("output/bad").exists()
    lines = [line.split("\t") for line in answer.out.splitlines()]
    assert ["bad", "failed", "", ""] in lines
    assert next(line for line in lines if line[0] == "good")[1] == "done"


def test_without_arguments_the_ready_quickstart_runs(cli: Cli) -> None:
    assert cli("run", "--epochs", 1, "--seeds", 1, "--no-pdf").code == 0
    assert only_run("quickstart")


def test_a_diverging_optimizer_is_reported_and_the_rest_goes_on(cli: Cli) -> None:
    write(TINY.replace('{ name = "SGD", learning_rate = 0.05 }', '{ name = "SGD", learning_rate = 3e38 }'))
    answer = cli("run", "x.toml", "--no-pdf")
    assert answer.code == 0
    results = pd.read_csv(only_run() / "results.csv")
    diverged = results[results["setup"] == "SGD"]
    assert set(diverged["status"]) == {"diverged"}
    assert diverged["test_accuracy"].isna().all()
    assert set(results[results["setup"] != "SGD"]["status"]) == {"finished"}
    html = (only_run() / "report.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert "SGD diverged in 2 of 2 trials" in html
    assert "SGD 的 2 次試驗中有 2 次發散" in html


def test_everything_diverging_is_still_a_report(cli: Cli) -> None:
    write(
        re.sub(r"learning_rate = [\d.]+", "learning_rate = 3e38", TINY).replace(
            '"Adam"', '"SGD", label = "third"'
        )
    )
    assert cli("run", "x.toml", "--seeds", 1).code == 0
    html = (only_run() / "report.html").read_text(encoding="utf-8")
    assert "trials of every optimizer diverged, and there is nothing to rank" in html
    assert "共同設定下，每個優化器都有試驗發散，無從比較" in html


@pytest.mark.parametrize("left_out", ["comparison", "tuned"])
def test_one_stage_alone_is_enough(cli: Cli, left_out: str) -> None:
    table = re.compile(rf"^\[{left_out}\]\n.*?(?=^\[|\Z)", re.S | re.M)
    write(table.sub("", TINY))
    assert cli("run", "x.toml", "--seeds", 1, "--epochs", 1).code == 0
    text = visible((only_run() / "report.html").read_text(encoding="utf-8"))
    assert ("Full training with the chosen settings" in text) == (left_out != "tuned")
    assert ("Comparison of the optimizers" in text) == (left_out != "comparison")


def test_output_to_a_pipe_is_plain_lines(cli: Cli) -> None:
    write(TINY)
    out = cli("run", "x.toml", "--seeds", 1, "--epochs", 2, "--no-pdf", "--workers", 1).out
    assert "\x1b" not in out
    assert out.splitlines()[0] == "training: 4 trials, 8 epochs"
    assert re.search(r"^HTML: /.*report\.html$", out, re.M)
    assert "tuned Adam seed 0: epoch 2/2" in out


def heed_interrupts() -> None:
    """Tests that run in the background inherit a deaf ear: shells let background jobs ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def deaf_to_interrupts(process: str) -> bool:
    """Whether a process blocks or ignores Ctrl-C."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    masks = [int(line.split()[1], 16) for line in lines if line.startswith(("SigBlk:", "SigIgn:"))]
    return any(mask & 1 << signal.SIGINT - 1 for mask in masks)


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    """Processes, each the leader of its group, that end with the test, however it ends."""
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize(("how", "after"), [(signal.SIGINT, 0.1), (signal.SIGINT, 5), (signal.SIGKILL, 5)])
@pytest.mark.usefixtures("no_reports")
def test_stopped_half_way_it_leaves_no_run_behind(
    tmp_path: Path, cli: Cli, started: list[subprocess.Popen[str]], how: signal.Signals, after: float
) -> None:
    (tmp_path / "long.toml").write_text(TINY.replace("epochs = 5", "epochs = 100000"), encoding="utf-8")
    command = [sys.executable, "-m", "reportgen", "run", "long.toml", "--no-pdf", "--workers", "2"]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=heed_interrupts,  # noqa: PLW1509
    )
    started.append(process)
    assert process.stdout is not None
    assert "training" in process.stdout.readline()
    threads = Path(f"/proc/{process.pid}/task")  # each has the children that it started
    while len(found := [child for of in threads.glob("*/children") for child in of.read_text().split()]) < 3:
        # two workers, and who clears up after them
        assert process.poll() is None, "it ended before"
        time.sleep(0.01)
    assert all(map(deaf_to_interrupts, found))  # from their very start
    time.sleep(after)  # at first the workers are still on their way, later they train
    if how == signal.SIGINT:
        os.killpg(process.pid, how)  # as a terminal does: to the whole group
    else:
        process.kill()
    _, err = process.communicate(timeout=60)
    folder = tmp_path / "output" / "long"
    assert not [path for path in folder.iterdir() if not path.name.startswith(".partial-")]
    if how == signal.SIGINT:
        assert process.returncode == 130
        assert err.strip() == (
            "reportgen: stopped; what is finished is kept, and the same command goes on from there"
        )
        assert not list(folder.iterdir())
        return
    # what a kill leaves behind is swept up by the next run
    (tmp_path / "long.toml").write_text(TINY, encoding="utf-8")
    assert cli("run", "long.toml", "--no-pdf", "--seeds", 1, "--epochs", 1, "--workers", 1).code == 0
    assert not list(folder.glob(".partial-*"))
