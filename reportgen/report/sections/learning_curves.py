"""What curves over epochs show, in sentences computed from them: who fits best, and who overfits."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from reportgen.analysis.findings import FEW
from reportgen.analysis.learning_curves import mean_curves
from reportgen.report.sections.findings import listed
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, together

TURNED = 0.01
"""A mean validation loss that ends this share above its least has turned upward."""


@dataclass(frozen=True)
class Turn:
    """Where a mean validation loss turned upward.

    Attributes:
        setup: Whose it is.
        epoch: That of its least value.
        rise: By which share it ends above that.
    """

    setup: str
    epoch: str
    rise: float

    def words(self) -> dict[str, object]:
        """Return the three as they are written."""
        return {"setup": self.setup, "epoch": self.epoch, "rise": numbers.percent(self.rise, 0)}


def of_loss(epochs: pd.DataFrame, t: Catalogue, figure: Phrase) -> Phrase:
    """Return who ends with the least training loss, and whose validation loss turns upward.

    What counts are the means over seeds. A setup of which a trial diverged is left out.

    Args:
        epochs: The rows of metrics.csv of one stage.
        t: The words, in the report's languages.
        figure: The reference to the figure.
    """
    means = mean_curves(epochs, "loss")
    training = means["training_loss"].groupby("setup", sort=False).last()
    if training.empty:
        return t("curves.loss_diverged", figure=figure)
    least = str(training.idxmin())
    name = "curves.loss" if len(training) > 1 else "curves.loss_one"
    first = t(name, figure=figure, setup=least, loss=numbers.loss(training[least]))
    turns = []
    for setup, losses in means["validation_loss"].groupby("setup", sort=False):
        rise = losses.iloc[-1] / losses.min() - 1
        if rise > TURNED:
            epoch = str(losses.droplevel("setup").idxmin())
            turns.append(Turn(str(setup), epoch, float(rise)))
    if not turns:
        overfitting = t("curves.not_turned", share=numbers.percent(TURNED, 0))
    elif len(turns) > FEW:
        most = max(turns, key=lambda turn: turn.rise)
        setups = listed([turn.setup for turn in turns], t)
        overfitting = t("curves.turned_many", setups=setups, most=t("curves.turn", **most.words()))
    else:
        phrases = [t("curves.turn", **turn.words()) for turn in turns]
        overfitting = t("curves.turned", turns=together(phrases, "list.phrases", t))
    return together([first, overfitting], "list.sentences", t)


def of_accuracy(epochs: pd.DataFrame, t: Catalogue, figure: Phrase) -> Phrase:
    """Return how far training accuracy ends above validation accuracy.

    Args:
        epochs: The rows of metrics.csv of one stage.
        t: The words, in the report's languages.
        figure: The reference to the figure.
    """
    last = mean_curves(epochs, "accuracy").groupby("setup", sort=False).last()
    if last.empty:
        return t("curves.accuracy_diverged", figure=figure)
    gaps = last["training_accuracy"] - last["validation_accuracy"]
    if len(gaps) > FEW:
        ends = {"largest": str(gaps.idxmax()), "smallest": str(gaps.idxmin())}
        values = {f"{name}_gap": numbers.points(gaps[setup]) for name, setup in ends.items()}
        return t("curves.accuracy_many", figure=figure, **ends, **values)
    phrases = [t("curves.gap", setup=setup, gap=numbers.points(gap)) for setup, gap in gaps.items()]
    return t("curves.accuracy", figure=figure, gaps=together(phrases, "list.names", t))
