"""The front page: the title, the answer in a sentence and a figure, the key findings, the abstract."""

from __future__ import annotations

import datetime as dt
from typing import Any

from markupsafe import Markup

from reportgen.analysis.results import of_stage
from reportgen.experiment.stages import COMPARISON
from reportgen.records.run_folder import RunRecords
from reportgen.report.figures.marks import named_looks
from reportgen.report.sections.abstract import abstract
from reportgen.report.sections.answer_block import answer_of_run
from reportgen.report.sections.code import describe_code
from reportgen.report.sections.data import source_name
from reportgen.report.sections.headlines import Headlines
from reportgen.report.sections.section import Section, claim_sentences
from reportgen.report.sections.sentences import given
from reportgen.report.sections.whose_code import failed_proofs, whose_code
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue


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
    answer = answer_of_run(headlines.shared, headlines.tuned_equally, records.results, t)
    own, failures = whose_code(records.manifest, t), failed_proofs(records.manifest, t)
    return Section(
        "front_page",
        lambda: {
            **heading_facts(records, t),
            **describe_code(records, t),
            "notices": [t(f"notice.{name}") for name, on in defects if on],
            "failures": failures,
            "whose_code": own,
            "headline": headlines.headline,
            "answer": answer and answer.fill(),
            "abstract": abstract(records, headlines, source_name(records.manifest, t), t),
            "findings": (*headlines.key_findings, *headlines.unfair),
            "setups": named_looks(setups),
            "fingerprint": fingerprint,
        },
        (
            *claim_sentences("whose code", [*failures, *own], front=True),
            *claim_sentences("key findings", headlines.first_page, front=True),
            *(answer.claim() if answer else ()),
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
        "date": numbers.day(moment, t.languages),
        "run": manifest.run,
        "versions": manifest.versions,
        "facts": [
            (t("ui.run"), Markup("<code>{}</code>").format(manifest.run)),
        ],
    }
