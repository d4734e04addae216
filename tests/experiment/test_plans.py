"""What experiment files mean: defaults, overrides, and the trials that they ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.experiment.model import Experiment
from reportgen.experiment.reading import find, read
from reportgen.planning.plan import check_optimizers, plan
from reportgen.planning.studies import studies_of
from tests.helpers.project import ROOT

READY = sorted(path.name for path in (ROOT / "experiments").glob("*.toml"))
TEXT = """
title = "Both"
[data]
source = "digits"
[comparison]
hidden = [128]
batch_size = 8
epochs = 2
seeds = [7, 3]
optimizers = [
  { name = "SGD", learning_rate = 1 },
  { name = "SGD_Momentum", learning_rate = 0.2, label = "heavy ball" },
  { name = "Adam", learning_rate = 0.3, beta2 = 0.9 },
]
[tuned]
hidden = [4, 3]
batch_size = 16
epochs = 5
l2 = 1e-4
optimizer = { name = "Adam", learning_rate = 0.1 }
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_there_are_ready_experiments() -> None:
    names = ("quickstart", "homework", "as-submitted", "fashion", "zoo", "zoo-fashion")
    assert {f"{name}.toml" for name in names} <= set(READY)


@pytest.mark.parametrize("name", READY)
def test_every_ready_experiment_reads_and_plans(name: str) -> None:
    assert find(name) == find(name.removesuffix(".toml")) == find(f"experiments/{name}").resolve()
    experiment = read(find(name))
    check_optimizers(experiment)
    trials = plan(experiment, classes=10)
    stages = {trial.setup.stage.split(":")[0] for trial in trials}
    asked = {name for name in ("comparison", "tuned", "ablation") if getattr(experiment, name) is not None}
    assert stages == asked
    setups = [*getattr(experiment.comparison, "optimizers", ()), getattr(experiment.tuned, "optimizer", None)]
    assert {trial.setup.optimizer for trial in trials} == {setup.name for setup in setups if setup}


@pytest.mark.parametrize("name", sorted({*READY} - {"as-submitted.toml"}))
def test_every_ready_comparison_has_seeds_enough_for_a_verdict(name: str) -> None:
    comparison = read(find(name)).comparison
    if comparison is not None:
        optimizers = len(comparison.optimizers)
        # the least p that signs can have, corrected for all pairs
        assert 2 / 2 ** len(comparison.seeds) * optimizers * (optimizers - 1) / 2 <= 0.05


def test_each_optimizer_of_the_zoo_searches_four_powers_of_ten_around_its_own_rate() -> None:
    for name in ("zoo", "zoo-fashion"):
        experiment = read(find(name))
        studies = studies_of(experiment, classes=10)
        assert len(studies) == len(experiment.comparison.optimizers) == 10
        for study, optimizer in zip(studies, experiment.comparison.optimizers, strict=True):
            space = study.spaces["learning_rate"]
            assert space.high / space.low == pytest.approx(1e4)
            assert space.low < optimizer.learning_rate < space.high
            assert not space.at_edge(optimizer.learning_rate)


