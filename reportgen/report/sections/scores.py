"""The section on anyone's table of scores: every problem with its verdicts, or many of them in one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from reportgen.analysis.across_problems import AcrossProblems
from reportgen.analysis.comparison import Comparison
from reportgen.analysis.findings import TABLE, Finding, of_comparison
from reportgen.experiment.direction import is_accuracy
from reportgen.experiment.front_matter import FrontMatter
from reportgen.records.tables.reading_notes import Note
from reportgen.report.figures.marks import named_looks
from reportgen.report.sections.across_findings import say_of_new
from reportgen.report.sections.answer_block import MOST_PROBLEMS, answer_of_scores
from reportgen.report.sections.findings import in_words
from reportgen.report.sections.key_findings import say_apart
from reportgen.report.sections.many_problems import are_many, many_block, many_sentences
from reportgen.report.sections.scores_headline import problem_lines, scores_headline
from reportgen.report.sections.section import Section, claim_sentences
from reportgen.report.sections.verdicts import (
    claim_comparison,
    claim_pairs,
    is_listed,
    metric_name,
    verdict_block,
    was_tested,
)
from reportgen.report.templates.loading import Templates
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, together
from reportgen.report.words.numbers import Unit

AT_MARGIN = ("same", "better_within_margin", "pairs_same")
"""What the first page of a single problem says as well: it is why a margin was given."""


def scores_section(comparison: Comparison, scores: pd.DataFrame, t: Catalogue) -> Section:
    """Return the one section of a report of scores.

    Args:
        comparison: Of the scores.
        scores: Of scores.checked.
        t: The words, in the report's languages.
    """
    unit = Unit(is_percentage(comparison))
    by_problem = findings_of(comparison)
    sentences = {problem: in_words(findings, unit, t) for problem, findings in by_problem.items()}
    claims = partial(claim_pairs, together=True) if are_many(comparison) else claim_comparison
    listed = [
        pair for pair in comparison.pairs if are_many(comparison) or is_listed(comparison, pair.problem)
    ]
    return Section(
        "scores",
        lambda: {
            "problems": _problem_blocks(comparison, scores, unit, t, sentences),
            "many": many_block(comparison, unit, t),
        },
        (
            *claim_sentences("findings", chain.from_iterable(sentences.values())),
            *claims(replace(comparison, pairs=tuple(listed)), unit, t),
        ),
    )


def _problem_blocks(
    comparison: Comparison,
    scores: pd.DataFrame,
    unit: Unit,
    t: Catalogue,
    sentences: Mapping[str, Sequence[Phrase]],
) -> list[dict[str, Any]]:
    """What each problem shows; its tables are explained once, where others are read in the same way."""
    first_of: dict[tuple[str, ...], str] = {}
    blocks = []
    for number, (problem, phrases) in enumerate(sentences.items()):
        verdicts = verdict_block(
            comparison,
            problem,
            scores,
            unit,
            t,
            setups=list(comparison.optimizers),
            prefix=f"scores-{number}",
            with_figure=len(comparison.problems) > MOST_PROBLEMS,
        )
        explained = first_of.setdefault((*verdicts["readings"], verdicts["fewest"]), problem)
        like = explained if explained != problem else None
        blocks.append({"name": problem, "verdicts": verdicts, "sentences": phrases, "like": like})
    return blocks


def scores_front_page(
    comparison: Comparison,
    scores: pd.DataFrame,
    sources: Sequence[Path],
    t: Catalogue,
    fingerprint: str,
    *,
    across: AcrossProblems | None,
    front_matter: FrontMatter,
    assumed: Sequence[Note],
    audit: Phrase | None = None,
) -> Section:
    """Return what report.html.j2 sets before the section.

    Args:
        comparison: Of the scores.
        scores: Of scores.checked.
        sources: The files that the scores were read from.
        t: The words, in the report's languages.
        fingerprint: Of the files that are attached.
        across: The optimizers over all problems, which is said first; None where there are not several.
        front_matter: What stands above the report.
        assumed: What was assumed when they were read.
        audit: What of a fair comparison does not hold; None where nothing of it can be seen.
    """
    unit = Unit(is_percentage(comparison))
    headline, told = scores_headline(comparison, across, unit, t), what_there_is(comparison, scores, t)
    order = across.optimizers if across is not None else comparison.optimizers
    answer = answer_of_scores(comparison, scores, order, unit, t)
    sentences = first_sentences(comparison, across, unit, t)
    if audit is not None:
        sentences.append(audit)
    return Section(
        "front_page",
        lambda: {
            **heading_facts(comparison, sources, t, fingerprint, assumed=assumed),
            **{name: everywhere(line, t) for name, line in front_matter.given().items()},
            "fingerprint": fingerprint,
            "notices": [],
            "failures": [],
            "whose_code": [],
            "headline": headline,
            "answer": answer and answer.fill(),
            "abstract": told,
            "findings": sentences,
            "setups": named_looks(comparison.optimizers),
        },
        (
            *claim_sentences("key findings", [headline, *sentences, told], front=True),
            *(answer.claim() if answer else ()),
        ),
    )


def first_sentences(
    comparison: Comparison, across: AcrossProblems | None, unit: Unit, t: Catalogue
) -> list[Phrase]:
    """Return what the first page says beside its headline: of each problem, or of new ones of their kind.

    Args:
        comparison: Of the scores.
        across: The optimizers over all problems; None where there are not several.
        unit: How the scores are written.
        t: The words, in the report's languages.
    """
    if across is not None and comparison.pairs and not was_tested(comparison.pairs):
        said = [none_tested(comparison, t)]
    elif are_many(comparison):
        said = many_sentences(comparison, t)
    elif len(comparison.problems) > 1:
        said = problem_lines(comparison, unit, t)
    else:
        (problem,) = comparison.problems
        at_margin = [found for found in findings_of(comparison)[problem] if found.key in AT_MARGIN]
        where = t("key.where_table", problem=problem)
        said = [*say_apart(comparison, problem, where, unit, t), *in_words(at_margin, unit, t)]
    return [*said, say_of_new(across, t)] if across is not None else said


def none_tested(comparison: Comparison, t: Catalogue) -> Phrase:
    """Return that on no problem by itself a pair could be tested, and what that would have taken.

    Args:
        comparison: With pairs, none of them tested.
        t: The words, in the report's languages.
    """
    needed = max(pair.fewest_seeds for pair in comparison.pairs)
    needed_for = {"needed": numbers.whole(needed)}
    if comparison.paired:
        return t("scores.none_tested", **needed_for)
    return t("scores.none_tested_unpaired", **needed_for)


def what_there_is(comparison: Comparison, scores: pd.DataFrame, t: Catalogue) -> Phrase:
    """Return of what the scores are, and that they do not tell what was trained.

    Args:
        comparison: Of the scores.
        scores: Of scores.checked.
        t: The words, in the report's languages.
    """
    several = "_problems" if len(comparison.problems) > 1 else ""
    sizes = scores.groupby(["problem", "optimizer"]).size()
    fewest, most = numbers.whole(int(sizes.min())), numbers.whole(int(sizes.max()))
    count = fewest if fewest == most else f"{fewest}–{most}"
    words = {"optimizers": numbers.whole(len(comparison.optimizers)), "trials": numbers.whole(len(scores))}
    if several:
        words["problems"] = numbers.whole(len(comparison.problems))
    return t(f"scores.told{several}", **words, each=count)


def everywhere(line: str, t: Catalogue) -> Phrase:
    """Return a user's line, which is the same in all languages, as a phrase."""
    return t.same(line)


