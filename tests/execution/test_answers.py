"""Which test images trials told right: kept as they were told, small, and held against the results."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from reportgen.execution.executors.choosing import ExecutorOptions
from reportgen.execution.prepare import prepare
from reportgen.execution.run import run
from reportgen.execution.trials import TrainingOptions
from reportgen.execution.worker import load_data, splits_for
from reportgen.experiment.reading import Source
from reportgen.records.answers import Answers
from reportgen.records.run import Run
from reportgen.training.saved_classifier import load_classifier
from reportgen.verification.recomputed import against_answers

Make = Callable[..., Source]
RESPLIT = ('source = "digits"', 'source = "digits"\nresplit = true')


def carry_out(source: Source, output: Path, listener: Any) -> Run:
    training = TrainingOptions(ExecutorOptions(workers=1))
    return run(prepare(source), output, training=training, languages=["en"], proofs=(), watcher=listener)


@pytest.mark.parametrize("resplit", [False, True], ids=["one split", "a split a seed"])
def test_what_the_saved_classifier_tells_is_what_was_kept(
    source: Make, tmp_path: Path, listener: Any, resplit: bool
) -> None:
    made = source(*([RESPLIT] if resplit else []), ("epochs = 3\n", "epochs = 3\nseeds = [5, 6]\n"))
    kept = carry_out(made, tmp_path / "output", listener)
    assert kept.records.answers is not None
    answers = kept.records.answers.by_row(kept.records.results["seed"])
    tuned = kept.records.results[kept.records.results["stage"] == "tuned"]
    prepared = prepare(made)
    digits = load_data(prepared.data).dataset
    whole = np.concatenate([digits.train_inputs, digits.test_inputs]) if resplit else digits.test_inputs
    for row, seed in zip(tuned.index, tuned["seed"], strict=True):
        classifier = load_classifier(kept.folder / "records" / f"tuned-seed{seed}.safetensors")
        trial = next(one for one in prepared.trials if one.seed == seed)
        test = splits_for(trial, prepared.data).test
        # by the images themselves, wherever they stand in the split
        order = {image.tobytes(): place for place, image in enumerate(np.asarray(test.inputs))}
        expected = [order[whole[place].tobytes()] for place in answers[row].places]
        x = torch.from_numpy(np.array(test.inputs).reshape(len(test), -1)).float() / 255
        told = classifier.forward(x).argmax(dim=1).numpy() == test.labels
        np.testing.assert_array_equal(answers[row].correct, told[expected])
    assert len(kept.records.answers.seeds) == (4 if resplit else 0)
    assert (kept.folder / "records" / "answers.npz").stat().st_size < 2_500
    assert list(against_answers(kept.records)) == []


def test_changed_answers_do_not_agree_with_the_results(source: Make, tmp_path: Path, listener: Any) -> None:
    records = carry_out(source(), tmp_path / "output", listener).records
    assert records.answers is not None
    bits = records.answers.bits.copy()
    bits[1, 0] ^= 128
    changed = replace(records, answers=replace(records.answers, bits=bits))
    (line,) = against_answers(changed)
    assert "test_correct" in line
    fewer = {name: getattr(records.answers, name)[1:] for name in ("trials", "images", "bits")}
    (line,) = against_answers(replace(records, answers=replace(records.answers, **fewer)))
    assert "lacks" in line


ARRAYS: dict[str, Any] = {
    "trials": np.array([0, 2]),
    "images": np.array([9, 9]),
    "bits": np.array([[255, 128], [1, 0]], dtype=np.uint8),
    "seeds": np.array([7, 8]),
    "drawn": np.array([[255, 128, 0], [0, 255, 128]], dtype=np.uint8),
    "pool": np.array(20),
}


def test_answers_come_back_from_their_file() -> None:
    answers = Answers.of_bytes(Answers(**ARRAYS).to_bytes()).by_row([7, 7, 8])
    assert answers[0].correct.tolist() == [True] * 9
    assert answers[2].correct.tolist() == [*[False] * 7, True, False]
    assert answers[0].places.tolist() == list(range(9))
    assert answers[2].places.tolist() == list(range(8, 17))


@pytest.mark.parametrize(
    "change",
    [
        {"bits": np.zeros((2, 3), dtype=np.uint8)},
        {"bits": np.zeros((2, 2))},
        {"images": np.array([9])},
        {"images": np.array([9, 0]), "bits": np.zeros((2, 2), dtype=np.uint8)},
        {"trials": np.array([2, 2])},
        {"trials": np.array([0, -1])},
        {"trials": np.array([0, 9])},
        {"pool": np.array(40)},
        {"seeds": np.array([7])},
        {"seeds": np.array([1, 2])},
        {"drawn": np.zeros((2, 3), dtype=np.uint8)},
    ],
    ids=str,
)
def test_arrays_that_do_not_go_together_are_refused(change: dict[str, Any]) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, **(ARRAYS | change))
    with pytest.raises(ValueError, match=r"answers\.npz"):
        Answers.of_bytes(buffer.getvalue()).by_row([7, 7, 8])
