"""What curves over epochs show, in sentences computed from them: who fits best, and who overfits."""

from __future__ import annotations

from collections.abc import Collection, Iterator
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
        overfits: Whether the mean training loss fell further meanwhile.
    """

    setup: str
    epoch: str
    rise: float
    overfits: bool

    def words(self) -> dict[str, object]:
        """Return the three as they are written."""
        return {"setup": self.setup, "epoch": self.epoch, "rise": numbers.percent(self.rise, 0)}


def of_loss(epochs: pd.DataFrame, t: Catalogue, figure: Phrase, *, diverged: Collection[str] = ()) -> Phrase:
    """Return who ends with the least training loss, and whose validation loss turns upward.

    What counts are the means over seeds. A setup of which a trial diverged is left out, which is said.

    Args:
        epochs: The rows of metrics.csv of one stage.
        t: The words, in the report's languages.
        figure: The reference to the figure.
        diverged: The setups of which a trial diverged, be the last of its rows finite.
    """
    means = mean_curves(epochs[~epochs["setup"].isin(diverged)], "loss")
    training = means["training_loss"].groupby("setup", sort=False).last()
    if training.empty:
        return t("curves.loss_diverged", figure=figure)
    least = str(training.idxmin())
    name = "curves.loss" if len(training) > 1 else "curves.loss_one"
    first = t(name, figure=figure, setup=least, loss=numbers.loss(training[least]))
    sentences = [first, *_turns(means, t)]
    left_out = [name for name in dict.fromkeys(epochs["setup"]) if name not in training.index]
    if left_out:
        sentences.append(t("curves.left_out", names=listed(left_out, t)))
    return together(sentences, "list.sentences", t)


def _turns(means: pd.DataFrame, t: Catalogue) -> Iterator[Phrase]:
    """Whose mean validation loss turns upward; a sign of overfitting where training loss falls meanwhile."""
    turns = []
    for setup, losses in means.groupby("setup", sort=False):
        validation, training = losses["validation_loss"], losses["training_loss"]
        epochs = losses.index.get_level_values("epoch")
        rise = validation.iloc[-1] / validation.min() - 1
        if rise > TURNED:
            least = int(validation.to_numpy().argmin())
            overfits = bool(training.iloc[-1] < training.iloc[least] * (1 - TURNED))
            turns.append(Turn(str(setup), str(epochs[least]), float(rise), overfits))
    if not turns:
        yield t("curves.not_turned", share=numbers.percent(TURNED, 0))
    for key, overfits in (("turned", True), ("unsteady", False)):
        own = [turn for turn in turns if turn.overfits is overfits]
        if len(own) > FEW:
            most = max(own, key=lambda turn: turn.rise)
            setups = listed([turn.setup for turn in own], t)
            yield t(f"curves.{key}_many", setups=setups, most=t("curves.turn", **most.words()))
        elif own:
            phrases = [t("curves.turn", **turn.words()) for turn in own]
            yield t(f"curves.{key}", turns=together(phrases, "list.clauses", t))


def of_accuracy(
    epochs: pd.DataFrame, t: Catalogue, figure: Phrase, *, diverged: Collection[str] = ()
) -> Phrase:
    """Return how far training accuracy ends above validation accuracy.

    Args:
        epochs: The rows of metrics.csv of one stage.
        t: The words, in the report's languages.
        figure: The reference to the figure.
        diverged: The setups of which a trial diverged, which are left out.
    """
    last = (
        mean_curves(epochs[~epochs["setup"].isin(diverged)], "accuracy").groupby("setup", sort=False).last()
    )
    if last.empty:
        return t("curves.accuracy_diverged", figure=figure)
    gaps = last["training_accuracy"] - last["validation_accuracy"]
    if len(gaps) > FEW:
        ends = {"largest": str(gaps.idxmax()), "smallest": str(gaps.idxmin())}
        values = {f"{name}_gap": numbers.points(gaps[setup]) for name, setup in ends.items()}
        return t("curves.accuracy_many", figure=figure, **ends, **values)
    phrases = [t("curves.gap", setup=setup, gap=numbers.points(gap)) for setup, gap in gaps.items()]
    return t("curves.accuracy", figure=figure, gaps=together(phrases, "list.names", t))
