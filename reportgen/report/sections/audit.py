"""The section on the audit: every point with its evidence, and what each defect did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from reportgen.analysis.ablation import Ablation, Variant, ablation, unchanged
from reportgen.analysis.audit.facts import AuditedData, AuditedTrial
from reportgen.analysis.audit.points import Point, audit
from reportgen.analysis.audit.search_seen import FoundSearch
from reportgen.analysis.findings import FEW
from reportgen.analysis.results import of_stage
from reportgen.experiment.stages import ALL, COMPARISON, NONE
from reportgen.experiment.trial import Evidence
from reportgen.records import searches
from reportgen.records.manifest import Data, Manifest
from reportgen.records.run_folder import RunRecords
from reportgen.report.sections.audit_points import claim_points, describe_point, summarize
from reportgen.report.sections.findings import order_in_words
from reportgen.report.sections.section import Claim, Section
from reportgen.report.sections.sentences import seeds_in_words
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, in_a_row, together


@dataclass(frozen=True)
class Audit:
    """The section's content, and what the first page says of it.

    stands_out: whether a condition does not hold, and no notice of defects tells of worse already.
    """

    summary: Phrase
    stands_out: bool
    rows: tuple[dict[str, Any], ...]
    claims: tuple[Claim, ...]
    ablation: dict[str, Any] | None
    text: Callable[[Phrase], Phrase]


def describe_audit(records: RunRecords, t: Catalogue) -> Audit | None:
    """Return the points of the audit, and the ablation where there is one.

    Args:
        records: Of the run.
        t: The words, in the report's languages.

    Returns:
        The audit; None for a run that kept no evidence.
    """
    points = points_of(records)
    if points is None:
        return None
    summary = summarize(points, t)
    defects = any(on for _, on in records.manifest.experiment.settings.defects)
    failed = any(point.passed is False and not point.muted for point in points)
    return Audit(
        summary,
        failed and not defects,
        tuple(describe_point(point, t) for point in points),
        tuple(claim_points(points, t)),
        ablation_part(records, t),
        partial(introduce, summary, t),
    )


def audit_section(audited: Audit | None) -> Section:
    """Return the section on the audit; it is left out for a run that kept no evidence."""
    claims = audited.claims if audited else ()
    return Section("audit", lambda: {"audit": audited}, claims, shown=audited is not None)


def introduce(summary: Phrase, t: Catalogue, table: Phrase) -> Phrase:
    """Return what the table of points is, and what comes out of it.

    Args:
        summary: Of the points.
        t: The words, in the report's languages.
        table: The reference to it.
    """
    return together([t("audit.text", table=table), summary], "list.sentences", t)


def points_of(records: RunRecords) -> tuple[Point, ...] | None:
    """Return the points of the audit; None for a run that kept no evidence."""
    manifest = records.manifest
    if manifest.evidence is None:
        return None
    trials = list(audited_trials(manifest, manifest.evidence, records.results))
    return audit(
        trials,
        audited_data(manifest.data),
        manifest.experiment.settings,
        records.search,
        found=found_search(manifest),
        defaults={
            name: optimizer.defaults
            for name, optimizer in manifest.optimizers.items()
            if optimizer.defaults is not None
        },
    )


def found_search(manifest: Manifest) -> FoundSearch | None:
    """Return the search that a comparison's settings came from.

    Args:
        manifest: Of the run.

    Returns:
        Its record; None where the run did not find it under the digest that its experiment names.
    """
    declared = manifest.experiment.settings.found.comparison
    content = manifest.found_searches.get(COMPARISON)
    if declared is None or content is None:
        return None
    record = searches.read(content, declared.digest)
    if record is None or record.stage != COMPARISON:
        return None
    return FoundSearch(record.experiment.settings, record.rows, record.data == manifest.data.parts_digest)


def audited_trials(
    manifest: Manifest, evidence: Sequence[Evidence], results: pd.DataFrame
) -> Iterator[AuditedTrial]:
    """Yield the trials of a run as the audit looks at them.

    Args:
        manifest: Of the run.
        evidence: What was measured of each trial, in the manifest's order.
        results: A row for each trial, in the same order; the columns status, epochs,
            validation_accuracy, test_accuracy.
    """
    columns = ("status", "epochs", "validation_accuracy", "test_accuracy")
    rows = zip(*(results[name] for name in columns), strict=True)
    parts = (manifest.trials, evidence, manifest.parameter_shapes, rows)
    for trial, measured, shapes, (status, epochs, *accuracies) in zip(*parts, strict=True):
        known = [None if pd.isna(accuracy) else float(accuracy) for accuracy in accuracies]
        finished = status == "finished"
        yield AuditedTrial(trial.setup, trial.seed, measured, shapes, finished, int(epochs), *known)


def audited_data(data: Data) -> AuditedData:
    """Return the data of a run as the audit looks at them."""
    images = data.images_by_class
    parts = (sum(images.train), sum(images.validation), sum(images.test))
    drawn = any(remark.key == "split" for remark in data.notes)
    by_class = {name: getattr(images, name) for name in ("train", "validation", "test")}
    by_class |= {f"subset {name}": counts for name, counts in data.subset_images_by_class.items()}
    return AuditedData(
        data.source,
        *parts,
        data.duplicates,
        test_drawn=drawn,
        classes=data.classes,
        by_class=by_class,
        near_copies=data.near_copies,
    )


def ablation_part(records: RunRecords, t: Catalogue) -> dict[str, Any] | None:
    """Return the table of an ablation and its sentences; None where the experiment asks for none.

    Args:
        records: Of the run.
        t: The words, in the report's languages.
    """
    wanted = records.manifest.experiment.settings.ablation
    if wanted is None:
        return None
    ablated = ablation(on_all_images(records), wanted.seeds)
    setups = list(dict.fromkeys(of_stage(records.results, COMPARISON)["setup"]))
    caption = "ablation.caption_tested" if ablated.tested else "ablation.caption_untested"
    return {
        "seeds": in_a_row([str(seed) for seed in ablated.seeds], t),
        "defects": len(ablated.variants) - 2,
        "caption": t(caption, seeds=seeds_in_words(len(ablated.seeds), t)),
        "setups": setups,
        # the columns of many would run out of the page: they become rows, and the orders a list
        "turned": len(setups) > FEW,
        "rows": [_variant_row(variant, setups, t) for variant in ablated.variants],
        "sentences": ablation_sentences(ablated, setups, t),
    }


def on_all_images(records: RunRecords) -> pd.DataFrame:
    """Return the results with the accuracy on all validation images, whatever a defect let it meet."""
    whole = [evidence.validation_accuracy for evidence in records.manifest.evidence or ()]
    measured = pd.Series(whole, index=records.results.index, dtype=float)
    return records.results.assign(validation_accuracy=measured.fillna(records.results["validation_accuracy"]))


def _variant_row(variant: Variant, setups: Sequence[str], t: Catalogue) -> dict[str, Any]:
    return {
        "name": _mended(variant.mended, t),
        "whole": variant.mended in (NONE, ALL),
        "cells": [
            {
                "accuracy": numbers.percent(variant.accuracies[setup]),
                "gain": "" if variant.mended == NONE else numbers.points(variant.gains[setup]),
            }
            for setup in setups
        ],
        "ranking": variant.ranking,
        "diverged": t("ablation.diverged", names=in_a_row(variant.diverged, t)) if variant.diverged else None,
    }


def _mended(name: str, t: Catalogue) -> Phrase:
    if name in (NONE, ALL):
        return t(f"ablation.{name}")
    return t("ablation.mended", defect=t(f"defect.{name}"))


def ablation_sentences(ablated: Ablation, setups: Sequence[str], t: Catalogue) -> list[Phrase]:
    """Return which defect, mended alone, did most to each optimizer, what all did, and which did nothing.

    Where the seeds are too few for a test, no order is spoken of.

    Args:
        ablated: The ablation.
        setups: The names of the setups, in order.
        t: The words, in the report's languages.
    """
    before, *others = ablated.variants
    idle = [variant for variant in others if unchanged(variant)]
    changed = [variant for variant in others if variant not in idle]
    alone = [variant for variant in changed if variant.mended != ALL]
    largest = [phrase for setup in setups for phrase in _largest(alone, setup, t)]
    sentences = [t("ablation.largest", largest=together(largest, "list.clauses", t))] if largest else []
    sentences += [
        _of_all(before, variant, setups, ablated.tested, t) for variant in changed if variant.mended == ALL
    ]
    if idle:
        defects = [t(f"ablation.{ALL}" if one.mended == ALL else f"defect.{one.mended}") for one in idle]
        names = together(defects, "list.phrases", t)
        sentences.append(t("ablation.no_effect", defects=names))
    return sentences


def _largest(alone: Sequence[Variant], setup: str, t: Catalogue) -> Iterator[Phrase]:
    """The defect that changes a setup most when it is mended alone; none where none changes it."""
    gains = {variant.mended: variant.gains[setup] for variant in alone if abs(variant.gains[setup]) > 0}
    if gains:
        defect = max(gains, key=lambda name: abs(gains[name]))
        gain = f"{setup} {numbers.points(gains[defect])}"
        yield t("ablation.largest_of", gain=gain, defect=t(f"defect.{defect}"))


def _of_all(before: Variant, after: Variant, setups: Sequence[str], tested: bool, t: Catalogue) -> Phrase:
    """What mending all of them changes, and the verdicts before and after where there was a test."""
    gains = in_a_row([f"{setup} {numbers.points(after.gains[setup])}" for setup in setups], t)
    effect = t("ablation.all_effect", gains=gains)
    if not tested or not (before.order and after.order):
        return effect
    orders = {
        name: order_in_words(variant.order, variant.better, t, many=False)
        for name, variant in (("before", before), ("after", after))
    }
    return together([effect, t("ablation.orders", **orders)], "list.sentences", t)
