"""Runs over time: show, diff, history, baselines, drift, pruning, and the page of all reports."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest

from tests.helpers.cli import Answer, Cli
from tests.helpers.runs import run, runs, trained

TEXT = """
title = "Over time <script>alert(1)</script>"
[data]
source = "digits"
train = 200
validation = 50
test = 100
[comparison]
hidden = [8]
batch_size = 8
epochs = 2
seeds = 8
optimizers = [
  { name = "SGD", learning_rate = 0.05 },
  { name = "Adam", learning_rate = 0.01 },
]
[tuned]
hidden = [8]
batch_size = 8
epochs = 2
seeds = 2
optimizer = { name = "Adam", learning_rate = 0.02 }
"""
WORSE = TEXT.replace('name = "SGD", learning_rate = 0.05', 'name = "SGD", learning_rate = 1e-4')


@pytest.fixture(autouse=True)
def experiment(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """x.toml, in the folder where the command line is called; without reports but where a test is of them."""
    if "reports" not in request.keywords:
        request.getfixturevalue("no_reports")
        request.getfixturevalue("no_proofs")
    path = tmp_path / "x.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def rows(answer: Answer) -> list[dict[str, str]]:
    """The last table that a command printed away from a terminal."""
    assert (answer.code, answer.err) == (0, "")
    lines = [line.split("\t") for line in answer.out.splitlines()]
    columns = next(place for place in reversed(range(len(lines))) if lines[place][0] in HEADS)
    return [dict(zip(lines[columns], line, strict=True)) for line in lines[columns + 1 :]]


HEADS = ("run", "what", "kind", "stage", "experiment")


def mean(folder: Path, stage: str, setup: str) -> str:
    results = pd.read_csv(folder / "results.csv").set_index(["stage", "setup"]).sort_index()
    return f"{results.loc[(stage, setup), 'test_accuracy'].mean():.2%}"


def test_history_shows_what_every_run_reached(cli: Cli, experiment: Path) -> None:
    run(cli)
    experiment.write_text(WORSE, encoding="utf-8")
    run(cli)
    first, second = runs()
    found = rows(cli("history", "x"))
    assert [row["run"] for row in found] == [first.name, second.name]
    for row, folder in zip(found, (first, second), strict=True):
        for stage, setup in (("comparison", "SGD"), ("comparison", "Adam"), ("tuned", "Adam")):
            assert row[f"{stage} {setup}"] == mean(folder, stage, setup)


def test_runs_that_were_copied_here_are_taken_in(cli: Cli) -> None:
    run(cli, "--output", "elsewhere")
    Path("output").mkdir()
    Path("elsewhere/x").rename("output/x")
    (found,) = rows(cli("history", "x"))
    assert found["run"] == runs()[0].name


def test_show_says_what_a_run_was_however_it_is_named(cli: Cli) -> None:
    run(cli, "--seeds", 2)
    (folder,) = runs()
    said = [cli("show", name).out for name in ("x", f"x/{folder.name}", folder.name, folder)]
    assert len(set(said)) == 1
    assert f"run\t{folder.name}" in said[0]
    assert "options\t--seeds 2" in said[0]
    assert f"comparison\tSGD\t2\t0\t{mean(folder, 'comparison', 'SGD')}" in said[0]


def test_diff_names_what_differs_and_judges_the_results(cli: Cli, experiment: Path) -> None:
    run(cli)
    experiment.write_text(WORSE, encoding="utf-8")
    run(cli)
    first, second = runs()
    answer = cli("diff", first.name, second.name)
    assert "settings\tcomparison.optimizers[0].learning_rate\t0.05\t0.0001" in answer.out
    assert answer.out.count("settings\t") == 1
    verdicts = {(row["stage"], row["setup"]): row["verdict"] for row in rows(answer)}
    assert verdicts["comparison", "SGD"] == "worse"
    assert verdicts["comparison", "Adam"] == verdicts["tuned", "Adam"] == "no change seen"
    back = {(row["stage"], row["setup"]): row["verdict"] for row in rows(cli("diff", second, first))}
    assert back["comparison", "SGD"] == "better"


def test_a_drop_against_the_baseline_is_exit_code_3(cli: Cli, experiment: Path) -> None:
    assert run(cli).code == 0
    assert cli("baseline", "set", "x").code == 0
    assert rows(cli("baseline", "list")) == [{"experiment": "x", "baseline": runs()[0].name}]
    assert run(cli).code == 0  # the same again
    experiment.write_text(WORSE, encoding="utf-8")
    answer = run(cli)
    assert (answer.code, answer.err) == (3, "")
    drops = [line for line in answer.out.splitlines() if line.startswith("drop: ")]
    assert drops[0].startswith("drop: comparison SGD: test accuracy ")
    assert " points against the baseline (8 seeds, p = " in drops[0]
    assert all("Adam" not in line for line in drops)
    cli("baseline", "clear", "x")
    assert run(cli).code == 0


DIVERGING = TEXT.replace('name = "SGD", learning_rate = 0.05', 'name = "SGD", learning_rate = 1e30')


def test_a_setup_that_no_longer_diverges_is_no_drop(cli: Cli, experiment: Path) -> None:
    """The mean of all setups would fall, were it taken over Adam before and over both now."""
    experiment.write_text(DIVERGING, encoding="utf-8")
    assert run(cli).code == 0
    cli("baseline", "set", "x")
    experiment.write_text(WORSE, encoding="utf-8")  # SGD learns next to nothing, but something
    answer = run(cli)
    assert (answer.code, answer.err) == (0, "")
    assert "drop" not in answer.out
    before, now = (pd.read_csv(folder / "results.csv") for folder in runs())
    assert before.loc[before["setup"] == "SGD", "test_accuracy"].isna().all()
    adam = [run.loc[run["setup"] == "Adam", "test_accuracy"].to_list() for run in (before, now)]
    assert adam[0] == adam[1]
    assert now.loc[now["setup"] == "SGD", "test_accuracy"].mean() < now["test_accuracy"].mean() - 0.1
    verdicts = {(row["stage"], row["setup"]): row["verdict"] for row in rows(cli("diff", *runs()))}
    assert verdicts == {
        ("comparison", "SGD"): "not enough seeds",
        ("comparison", "Adam"): "no change seen",
        ("tuned", "Adam"): "no change seen",
        ("all", "all"): "not enough seeds",
    }


def test_a_setup_that_newly_diverges_is_a_drop_of_its_own_and_no_gain_of_all(
    cli: Cli, experiment: Path
) -> None:
    experiment.write_text(WORSE, encoding="utf-8")
    assert run(cli).code == 0
    cli("baseline", "set", "x")
    experiment.write_text(DIVERGING, encoding="utf-8")
    answer = run(cli)
    assert (answer.code, answer.err) == (3, "")
    assert [line for line in answer.out.splitlines() if line.startswith("drop: ")] == [
        "drop: comparison SGD: 8 trial(s) diverged that did not in the baseline"
    ]
    verdicts = {(row["stage"], row["setup"]): row["verdict"] for row in rows(cli("diff", *runs()))}
    assert verdicts["comparison", "SGD"] == "worse (8 newly diverged)"
    assert verdicts["all", "all"] == "not enough seeds"


def test_a_baseline_may_be_several_runs(cli: Cli, experiment: Path) -> None:
    for _ in range(2):
        run(cli)
    first, second = runs()
    answer = cli("baseline", "set", second.name, first.name)
    assert (answer.code, answer.out) == (0, f"baseline of x: {first.name}, {second.name}\n")
    assert [row["pinned"] for row in rows(cli("history", "x"))] == ["baseline", "baseline"]
    experiment.write_text(WORSE, encoding="utf-8")
    assert run(cli).code == 3
    history = pd.read_csv(runs()[-1] / "records" / "history.csv")
    assert set(history.loc[history["reference"] == "baseline", "run"]) == {first.name, second.name}
    cli("prune", "x", "--keep", 1)
    assert {first, second} <= set(runs())
    assert cli("baseline", "clear", "x").out == "baseline of x: none\n"


def test_runs_of_other_settings_are_no_measure_unless_pinned(cli: Cli, experiment: Path) -> None:
    run(cli)
    experiment.write_text(WORSE, encoding="utf-8")
    assert run(cli).code == 0


def test_without_a_baseline_a_rerun_is_held_against_the_runs_before(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program that learns worse: here one whose steps are far too short."""
    run(cli)
    run(cli, "--fresh")
    from reportgen.optim import SGD

    step = SGD.step

    def short(self: SGD, *arguments: object) -> None:
        self.learning_rate /= 1000
        step(self, *arguments)

    monkeypatch.setattr(SGD, "step", short)
    answer = run(cli, "--fresh")
    assert answer.code == 3
    assert "drop: comparison SGD: test accuracy " in answer.out
    assert " points against the runs before (8 seeds" in answer.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("show", "y"), "y: there is no such run in output"),
        (("diff", "x", "y"), "y: there is no such run in output"),
        (("history", "y"), "y: no experiment of this name has runs in output; there are: x"),
        (("baseline", "set", "y"), "y: there is no such run in output"),
        (("baseline", "clear", "y"), "y: no experiment of this name has runs in output; there are: x"),
        (("prune", "--keep", "1", "y"), "y: no experiment of this name has runs in output; there are: x"),
        (("history", "x", "--output", "nowhere"), "nowhere: is no folder with runs"),
    ],
)
def test_what_is_not_there_is_one_line(cli: Cli, arguments: tuple[str, ...], said: str) -> None:
    run(cli, "--seeds", 1)
    answer = cli(*arguments)
    assert answer.code == 1
    assert answer.error_line.startswith(f"reportgen: error: {said}")