def test_a_path_goes_before_a_ready_experiment(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    path.rename(path.with_name("quickstart.toml"))
    assert find("quickstart.toml") == Path("quickstart.toml")
    assert find("quickstart") != Path("quickstart.toml")


def test_homework_and_as_submitted_hold_the_homeworks_settings() -> None:
    for name in ("homework", "as-submitted"):
        experiment = read(find(name))
        comparison, tuned = experiment.comparison, experiment.tuned
        assert (experiment.data.train, experiment.data.validation) == (30_000, 10_000)
        assert (comparison.subset, comparison.hidden, comparison.batch_size) == (5000, (128,), 16)
        assert (comparison.epochs, comparison.l2, comparison.initial_std) == (100, 0, 0.2)
        assert [o.learning_rate for o in comparison.optimizers] == [2e-4] * 3
        assert (tuned.hidden, tuned.batch_size, tuned.epochs, tuned.l2) == ((256, 64), 8, 200, 1e-4)
        assert (tuned.optimizer.name, tuned.optimizer.learning_rate) == ("SGD", 0.01)
    assert all(read(find("as-submitted")).defects.model_dump().values())
    assert not any(read(find("homework")).defects.model_dump().values())


def test_what_is_left_unsaid_has_its_default(path: Path) -> None:
    experiment = read(path)
    assert experiment.title.zh_hant == experiment.title.en == "Both"  # one text stands for both
    assert experiment.author is None
    comparison, tuned = experiment.comparison, experiment.tuned
    assert (comparison.l2, comparison.initial_std, comparison.dtype) == (0.0, None, "float32")
    assert comparison.subset is None
    assert tuned.seeds == (0,)
    data = experiment.data
    assert (data.path, data.classes, data.train, data.validation, data.test, data.seed) == (None,) * 6
    assert not any(experiment.defects.model_dump().values())


def test_one_stage_is_enough(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    path.write_text(text.split("[tuned]")[0], encoding="utf-8")
    assert {trial.setup.stage for trial in plan(read(path), 10)} == {"comparison"}
    path.write_text(text.split("[comparison]")[0] + "[tuned]" + text.split("[tuned]")[1], encoding="utf-8")
    assert {trial.setup.stage for trial in plan(read(path), 10)} == {"tuned"}


def test_an_experiment_cannot_be_changed_after_reading(path: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        read(path).comparison.epochs = 3


@pytest.mark.parametrize(
    ("said", "seeds"), [("3", (0, 1, 2)), ("[3]", (3,)), ("1", (0,)), ("[5, 2]", (5, 2))]
)
def test_seeds_are_a_count_or_a_list(path: Path, said: str, seeds: tuple[int, ...]) -> None:
    path.write_text(TEXT.replace("[7, 3]", said), encoding="utf-8")
    assert read(path).comparison.seeds == seeds


def test_overrides_reach_both_stages_and_take_keys_away(path: Path) -> None:
    path.write_text(TEXT.replace('"digits"', '"npz"\npath = "x.npz"'), encoding="utf-8")
    stage = {"seeds": 2, "epochs": 9}
    experiment = read(path, {"data": {"source": "digits", "path": None}, "comparison": stage, "tuned": stage})
    assert (experiment.data.source, experiment.data.path) == ("digits", None)
    for found in (experiment.comparison, experiment.tuned):
        assert (found.seeds, found.epochs) == ((0, 1), 9)
    assert experiment.comparison.hidden == (128,)


def test_an_override_does_not_make_a_stage_that_the_file_lacks(path: Path) -> None:
    path.write_text(TEXT.split("[tuned]", maxsplit=1)[0], encoding="utf-8")
    assert read(path, {"tuned": {"epochs": 3}}).tuned is None


def test_the_plan_is_every_optimizer_with_every_seed_and_then_the_tuned_ones(path: Path) -> None:
    trials = plan(read(path), classes=10)
    assert [(t.setup.stage, t.setup.label, t.setup.optimizer, t.seed) for t in trials] == [
        ("comparison", "SGD", "SGD", 7),
        ("comparison", "SGD", "SGD", 3),
        ("comparison", "heavy ball", "SGD_Momentum", 7),
        ("comparison", "heavy ball", "SGD_Momentum", 3),
        ("comparison", "Adam", "Adam", 7),
        ("comparison", "Adam", "Adam", 3),
        ("tuned", "Adam", "Adam", 0),
    ]
    assert [t.setup.hidden for t in trials] == [(128,)] * 6 + [(4, 3)]
    assert [t.setup.epochs for t in trials] == [2] * 6 + [5]
    assert trials[2].setup.hyperparameters == {
        "learning_rate": 0.2,
        "momentum": 0.9,
        "weight_decay": 0.0,
    }
    assert trials[4].setup.hyperparameters == {
        "learning_rate": 0.3,
        "beta1": 0.9,
        "beta2": 0.9,
        "epsilon": 1e-8,
        "weight_decay": 0.0,
    }
    assert (trials[6].setup.l2, trials[6].setup.batch_size) == (1e-4, 16)


@pytest.mark.parametrize("classes", [10, 3])
def test_the_growing_hidden_list_makes_every_next_network_deeper(path: Path, classes: int) -> None:
    path.write_text(TEXT + "[defects]\nhidden_list_grows = true\n", encoding="utf-8")
    experiment = read(path)
    hidden = {
        t.setup.label: t.setup.hidden for t in plan(experiment, classes) if t.setup.stage == "comparison"
    }
    assert hidden == {"SGD": (128,), "heavy ball": (128, classes), "Adam": (128, classes, classes)}
    assert [t.setup.hidden for t in plan(experiment, classes) if t.setup.stage == "tuned"] == [(4, 3)]
    assert experiment.comparison.hidden == (128,)


def test_every_trial_knows_the_defects(path: Path) -> None:
    path.write_text(TEXT + "[defects]\nbatches_slide_by_one = true\n", encoding="utf-8")
    experiment: Experiment = read(path)
    for trial in plan(experiment, 10):
        assert trial.defects.batches_slide_by_one
        assert not trial.defects.gradients_averaged_twice
