"""The section on the images or rows: where they come from, how they are split, and what they look like."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from reportgen.analysis.audit.data_use import describe_test_part
from reportgen.experiment.stages import COMPARISON, TUNED
from reportgen.records.manifest import Data, Manifest
from reportgen.records.run_folder import RunRecords
from reportgen.report.figures.pictures import picture
from reportgen.report.sections.audit import audited_data
from reportgen.report.sections.audit_points import fact_phrase
from reportgen.report.sections.columns import columns_block, distributions_figure
from reportgen.report.sections.section import Section, claim_row
from reportgen.report.sections.sentences import given
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase

SAMPLES = 6
"""Images of each class that are shown; older runs kept more."""

CLASSES_IN_TABLES = 30  # with more classes, only totals are told
MOST_COLUMNS, MOST_LETTERS = 10, 70
"""So many classes, whose names have so many letters together, are columns of the split; others are rows."""


def data_section(records: RunRecords, t: Catalogue) -> Section:
    """Return the section on the data.

    Args:
        records: Of the run.
        t: The words, in the report's languages.
    """
    data = describe_data(records, t)
    columns = data["columns"]["rows"] if data["columns"] else []
    split = data["split"]["rows"]
    return Section(
        "data",
        lambda: {"data": data, **samples_figure(records, t)},
        (
            *(claim_row("columns", *row.values()) for row in columns),
            *(claim_row("images of every class", row["name"], *row["counts"]) for row in split),
        ),
    )


def describe_data(records: RunRecords, t: Catalogue) -> dict[str, Any]:
    """Return the shapes or the columns, and how many images or rows of each class are in each part.

    Args:
        records: Of the run.
        t: The words, in the report's languages.
    """
    manifest, data = records.manifest, records.manifest.data
    section = {
        "source": source_name(manifest, t),
        "classes": list(data.classes),
        **shape_and_size(data, t),
        "columns": columns_block(data, t),
        "pixels": pixels(manifest, t),
        "test": fact_phrase(describe_test_part(audited_data(data), manifest.experiment.settings), t),
        "split": split_table(data, t),
        "notes": [t(f"data_note.{remark.key}", **remark.values) for remark in data.notes],
        "subset": None,
    }
    settings = manifest.experiment.settings.comparison
    if settings and settings.subset:
        size = settings.subset
        train = size * 4 // 5
        section["subset"] = {
            "subset": numbers.whole(size),
            "train": numbers.whole(train),
            "validation": numbers.whole(size - train),
        }
    return section


def split_table(data: Data, t: Catalogue) -> dict[str, Any]:
    """Return how many images or rows of each class each part has: few classes as columns, others as rows.

    Args:
        data: As the manifest describes them.
        t: The words, in the report's languages.

    Returns:
        The heading of the first column, those of the others, and rows of a name and its counts.
    """
    names = [t(f"data.{part}") for part in ("train", "validation", "test")]
    images, total = data.images_by_class, t("ui.total")
    parts = [images.train, images.validation, images.test]
    few = len(data.classes) <= MOST_COLUMNS and sum(map(len, data.classes)) <= MOST_LETTERS
    if few:
        columns: list[Phrase | str] = [*data.classes, total]
        counted: list[tuple[Phrase | str, list[int]]] = [
            (name, [*counts, sum(counts)]) for name, counts in zip(names, parts, strict=True)
        ]
    else:
        columns = [*names]
        shown = zip(data.classes, *parts, strict=True) if len(data.classes) <= CLASSES_IN_TABLES else []
        counted = [*((name, counts) for name, *counts in shown), (total, [sum(counts) for counts in parts])]
    return {
        "of": t("data.part" if few else "data.class"),
        "columns": columns,
        "rows": [{"name": name, "counts": list(map(numbers.whole, counts))} for name, counts in counted],
    }


def shape_and_size(data: Data, t: Catalogue) -> dict[str, object]:
    """Return what an image or a row is, and how many values a network gets of it.

    Args:
        data: As the manifest describes them.
        t: The words, in the report's languages.
    """
    if data.image_shape is None:
        shape = t("data.columns", numeric=data.numeric_columns, categorical=data.categorical_columns)
        return {"shape": shape, "size": numbers.whole(data.features)}
    height, width, channels = data.image_shape
    return {
        "shape": f"{height} × {width} × {channels}" if channels > 1 else f"{height} × {width}",
        "size": numbers.whole(height * width * channels),
    }


def samples_figure(records: RunRecords, t: Catalogue) -> dict[str, object]:
    """Return what the data look like: images of every class, or how columns are distributed.

    Args:
        records: Of the run.
        t: The words, in the report's languages.
    """
    data = records.manifest.data
    if not data.columns:
        return {"samples": samples(records), "samples_alt": ""}
    figure, alt = distributions_figure(data, t)
    return {"samples": figure, "samples_alt": alt}


def pixels(manifest: Manifest, t: Catalogue) -> Phrase:
    """Return what the networks see of a pixel, as the stages trained; a search may have chosen it.

    Args:
        manifest: Of the run.
        t: The words, in the report's languages.
    """
    trained = {trial.setup.stage: t(f"data.pixels_{trial.setup.normalization}") for trial in manifest.trials}
    stages = {name: trained[name] for name in (COMPARISON, TUNED) if name in trained}
    first, *others = stages.values()
    return first if all(other == first for other in others) else t("data.pixels_differ", **stages)


def samples(records: RunRecords) -> Markup:
    """Return a row of images for each class."""
    rows = []
    for label, name in enumerate(records.manifest.data.classes[:CLASSES_IN_TABLES]):
        images = records.sample_images[records.sample_labels == label][:SAMPLES]
        if len(images):
            rows.append(
                Markup('<div class="strip"><span>{}</span>{}</div>').format(name, picture(images, name))
            )
    return Markup('<div class="strips pairs">{}</div>').format(Markup("").join(rows))


def source_name(manifest: Manifest, t: Catalogue) -> Phrase:
    """Return what the data set is called in a sentence.

    Args:
        manifest: Of the run.
        t: The words, in the report's languages.
    """
    settings = manifest.experiment.settings.data
    if settings.name is not None:
        return given(settings.name, t)
    source, path = manifest.data.source, settings.path
    name = Markup("<code>{}</code>").format(path or "")
    return t(f"source.{source}", **({"file": name} if path else {}))
