"""Earlier runs of the same comparison with other seeds, found in the history of an output folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import reportgen
from reportgen.records.run import Run
from reportgen.records.run_folder import runs_in
from reportgen.report.sections.headlines import headlines
from reportgen.report.templates.loading import words_in

EXPERIMENT = """
title = "looks"
[data]
source = "digits"
train = 200
validation = 60
[comparison]
hidden = [8]
batch_size = 50
epochs = 1
seeds = {seeds}
optimizers = [{{ name = "SGD", learning_rate = {rate} }}, {{ name = "Adam", learning_rate = 1e-3 }}]
"""


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("looks")
    for seeds, rate in (("8", "0.1"), ("8", "0.1"), ("9", "0.1"), ("9", "0.2"), ("[1, 2]", "0.1")):
        (folder / "looks.toml").write_text(EXPERIMENT.format(seeds=seeds, rate=rate))
        reportgen.run(folder / "looks.toml", output=folder / "output", progress=False)
    return folder / "output"


def runs(output: Path) -> list[Run]:
    return [Run.read(folder) for folder in sorted(runs_in(output))]


def test_other_seeds_are_a_look_and_the_same_seeds_or_other_settings_are_none(output: Path) -> None:
    made = runs(output)
    seen = [[len(look.seeds) for look in run.records.manifest.looks["comparison"]] for run in made]
    assert seen == [[], [], [8], [], [8, 9]]
    assert made[2].records.manifest.looks["comparison"][0].run == made[0].folder.name


def test_a_further_look_is_tested_at_its_own_level_and_the_report_says_so(output: Path) -> None:
    t = words_in(("zh-Hant", "en"))
    first, _, second, *_ = (headlines(run.records, t) for run in runs(output))
    assert first.shared is not None
    assert second.shared is not None
    assert [one.shared.found.alpha for one in (first, second)] == pytest.approx([0.05, 0.0025])
    said = [phrase.texts["en"] for phrase in second.conclusions]
    assert any("This is look number 2 at the same comparison" in line and "0.25%" in line for line in said)
    assert not any("look number" in phrase.texts["en"] for phrase in first.conclusions)
    looked = "This is look number 2 at the comparison with the shared settings, tested at a level of 0.25%."
    assert second.headline.texts["en"].endswith(looked)
    assert "look number" not in first.headline.texts["en"]
    assert any("is the confirmatory one" in phrase.texts["en"] for phrase in first.conclusions)


def test_python_compares_a_run_as_its_report_does(output: Path) -> None:
    first, _, second, *_ = runs(output)
    for run, level in ((first, 0.05), (second, 0.0025)):
        found = reportgen.Run(run.folder, run.records).compare().result
        assert found.alpha == pytest.approx(level)
        assert found.margin == 0.01
        loss = reportgen.Run(run.folder, run.records).compare(metric="test_loss").result
        assert loss.margin is None


def test_a_run_alone_in_its_folder_is_the_first_look(output: Path, tmp_path: Path) -> None:
    shutil.copy(output.parent / "looks.toml", tmp_path)
    run = reportgen.run(tmp_path / "looks.toml", output=tmp_path / "output", progress=False)
    assert Run.read(run.folder).records.manifest.looks["comparison"] == ()
