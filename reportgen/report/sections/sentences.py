"""Computed sentences that are not about a comparison: the test accuracy, and networks that differ."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from reportgen.analysis.intervals import mean_interval
from reportgen.analysis.results import finished
from reportgen.experiment.stages import TUNED
from reportgen.experiment.values import Bilingual
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import CHINESE, ENGLISH, Catalogue, Phrase


def seeds_in_words(n: int, t: Catalogue) -> Phrase:
    """Return a number of seeds, in the right grammatical number: 1 seed, 2 seeds.

    Args:
        n: How many seeds.
        t: The words, in the report's languages.
    """
    return t("count.seed") if n == 1 else t("count.seeds", n=numbers.whole(n))


def trials_in_words(n: int, t: Catalogue) -> Phrase:
    """Return a number of trials that each optimizer has, likewise.

    Args:
        n: How many trials.
        t: The words, in the report's languages.
    """
    return t("count.trial") if n == 1 else t("count.trials", n=numbers.whole(n))


def epochs_in_words(n: int, t: Catalogue) -> Phrase:
    """Return a number of epochs, likewise.

    Args:
        n: How many epochs.
        t: The words, in the report's languages.
    """
    return t("count.epoch") if n == 1 else t("count.epochs", n=numbers.whole(n))


def networks(results: pd.DataFrame, t: Catalogue) -> list[Phrase]:
    """Return a warning where the compared optimizers trained different networks.

    Args:
        results: The rows of results.csv of one stage.
        t: The words, in the report's languages.
    """
    counts = results.groupby("setup", sort=False)["parameters"].first()
    if counts.nunique() <= 1:
        return []
    listed = ", ".join(f"{setup} {numbers.whole(count)}" for setup, count in counts.items())
    return [t("finding.networks_differ", counts=listed)]


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
                spread=numbers.decimals(100 * accuracy.std(ddof=1), 2),
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
    hidden = str(first["hidden"])
    network = t("test.layers", hidden=hidden) if hidden else t("test.no_layers")
    what = "test.full" if first["stage"] == TUNED else "test.compared"
    return t(what, name=first["setup"], network=network)


def given(text: Bilingual, t: Catalogue) -> Phrase:
    """Return a text of the experiment's file as a phrase.

    Args:
        text: As the file has it, in both languages.
        t: The words, in the report's languages.
    """
    return t.given({CHINESE: text.zh_hant, ENGLISH: text.en})
