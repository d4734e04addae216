"""The section on the network: what it minimizes, and how its weights start."""

from __future__ import annotations

from reportgen.experiment.model import Experiment
from reportgen.records.run_folder import RunRecords
from reportgen.report.sections.section import Section
from reportgen.report.sections.stage_settings import initial_weights
from reportgen.report.words.catalogue import Catalogue, Phrase


def network_section(records: RunRecords, t: Catalogue) -> Section:
    """Return the section on the network.

    Args:
        records: Of the run.
        t: The words, in the report's languages.
    """
    settings = records.manifest.experiment.settings
    return Section("network", lambda: {"initialization": initialization(settings, t)})


def initialization(experiment: Experiment, t: Catalogue) -> Phrase:
    """Return how the weights start, in the middle of a sentence.

    Args:
        experiment: As it was run.
        t: The words, in the report's languages.
    """
    settings = experiment.comparison or experiment.tuned
    assert settings is not None, "something was trained"
    return initial_weights(settings.initial_std, t)
