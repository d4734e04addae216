"""Images that stand in two parts are found by what they show."""

from __future__ import annotations

import numpy as np

from reportgen.data import Part, Splits, duplicates


def part(*values: int) -> Part:
    """Images of 2 x 2 gray pixels, all of one value each; labels that say nothing."""
    images = np.array(values, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 1), dtype=np.uint8)
    return Part(images, np.arange(len(values)))


def test_parts_without_a_common_image_have_no_duplicates() -> None:
    found = duplicates(Splits(part(1, 1, 2), part(3, 4), part(5, 5)))  # within a part they may be
    assert found == {"train-validation": 0, "train-test": 0, "validation-test": 0}


def test_every_image_of_the_later_part_counts() -> None:
    found = duplicates(Splits(part(1, 2, 3), part(3, 4), part(1, 1, 4, 4, 4, 9)))
    assert found == {"train-validation": 1, "train-test": 2, "validation-test": 3}


def test_one_pixel_makes_another_image() -> None:
    other = part(7, 8)
    other.inputs[0, 1, 1, 0] += 1
    found = duplicates(Splits(part(7), other, part(7)))
    assert found == {"train-validation": 0, "train-test": 1, "validation-test": 0}
