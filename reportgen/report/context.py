"""What the templates are filled with: a run's records turned into words, tables and figures."""

from __future__ import annotations

import datetime as dt
from typing import Any

from markupsafe import Markup

from reportgen.analysis.audit import describe_test_part
from reportgen.experiment.stages import COMPARISON, EQUALLY_TUNED, TUNED
from reportgen.records.run_folder import RunRecords
from reportgen.report.figures import formulas
from reportgen.report.figures.marks import color
from reportgen.report.figures.pictures import picture
from reportgen.report.figures.style import style
from reportgen.report.page.listings import listing
from reportgen.report.sections.abstract import abstract, glance
from reportgen.report.sections.appendix import appendix
from reportgen.report.sections.audit import fact_phrase
from reportgen.report.sections.comparison import comparison_section
from reportgen.report.sections.drift import drift_section
from reportgen.report.sections.headlines import headlines
from reportgen.report.sections.search import found_elsewhere, search_section
from reportgen.report.sections.stage_settings import initial_weights
from reportgen.report.sections.tables import stage
from reportgen.report.sections.test_accuracy import CLASSES_IN_TABLES, test_section
from reportgen.report.sections.trainings import count_trainings
from reportgen.report.sections.tuned import tuned_section
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase

SAMPLES = 6
"""Images of each class that are shown; older runs kept more."""


def build(records: RunRecords, t: Catalogue, fingerprint: str) -> dict[str, Any]:
    """Everything that the templates name, for one run in the catalogue's languages.

    fingerprint: of the records that are attached to the PDF, as attachments.py computes it.
    """
    manifest, experiment = records.manifest, records.manifest["experiment"]["settings"]
    results = records.results
    comparison, tuned = stage(results, COMPARISON), stage(results, TUNED)
    said = headlines(records, t)
    shared, tuned_equally, audited = said.shared, said.tuned_equally, said.audited
    setups = list(dict.fromkeys(comparison["setup"]))
    with style():
        return {
            **heading_facts(records, t),
            "notices": [t(f"notice.{name}") for name, on in experiment["defects"].items() if on],
            "abstract": abstract(records, said, source_name(manifest, t), t),
            "findings": said.key_findings,
            "glance": glance(said, setups, t),
            "setups": [{"name": name, "color": color(n)} for n, name in enumerate(setups)],
            "data": data_section(records, t),
            "samples": samples(records),
            "checks": {check["key"]: check for check in manifest["checks"]},
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
            and comparison_section(records, stage(results, EQUALLY_TUNED), tuned_equally, t),
            "tuned": tuned_section(records, tuned, t) if len(tuned) else None,
            "tuned_parts": ("schedule", "dropout", "augmentation", "averaging"),
            "tuned_search": search_section(records, TUNED, t),
            "found": found_elsewhere(experiment["found"]["tuned"], t),
            "test": test_section(records, comparison, tuned, t),
            "audit": audited,
            "conclusions": said.conclusions,
            "drift": drift_section(records, t),
            "appendix": appendix(records, t, fingerprint),
            "fingerprint": fingerprint,
        }


def heading_facts(records: RunRecords, t: Catalogue) -> dict[str, Any]:
    """Title, author, and the facts that identify the run."""
    manifest, experiment = records.manifest, records.manifest["experiment"]["settings"]
    moment = dt.datetime.fromisoformat(manifest["times"]["finished"])
    return {
        "title": t.given(experiment["title"]),
        "author": experiment["author"] and t.given(experiment["author"]),
        "course": experiment["course"] and t.given(experiment["course"]),
        "run": manifest["run"],
        "versions": manifest["versions"],
        "facts": [
            (t("ui.data"), source_name(manifest, t)),
            (t("ui.trainings"), trainings(records, t)),
            (t("ui.generated"), numbers.date(moment, t.languages)),
            (t("ui.run"), Markup("<code>{}</code>").format(manifest["run"])),
        ],
    }


def trainings(records: RunRecords, t: Catalogue) -> Phrase | str:
    """How often it trained, and how often of that in the search."""
    count = count_trainings(records)
    total = numbers.whole(count.total)
    return t("ui.searched", total=total, searched=numbers.whole(count.searched)) if count.searched else total


def source_name(manifest: dict[str, Any], t: Catalogue) -> Phrase:
    """What the data set is called in a sentence."""
    source, path = manifest["data"]["source"], manifest["experiment"]["settings"]["data"]["path"]
    name = Markup("<code>{}</code>").format(path or "")
    return t(f"source.{source}", **({"file": name} if path else {}))


def data_section(records: RunRecords, t: Catalogue) -> dict[str, Any]:
    """Shapes, and how many images of each class are in each part."""
    data = records.manifest["data"]
    counts = data["images_by_class"]
    parts = ("train", "validation", "test")
    height, width, channels = data["image_shape"]
    section = {
        "source": source_name(records.manifest, t),
        "classes": data["classes"],
        "shape": f"{height} × {width} × {channels}" if channels > 1 else f"{height} × {width}",
        "size": numbers.whole(height * width * channels),
        "pixels": pixels(records.manifest, t),
        "test": fact_phrase(describe_test_part(data, records.manifest["experiment"]["settings"]), t),
        "split_rows": [
            {"name": name, "counts": [numbers.whole(counts[part][label]) for part in parts]}
            for label, name in enumerate(data["classes"])
            if len(data["classes"]) <= CLASSES_IN_TABLES
        ],
        "totals": [numbers.whole(sum(counts[part])) for part in parts],
        "subset": None,
    }
    settings = records.manifest["experiment"]["settings"]["comparison"]
    if settings and settings["subset"]:
        size = settings["subset"]
        train = size * 4 // 5
        section["subset"] = {
            "subset": numbers.whole(size),
            "train": numbers.whole(train),
            "validation": numbers.whole(size - train),
        }
    return section


def pixels(manifest: dict[str, Any], t: Catalogue) -> Phrase:
    """What the networks see of a pixel, as the stages trained; a search may have chosen it."""
    trained = {
        trial["setup"]["stage"]: t(f"data.pixels_{trial['setup']['normalization']}")
        for trial in manifest["trials"]
    }
    stages = {name: trained[name] for name in (COMPARISON, TUNED) if name in trained}
    first, *others = stages.values()
    return first if all(other == first for other in others) else t("data.pixels_differ", **stages)


def samples(records: RunRecords) -> Markup:
    """A row of images for each class."""
    rows = []
    for label, name in enumerate(records.manifest["data"]["classes"][:CLASSES_IN_TABLES]):
        images = records.sample_images[records.sample_labels == label][:SAMPLES]
        if len(images):
            rows.append(
                Markup('<div class="strip"><span>{}</span>{}</div>').format(name, picture(images, name))
            )
    return Markup('<div class="strips pairs">{}</div>').format(Markup("").join(rows))


def describe_optimizer(name: str, t: Catalogue) -> dict[str, Any]:
    """An optimizer's text and formulas; one that the catalogue does not know has only its code."""
    known = t.has(f"optimizers.{name}")
    return {
        "name": name,
        "text": t(f"optimizers.{name}" if known else "optimizers.other"),
        "formulas": formulas.OF_OPTIMIZER.get(name, ()),
    }


def initialization(experiment: dict[str, Any], t: Catalogue) -> Phrase:
    """How the weights start, in the middle of a sentence."""
    settings = experiment["comparison"] or experiment["tuned"]
    return initial_weights(settings["initial_std"], t)
