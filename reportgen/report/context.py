"""What the templates are filled with: a run's records turned into words, tables and figures."""

from __future__ import annotations

import datetime as dt
from typing import Any

from markupsafe import Markup

from reportgen.analysis.results import of_stage
from reportgen.experiment.stages import COMPARISON, EQUALLY_TUNED, TUNED
from reportgen.experiment.values import Bilingual
from reportgen.records.run_folder import RunRecords
from reportgen.report.figures import formulas
from reportgen.report.figures.marks import color
from reportgen.report.figures.style import style
from reportgen.report.page.listings import listing
from reportgen.report.sections.abstract import abstract, glance
from reportgen.report.sections.appendix import appendix
from reportgen.report.sections.comparison import comparison_section
from reportgen.report.sections.data import data_section, samples, source_name
from reportgen.report.sections.drift import drift_section
from reportgen.report.sections.headlines import headlines
from reportgen.report.sections.network import initialization
from reportgen.report.sections.optimizers import describe_optimizer
from reportgen.report.sections.search import found_elsewhere, search_section
from reportgen.report.sections.test_accuracy import test_section
from reportgen.report.sections.trainings import count_trainings
from reportgen.report.sections.tuned import tuned_section
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import CHINESE, ENGLISH, Catalogue, Phrase


def build(records: RunRecords, t: Catalogue, fingerprint: str) -> dict[str, Any]:
    """Everything that the templates name, for one run in the catalogue's languages.

    fingerprint: of the records that are attached to the PDF, as attachments.py computes it.
    """
    manifest, experiment = records.manifest, records.manifest.experiment.settings
    results = records.results
    comparison, tuned = of_stage(results, COMPARISON), of_stage(results, TUNED)
    said = headlines(records, t)
    shared, tuned_equally, audited = said.shared, said.tuned_equally, said.audited
    setups = list(dict.fromkeys(comparison["setup"]))
    with style():
        return {
            **heading_facts(records, t),
            "notices": [t(f"notice.{name}") for name, on in experiment.defects if on],
            "abstract": abstract(records, said, source_name(manifest, t), t),
            "findings": said.key_findings,
            "glance": glance(said, setups, t),
            "setups": [{"name": name, "color": color(n)} for n, name in enumerate(setups)],
            "data": data_section(records, t),
            "samples": samples(records),
            "checks": {check.key: check.model_dump(mode="json") for check in manifest.checks},
            "listings": {
                name: {"file": excerpt.file, "code": listing(excerpt.text, first_line=excerpt.line)}
                for name, excerpt in records.excerpts.items()
            },
            "formulas": {name: formulas.formula(name, t) for name in formulas.FORMULAS},
            "optimizers": [
                describe_optimizer(name, t) for name in dict.fromkeys(records.results["optimizer"])
            ],
            "initialization": initialization(experiment, t),
            "comparison": comparison_section(records, comparison, shared, t) if shared else None,
            "search": search_section(records, COMPARISON, t),
            "equally_tuned": tuned_equally
            and comparison_section(records, of_stage(results, EQUALLY_TUNED), tuned_equally, t),
            "tuned": tuned_section(records, tuned, t) if len(tuned) else None,
            "tuned_parts": ("schedule", "dropout", "augmentation", "averaging"),
            "tuned_search": search_section(records, TUNED, t),
            "found": found_elsewhere(experiment.found.tuned, t),
            "test": test_section(records, comparison, tuned, t),
            "audit": audited,
            "conclusions": said.conclusions,
            "drift": drift_section(records, t),
            "appendix": appendix(records, t, fingerprint),
            "fingerprint": fingerprint,
        }


def heading_facts(records: RunRecords, t: Catalogue) -> dict[str, Any]:
    """Title, author, and the facts that identify the run."""
    manifest, experiment = records.manifest, records.manifest.experiment.settings
    moment = dt.datetime.fromisoformat(manifest.times.finished)
    return {
        "title": given(experiment.title, t),
        "author": experiment.author and given(experiment.author, t),
        "course": experiment.course and given(experiment.course, t),
        "run": manifest.run,
        "versions": manifest.versions,
        "facts": [
            (t("ui.data"), source_name(manifest, t)),
            (t("ui.trainings"), trainings(records, t)),
            (t("ui.generated"), numbers.date(moment, t.languages)),
            (t("ui.run"), Markup("<code>{}</code>").format(manifest.run)),
        ],
    }


def given(text: Bilingual, t: Catalogue) -> Phrase:
    """Return a text of the experiment's file as a phrase."""
    return t.given({CHINESE: text.zh_hant, ENGLISH: text.en})


def trainings(records: RunRecords, t: Catalogue) -> Phrase | str:
    """How often it trained, and how often of that in the search."""
    count = count_trainings(records)
    total = numbers.whole(count.total)
    return t("ui.searched", total=total, searched=numbers.whole(count.searched)) if count.searched else total