def test_pruning_removes_old_runs_and_what_only_they_needed(cli: Cli, experiment: Path) -> None:
    run(cli)
    cli("baseline", "set", "x")
    for rate in ("0.03", "0.04", "0.05"):
        experiment.write_text(
            TEXT.replace("learning_rate = 0.02", f"learning_rate = {rate}"), encoding="utf-8"
        )
        run(cli)
    pinned, oldest, *newest = runs()
    dry = cli("prune", "--keep", 2, "--dry-run")
    assert next(row["what"] for row in rows(dry)) == f"x/{oldest.name}"
    assert len(runs()) == 4
    models = len(list(Path("output/.trials").glob("*/model.safetensors")))
    assert models == 4 * 2
    went = rows(cli("prune", "--keep", 2))
    assert went == rows(dry)
    assert runs() == [pinned, *newest]
    assert len(went) == 1 + 2  # the run, and its two tuned networks
    assert len(list(Path("output/.trials").glob("*/model.safetensors"))) == models - 2
    shown = {row["run"]: row["records"] for row in rows(cli("history", "x"))}
    assert shown == {pinned.name: "", oldest.name: "pruned", **{folder.name: "" for folder in newest}}
    assert trained(run(cli)) == 0  # what the others need is still there
    experiment.write_text(TEXT.replace("learning_rate = 0.02", "learning_rate = 0.03"), encoding="utf-8")
    assert trained(run(cli)) == 2


