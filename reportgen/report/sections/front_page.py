"""The front page: title and facts, the abstract, the key findings, and the results at a glance."""

from __future__ import annotations

import datetime as dt
from typing import Any

from markupsafe import Markup

from reportgen.analysis.results import of_stage
from reportgen.experiment.stages import COMPARISON
from reportgen.records.run_folder import RunRecords
from reportgen.report.figures.marks import color
from reportgen.report.sections.abstract import abstract, claim_glance, glance
from reportgen.report.sections.code import describe_code
from reportgen.report.sections.data import source_name
from reportgen.report.sections.headlines import Headlines
from reportgen.report.sections.section import Section, claim_sentences
from reportgen.report.sections.sentences import given
from reportgen.report.sections.trainings import count_trainings
from reportgen.report.sections.whose_code import failed_proofs, whose_code
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase


def front_page(records: RunRecords, headlines: Headlines, t: Catalogue, fingerprint: str) -> Section:
    """Return what report.html.j2 sets before the sections, and what all of these share.

    Args:
        records: Of the run.
        headlines: What the report says first.
        t: The words, in the report's languages.
        fingerprint: Of the records that are attached to the PDF, as attachments.py computes it.
    """
    defects = records.manifest.experiment.settings.defects
    setups = list(dict.fromkeys(of_stage(records.results, COMPARISON)["setup"]))
    at_a_glance = glance(headlines, setups, t)
    own, failures = whose_code(records.manifest, t), failed_proofs(records.manifest, t)
    return Section(
        "front_page",
        lambda: {
            **heading_facts(records, t),
            **describe_code(records, t),
            "notices": [t(f"notice.{name}") for name, on in defects if on],
            "failures": failures,
            "whose_code": own,
            "abstract": abstract(records, headlines, source_name(records.manifest, t), t),
            "findings": headlines.key_findings,
            "glance": at_a_glance,
            "setups": [{"name": name, "color": color(n)} for n, name in enumerate(setups)],
            "fingerprint": fingerprint,
        },
        (
            *claim_sentences("whose code", [*failures, *own], front=True),
            *claim_sentences("key findings", headlines.first_page, front=True),
            *(claim_glance(at_a_glance) if at_a_glance else ()),
        ),
    )


def heading_facts(records: RunRecords, t: Catalogue) -> dict[str, Any]:
    """Return title, author, and the facts that identify the run.

    Args:
        records: Of the run.
        t: The words, in the report's languages.
    """
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


def trainings(records: RunRecords, t: Catalogue) -> Phrase | str:
    """Return how often it trained, and how often of that in the search.

    Args:
        records: Of the run.
        t: The words, in the report's languages.
    """
    count = count_trainings(records)
    total = numbers.whole(count.total)
    return t("ui.searched", total=total, searched=numbers.whole(count.searched)) if count.searched else total