def heading_facts(
    comparison: Comparison,
    sources: Sequence[Path],
    t: Catalogue,
    fingerprint: str,
    *,
    assumed: Sequence[Note],
) -> dict[str, Any]:
    """Return the title, and the facts that identify the comparison.

    Args:
        comparison: Of the scores.
        sources: The files that the scores were read from.
        t: The words, in the report's languages.
        fingerprint: Of the files that are attached.
        assumed: What was assumed when they were read.
    """
    from reportgen.version import __version__

    names = ", ".join(source.name for source in sources)
    better = "scores.higher" if comparison.higher_is_better else "scores.lower"
    return {
        "title": t("scores.title", name=names),
        "author": None,
        "course": None,
        "date": None,
        "run": names,
        "versions": {"reportgen": __version__},
        "facts": [
            (t("scores.fact_files"), names),
            (t("scores.fact_metric"), t(better, metric=metric_name(comparison.metric, t))),
            *assumed_fact(assumed, t),
            (t("appendix.fingerprint"), Markup("<code>{}</code>").format(fingerprint)),
        ],
    }


def assumed_fact(assumed: Sequence[Note], t: Catalogue) -> list[tuple[Phrase, Phrase]]:
    """Return what was assumed of the tables when they were read, where anything was.

    Args:
        assumed: A sentence each.
        t: The words, in the report's languages.
    """
    if not assumed:
        return []
    return [(t("scores.fact_assumed"), together([read_note(note, t) for note in assumed], "list.clauses", t))]


def read_note(note: Note, t: Catalogue) -> Phrase:
    """Return what was assumed in a report's languages.

    Args:
        note: A sentence, or a part of one.
        t: The words, in the report's languages.
    """
    values = {
        name: read_note(value, t) if isinstance(value, Note) else value for name, value in note.values.items()
    }
    return t(f"read_note.{note.key}", **values)


def templates_fact(templates: Templates | None, t: Catalogue) -> list[tuple[Phrase, Markup]]:
    """Return that the report was made with a user's templates, where it was.

    Args:
        templates: Those that the report is made with; None for the program's own.
        t: The words, in the report's languages.
    """
    if templates is None or not templates.replaced:
        return []
    return [(t("appendix.templates"), Markup("<code>{}</code>").format(templates.digest()))]


def findings_of(comparison: Comparison) -> dict[str, list[Finding]]:
    """Return what is said of each problem that has a section."""
    if are_many(comparison):
        return {}
    return {problem: list(of_comparison(comparison, problem, TABLE)) for problem in comparison.problems}


def is_percentage(comparison: Comparison) -> bool:
    """Return whether the scores are shares: they are called an accuracy and lie between 0 and 1."""
    means = comparison.summaries["mean"].dropna()
    return is_accuracy(comparison.metric) and bool(means.between(0, 1).all())
