"""What can be looked at of the tuned classifier: first weights, and images that it takes for others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from reportgen.analysis.worth_showing import weights_show_something
from reportgen.records.run_folder import RunRecords
from reportgen.report.figures.pictures import picture
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import Catalogue, Phrase, together

SIDES = ("before", "after")
LEVELS = 31  # of brightness in a picture of weights: more are not seen, and cost bytes


def weights_block(records: RunRecords, seed: int, t: Catalogue) -> dict[str, Any] | None:
    """Return the first layer's weights before and after training, as pictures.

    None where none were kept, and where training hardly turned them.

    Args:
        records: Of the run.
        seed: Of the trial that they are of.
        t: The words, in the report's languages.
    """
    kept, shape = records.insight, records.manifest.data.image_shape
    if kept is None or shape is None or not len(kept["units"]):
        return None
    lengths = {name: np.linalg.norm(kept[name] * kept["scale"][:, None], axis=1) for name in SIDES}
    before, after = (float(lengths[name].mean()) for name in SIDES)
    likeness = float(np.mean([_likeness(*pair) for pair in zip(kept["before"], kept["after"], strict=True)]))
    if not weights_show_something(likeness):
        return None
    facts = {
        "seed": seed,
        "units": len(kept["units"]),
        "before": f"{before:.2f}",
        "after": f"{after:.2f}",
        "likeness": f"{likeness:.2f}",
    }
    rows = [
        (
            t(f"insight.{name}"),
            picture(weight_images(kept[name], shape), t(f"insight.{name}").plain(), exact=True),
        )
        for name in SIDES
    ]
    return {"facts": facts, "figure": _rows(rows)}


def _likeness(before: NDArray[np.int8], after: NDArray[np.int8]) -> float:
    """The cosine of the angle between two vectors; 0 where one has no length."""
    one, other = before.astype(float), after.astype(float)
    product = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / product if product else 0.0


def weight_images(weights: NDArray[np.int8], shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return weights as images, a weight of 0 in middle grey.

    Args:
        weights: Those of U units (U, D), from -127 to 127.
        shape: Of one image; its D values are the weights of one unit.

    Returns:
        The images (U, *shape).
    """
    share = (weights.astype(float) / 127 + 1) / 2
    pixels: NDArray[np.uint8] = (np.round(share * LEVELS) * 255 / LEVELS).round().astype(np.uint8)
    return pixels.reshape(len(weights), *shape)


def examples_block(records: RunRecords, seed: int, t: Catalogue) -> dict[str, Any] | None:
    """Return test images of each class that were taken for another; None where none were kept.

    Args:
        records: Of the run.
        seed: Of the trial that told them.
        t: The words, in the report's languages.
    """
    kept, shape = records.insight, records.manifest.data.image_shape
    if kept is None or shape is None:
        return None
    wrong = np.flatnonzero(kept["predicted"] != kept["labels"])
    if not len(wrong):
        return None
    classes = records.manifest.data.classes
    images = kept["images"].reshape(len(kept["labels"]), *shape)
    mistakes = [
        _mistake(
            images[index],
            classes[kept["labels"][index]],
            classes[kept["predicted"][index]],
            float(kept["probability"][index]),
        )
        for index in wrong[np.argsort(kept["labels"][wrong], kind="stable")]
    ]
    return {
        "text": partial(examples_text, seed, surest_mistake(kept, classes), t),
        "figure": Markup('<div class="examples">{}</div>').format(Markup(" ").join(mistakes)),
    }


def examples_text(seed: int, surest: dict[str, str] | None, t: Catalogue, figure: Phrase) -> Phrase:
    """Return what the images are, and the surest mistake among them.

    Args:
        seed: Of the trial that told them.
        surest: Of surest_mistake.
        t: The words, in the report's languages.
        figure: The reference to the figure.
    """
    sentences = [t("insight.examples_text", figure=figure, seed=seed)]
    sentences += [t("insight.surest", **surest)] if surest else []
    return together(sentences, "list.sentences", t)


def surest_mistake(kept: dict[str, NDArray[Any]], classes: Sequence[str]) -> dict[str, str] | None:
    """Return the mistake of the highest probability among the images shown, if there is one.

    Args:
        kept: What the run kept of N images: the arrays labels, predicted and probability (N,).
        classes: The names of the classes, by label.
    """
    wrong = np.flatnonzero(kept["predicted"] != kept["labels"])
    if not len(wrong):
        return None
    index = wrong[kept["probability"][wrong].argmax()]
    return {
        "true": classes[kept["labels"][index]],
        "predicted": classes[kept["predicted"][index]],
        "probability": f"{float(kept['probability'][index]):.0%}",
    }


def _mistake(image: NDArray[np.uint8], true: str, predicted: str, probability: float) -> Markup:
    answer = f"{true} → {predicted} ·\N{NO-BREAK SPACE}{numbers.percent(probability, 0)}"
    return Markup('<span class="example">{}<span>{}</span></span>').format(
        picture(image[None], answer), answer
    )


def _rows(rows: list[tuple[Phrase, Markup]]) -> Markup:
    lines = [
        Markup('<div class="strip wide"><div class="name">{}</div>{}</div>').format(name.spans(), img)
        for name, img in rows
    ]
    return Markup('<div class="strips">{}</div>').format(Markup("").join(lines))
