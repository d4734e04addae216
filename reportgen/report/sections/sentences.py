"""Computed sentences that are not about a comparison: the test accuracy, and networks that differ."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from reportgen.analysis.intervals import mean_interval
from reportgen.analysis.results import finished
from reportgen.experiment.stages import ABLATION, TUNED, joined
from reportgen.experiment.values import Bilingual
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import CHINESE, ENGLISH, Catalogue, Phrase, in_a_row


def seeds_in_words(n: int, t: Catalogue) -> Phrase:
    """Return a number of seeds, such as 1 seed, 2 seeds.

    Args:
        n: How many seeds.
        t: The words, in the report's languages.
    """
    return t("count.seeds", n=numbers.whole(n))


def trials_in_words(n: int, t: Catalogue) -> Phrase:
    """Return a number of trials that each optimizer has, likewise.

    Args:
        n: How many trials.
        t: The words, in the report's languages.
    """
    return t("count.trials", n=numbers.whole(n))


def epochs_in_words(n: int, t: Catalogue) -> Phrase:
    """Return a number of epochs, likewise.

    Args:
        n: How many epochs.
        t: The words, in the report's languages.
    """
    return t("count.epochs", n=numbers.whole(n))


def networks(results: pd.DataFrame, t: Catalogue) -> list[Phrase]:
    """Return a warning where the compared optimizers trained different networks.

    Args:
        results: The rows of results.csv of one stage.
        t: The words, in the report's languages.
    """
    counts = results.groupby("setup", sort=False)["parameters"].first()
    if counts.nunique() <= 1:
        return []
    listed = [f"{setup} {numbers.whole(count)}" for setup, count in counts.items()]
    return [t("finding.networks_differ", counts=in_a_row(listed, t))]


def test_sentences(tuned: pd.DataFrame, t: Catalogue) -> list[Phrase]:
    """Return the test accuracy of one setup's trials, with its interval; none where all diverged.

    Args:
        tuned: The rows of results.csv of one stage and one setup.
        t: The words, in the report's languages.
    """
    results = finished(tuned)
    if results.empty:
        return []
    accuracy = results["test_accuracy"]
    images = numbers.whole(results["test_images"].iloc[0])
    shown = Markup("<b>{}</b>").format(numbers.percent(float(accuracy.mean())))
    if len(results) == 1:
        correct = numbers.whole(results["test_correct"].iloc[0])
        sentences = [
            t(
                "test.one_seed",
                what=what_was_tested(results, t),
                accuracy=shown,
                images=images,
                correct=correct,
            )
        ]
    else:
        interval = mean_interval(accuracy.to_numpy(dtype=float)).of_a_share()
        sentences = [
            t(
                "test.many_seeds",
                what=what_was_tested(results, t),
                accuracy=shown,
                images=images,
                n=len(results),
                interval=numbers.Unit(share=True).interval(interval.low, interval.high),
                spread=numbers.spread(float(accuracy.std(ddof=1))),
                lowest=numbers.percent(accuracy.min()),
                highest=numbers.percent(accuracy.max()),
            )
        ]
    return sentences


def what_was_tested(results: pd.DataFrame, t: Catalogue) -> Phrase:
    """Return the stage, the optimizer and the network of some trials, in the middle of a sentence.

    Args:
        results: The rows of results.csv of one stage and one setup.
        t: The words, in the report's languages.
    """
    first = results.iloc[0]
    what = "test.full" if first["stage"] == TUNED else "test.compared"
    return t(what, name=first["setup"], network=name_network(results, t))


def name_network(results: pd.DataFrame, t: Catalogue) -> Phrase:
    """Return the hidden layers of the first of some trials, in the middle of a sentence.

    Args:
        results: Rows of results.csv.
        t: The words, in the report's languages.
    """
    hidden = str(results["hidden"].iloc[0])
    return t("test.layers", hidden=hidden) if hidden else t("test.no_layers")


def name_stage(stage: str, t: Catalogue) -> Phrase:
    """Return what a stage is called beside the name of a setup.

    Args:
        stage: Its name; the stages of an ablation are called alike.
        t: The words, in the report's languages.
    """
    return t(f"stage.{'ablation' if stage.startswith(ABLATION) else joined(stage, '_')}")


def name_in_stage(setup: str, stage: str, t: Catalogue) -> Phrase:
    """Return a setup with its stage: Adam (shared settings).

    Args:
        setup: What it is called.
        stage: The stage's name.
        t: The words, in the report's languages.
    """
    return t("stage.setup", setup=setup, stage=name_stage(stage, t))


def given(text: Bilingual, t: Catalogue) -> Phrase:
    """Return a text of the experiment's file as a phrase.

    Args:
        text: As the file has it, in both languages.
        t: The words, in the report's languages.
    """
    return t.given({CHINESE: text.zh_hant, ENGLISH: text.en})
