"""The audit and the ablation of runs that were really made: a fair one, and one with each defect alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from reportgen.analysis.ablation import ablation
from reportgen.analysis.audit.points import Point
from reportgen.errors import UserError
from reportgen.execution.executors.choosing import ExecutorOptions
from reportgen.execution.prepare import prepare
from reportgen.execution.run import run
from reportgen.execution.trials import TrainingOptions
from reportgen.experiment.reading import Source, find, read
from reportgen.experiment.stages import ALL, NONE
from reportgen.randomness import stream
from reportgen.records.run_folder import RunRecords
from reportgen.report.sections.audit import points_of
from reportgen.training import Record, Trial, trainer

TEXT = """
title = "Audited"
margin = 0.9
[data]
source = "digits"
train = 120
validation = 60
test = 60
[comparison]
subset = 100
hidden = [8]
batch_size = 8
epochs = 3
seeds = 6
optimizers = [
  { name = "SGD", learning_rate = 0.05 },
  { name = "Adam", learning_rate = 0.01 },
]
[tuned]
hidden = [8]
batch_size = 8
epochs = 2
l2 = 1e-3
optimizer = { name = "Adam", learning_rate = 0.01 }
"""
LARGER = TEXT.replace("train = 120\nvalidation = 60", "train = 900\nvalidation = 300").replace(
    "subset = 100\n", ""
)
"""With validation enough to choose by."""
SEARCH = """
[search.comparison]
trials = 5
seeds = 2
space = { learning_rate = { low = 1e-3, high = 10.0 } }
"""
FOUND = """
[found.comparison]
experiment = "small-search"
method = "grid"
trials = 5
seeds = [1000, 1001]
epochs = 3
space = "SGD: learning_rate from 0.0001 to 100 (log); Adam: learning_rate from 0.0001 to 100 (log)"
"""
NAMES = (
    "gradients_averaged_twice", "hidden_list_grows", "batches_slide_by_one",
    "test_images_from_training_file", "best_epoch_by_objective", "numpy_global_stream",
)  # fmt: skip
Audited = Callable[..., RunRecords]


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """The records of a small experiment with these defects, and with these tables besides."""

    def make(*defects: str, more: str = FOUND, base: str = TEXT) -> RunRecords:
        folder = tmp_path_factory.mktemp("audited")
        switched = "".join(f"{name} = true\n" for name in defects)
        text = f"{base}{more}\n[defects]\n{switched}"
        (folder / "small.toml").write_text(text, encoding="utf-8")
        source = Source("small", folder / "small.toml", text, read(folder / "small.toml"))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                "reportgen.execution.proving.prove_formulas", lambda _: []
            )  # the proofs are tested elsewhere, and take a while
            made = run(
                prepare(source),
                folder / "out",
                training=TrainingOptions(ExecutorOptions(workers=1)),
                languages=["en"],
            )
            return made.records

    return make


def points(records: RunRecords) -> tuple[Point, ...]:
    found = points_of(records)
    assert found
    return found


OF_ITS_SIZE = {"validation_large", "learned", "search_seen"}
"""What the small experiment fails whatever is done to it: few images, few steps, a search that never was."""


def failed(records: RunRecords) -> dict[str, set[str]]:
    """The points that fail, with the facts that speak against them."""
    return {
        point.key: {fact.key for fact in point.facts if fact.passed is False}
        for point in points(records)
        if point.passed is False and point.key not in OF_ITS_SIZE
    }


def test_a_fair_and_searched_comparison_passes_every_point(audited: Audited) -> None:
    found = {point.key: point.passed for point in points(audited(more=SEARCH, base=LARGER))}
    assert found == dict.fromkeys(found, True)
    assert len(found) == 15


FAILS = {
    "gradients_averaged_twice": {"true_gradient": {"gradient_off"}},
    "hidden_list_grows": {"same_network": {"networks_differ"}, "same_weights": {"weights_differ"}},
    "batches_slide_by_one": {"same_training": {"epochs_partial", "validation_partial"}},
    "test_images_from_training_file": {"data_apart": {"test_from_training"}},
    "best_epoch_by_objective": {"choice": {"chosen_by_objective"}},
    "numpy_global_stream": {},  # not wrong in itself
}


@pytest.mark.parametrize("defect", NAMES)
def test_each_defect_fails_the_points_that_it_deserves(defect: str, audited: Audited) -> None:
    assert failed(audited(defect)) == FAILS[defect]


def test_all_defects_fail_all_that_they_deserve(audited: Audited) -> None:
    """One stream for weights and batches gives deeper networks other batches, too."""
    expected = {key: facts for fails in FAILS.values() for key, facts in fails.items()}
    assert failed(audited(*NAMES)) == expected | {"same_batches": {"batches_differ"}}


def test_without_a_search_the_learning_rate_fails_and_the_budget_is_none(audited: Audited) -> None:
    records = audited(more="")
    assert failed(records) == {"own_rate": {"rates_given"}}
    assert {point.key for point in points(records) if point.passed is None} == {"same_budget", "search_seen"}


def test_the_factor_is_that_of_the_batch(audited: Audited) -> None:
    point = next(p for p in points(audited("gradients_averaged_twice", more="")) if p.key == "true_gradient")
    assert point.facts[0].values["factor"] == "1/8"


def test_a_program_that_draws_weights_by_optimizer_is_caught(
    audited: Audited, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = trainer.streams

    def by_optimizer(trial: Trial) -> tuple[trainer.Stream, trainer.Stream]:
        _, batches = right(trial)
        return stream(trial.seed, trial.setup.optimizer), batches

    monkeypatch.setattr(trainer, "streams", by_optimizer)
    assert failed(audited()) == {"same_weights": {"weights_differ"}}


def test_a_program_that_looks_at_the_test_images_before_is_caught(
    audited: Audited, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = trainer.Training.record

    def look_first(training: trainer.Training, save_to: Path | None = None) -> Record:
        trainer.evaluate(training.classifier, training.test, torch.ones(10, dtype=torch.float64))
        return right(training, save_to)

    monkeypatch.setattr(trainer.Training, "record", look_first)
    assert failed(audited()) == {"choice": {"test_read_otherwise"}}


ABLATION = "\n[ablation]\nseeds = [0, 1, 9]\n"


def test_an_ablation_mends_each_defect_and_all(audited: Audited) -> None:
    defects = ("hidden_list_grows", "test_images_from_training_file")
    records = audited(*defects, more=ABLATION)
    trials = records.results.groupby("stage", sort=False)["seed"].apply(lambda seeds: sorted(set(seeds)))
    assert trials.to_dict() == {
        "comparison": [0, 1, 2, 3, 4, 5],
        "tuned": [0],
        "ablation: none": [9],  # the others are the comparison's own
        **{f"ablation: {name}": [0, 1, 9] for name in (*defects, "all")},
    }
    assert set(records.epochs["stage"]) == set(trials.index)
    found = ablation(records.results, [0, 1, 9])
    assert [variant.mended for variant in found.variants] == [NONE, *defects, ALL]
    assert not found.tested
    results = records.results.set_index(["stage", "setup", "seed"])
    # the same network for both, and other test images with the same training
    adam = [results.loc[("ablation: hidden_list_grows", "Adam", seed), "hidden"] for seed in (0, 1, 9)]
    assert adam == ["8"] * 3
    before, mended = (
        results.loc[[(stage, "Adam", seed) for seed in (0, 1)]]
        for stage in ("comparison", "ablation: test_images_from_training_file")
    )
    assert before["validation_loss"].tolist() == mended["validation_loss"].tolist()
    assert before["test_loss"].tolist() != mended["test_loss"].tolist()
    # an ablation is unfair on purpose and not audited
    assert set(failed(records)) == {"same_network", "same_weights", "data_apart", "own_rate"}


def test_accuracy_on_all_validation_images_is_kept(audited: Audited) -> None:
    fair, sliding = audited(more=""), audited("batches_slide_by_one", more="")
    for records, same in ((fair, True), (sliding, False)):
        whole = [evidence.validation_accuracy for evidence in records.manifest.evidence or ()]
        seen = records.results["validation_accuracy"].tolist()
        assert (whole == pytest.approx(seen)) == same


def test_test_images_that_a_mended_trial_needs_are_missed_before_training(audited: Audited) -> None:
    """600 images are left in the training file, and only 500 are in the test file."""
    base = TEXT.replace("test = 60", "test = 600")
    with pytest.raises(UserError, match="test = 600"):
        audited("test_images_from_training_file", more=ABLATION, base=base)


def test_the_homeworks_own_program_is_ablated() -> None:
    experiment = read(find("as-submitted"))
    assert experiment.ablation is not None
    assert experiment.ablation.seeds == (0, 1, 2)