class Links(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.found += [value for name, value in attrs if name in ("href", "src") and value]


@pytest.mark.reports
def test_the_page_of_all_reports_names_every_one_and_its_links_lead_there(cli: Cli, experiment: Path) -> None:
    experiment.rename("a b+1.toml")
    for _ in range(2):
        assert cli("run", "a b+1.toml", "--seeds", 1, "--no-pdf").code == 0
    page = Path("output/index.html").read_text(encoding="utf-8")
    links = Links(page)
    assert page.count("<script") == 2  # the data and the page's own: the title is text
    assert "alert(1)" in page
    assert len(links.found) == 2 * 2  # HTML, CSV
    for link in links.found:
        assert Path("output", unquote(link)).is_file(), link
    places = [page.index(folder.name) for folder in runs("a b+1")]
    assert places == sorted(places, reverse=True)  # the newest first
    accuracy = float(mean(runs("a b+1")[1], "tuned", "Adam").rstrip("%"))
    assert f"<b>{accuracy:.1f}%</b>" in page  # one decimal, as of few test images
    assert re.search(r"https?://(?!www\.w3\.org/2000/svg)", page) is None
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digest, own = (
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)
    )
    assert f"default-src 'none'; script-src 'sha256-{own}'; style-src 'sha256-{digest}'; " in policy
    assert "style=" not in page
