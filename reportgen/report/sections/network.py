"""The section on the network: what it minimizes, and how its weights start."""

from __future__ import annotations

from reportgen.experiment.model import Experiment
from reportgen.report.sections.stage_settings import initial_weights
from reportgen.report.words.catalogue import Catalogue, Phrase


def initialization(experiment: Experiment, t: Catalogue) -> Phrase:
    """How the weights start, in the middle of a sentence."""
    settings = experiment.comparison or experiment.tuned
    assert settings is not None, "something was trained"
    return initial_weights(settings.initial_std, t)
