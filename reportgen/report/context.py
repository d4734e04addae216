"""What a report says, from its front page to its appendix: of a run, or of anyone's scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from reportgen.analysis.across_problems import AcrossProblems, over_problems
from reportgen.analysis.audit.points import Point
from reportgen.analysis.comparison import Comparison
from reportgen.experiment.front_matter import NO_FRONT_MATTER, FrontMatter
from reportgen.own_words.texts import DISCUSSION, INTRODUCTION, METHOD
from reportgen.records.run_folder import RunRecords
from reportgen.records.tables.reading_notes import Note
from reportgen.report.options import DEFAULT_ORDER, Order
from reportgen.report.sections.across_problems import across_section
from reportgen.report.sections.any_time import any_time_section
from reportgen.report.sections.appendix import appendix_section
from reportgen.report.sections.audit import audit_section
from reportgen.report.sections.comparison import comparison_section
from reportgen.report.sections.conclusions import conclusions_section
from reportgen.report.sections.data import data_section
from reportgen.report.sections.drift import drift_section
from reportgen.report.sections.engines import engines_section
from reportgen.report.sections.every_pair import every_pair_section
from reportgen.report.sections.front_page import front_page
from reportgen.report.sections.headlines import headlines
from reportgen.report.sections.layers import layers_section
from reportgen.report.sections.network import network_section
from reportgen.report.sections.network_test import network_test_section
from reportgen.report.sections.optimizers import optimizers_section
from reportgen.report.sections.optimizers_code import optimizers_code_section
from reportgen.report.sections.own_words import own_words_section
from reportgen.report.sections.scores import scores_front_page, scores_section
from reportgen.report.sections.search import search_section
from reportgen.report.sections.section import Report, Section
from reportgen.report.sections.table_audit import summarize_table, table_audit_section
from reportgen.report.sections.test_accuracy import test_section
from reportgen.report.sections.tuned import tuned_section
from reportgen.report.sections.whole_course import whole_course_section
from reportgen.report.words.catalogue import Catalogue

METHOD_OF_PAPER = ("method", "data", "layers", "network_test", "optimizers", "network", "engines")
"""The sections that a paper has as its first appendices: how it was done, with the code."""


def compose_run(records: RunRecords, t: Catalogue, fingerprint: str, order: Order = DEFAULT_ORDER) -> Report:
    """Return the report of a run; its sections stand here in the one order that a homework's have.

    Args:
        records: Of the run.
        t: The words, in the report's languages.
        fingerprint: Of the records that are attached to the PDF, as attachments.py computes it.
        order: Of the sections.
    """
    t = t.of_rows() if records.manifest.data.columns else t
    said = headlines(records, t)
    sections = (
        own_words_section(INTRODUCTION, records, t),
        data_section(records, t),
        layers_section(records, t),
        network_test_section(records),
        optimizers_section(records, t),
        network_section(records, t),
        engines_section(records, t),
        own_words_section(METHOD, records, t),
        comparison_section(records, said.shared, t),
        search_section(records, said.tuned_equally, said.changes, t),
        tuned_section(records, t),
        test_section(records, said.tuned_equally or said.shared, t),
        audit_section(said.audited),
        conclusions_section(said.conclusions),
        own_words_section(DISCUSSION, records, t),
        drift_section(records, t),
        appendix_section(records, t, fingerprint),
        whole_course_section(records, said.shared, said.tuned_equally, t),
        every_pair_section(records),
        optimizers_code_section(records),
    )
    return Report(
        front_page(records, said, t, fingerprint), results_first(sections) if order == "paper" else sections
    )


def results_first(sections: Sequence[Section]) -> tuple[Section, ...]:
    """Return the sections of a homework in the order of a paper: the method behind all that was found.

    Args:
        sections: As a homework has them.
    """
    method = [replace(section, appendix=True) for section in sections if section.name in METHOD_OF_PAPER]
    others = [section for section in sections if section.name not in METHOD_OF_PAPER]
    return (
        *(section for section in others if not section.appendix),
        *method,
        *(section for section in others if section.appendix),
    )


def compose_scores(
    comparison: Comparison,
    scores: pd.DataFrame,
    sources: Sequence[Path],
    t: Catalogue,
    fingerprint: str,
    *,
    front_matter: FrontMatter = NO_FRONT_MATTER,
    curves: pd.DataFrame | None = None,
    assumed: Sequence[Note] = (),
    stages: bool = False,
    audited: Sequence[Point] = (),
    across: AcrossProblems | None = None,
) -> Report:
    """Return the report of anyone's table of scores.

    Args:
        comparison: Of the scores.
        scores: The table that was compared, as scores.checked leaves it.
        sources: The files that it was read from.
        t: The words, in the report's languages.
        fingerprint: Of the files that are attached to the PDF.
        front_matter: What stands above the report.
        curves: The scores of every epoch, where there are several.
        assumed: What was assumed of the files when they were read, in a sentence each.
        stages: Whether the problems are stages of a run.
        audited: What the tables show of a fair comparison.
        across: What holds over all problems; None for it to be computed.
    """
    across = across or over_problems(comparison, scores, stages=stages)
    return Report(
        scores_front_page(
            comparison,
            scores,
            sources,
            t,
            fingerprint,
            across=across,
            front_matter=front_matter,
            assumed=assumed,
            audit=summarize_table(audited, t),
        ),
        (
            scores_section(comparison, scores, t),
            any_time_section(comparison, curves, t),
            across_section(comparison, across, scores, t),
            table_audit_section(audited, t),
        ),
    )
