"""Twelve setups can be told apart by their looks, in both themes and with every kind of colour vision."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from reportgen.optim.registry import built_in
from reportgen.report.figures.marks import COLORS, OPTIMIZERS, look, looks, numbered_look
from reportgen.report.page.colours import NIGHT, PAPER, at_night, contrast

LOOKS = [numbered_look(number) for number in range(12)]

# Machado, Oliveira and Fernandes, A physiologically-based model for simulation of color vision deficiency
# (2009), at full severity, for red, green and blue as shares of light
VISION = {
    "all cones": np.eye(3),
    "no red cones": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                     [-0.003882, -0.048116, 1.051998]],
    "no green cones": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                       [-0.011820, 0.042940, 0.968881]],
    "no blue cones": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                      [0.004733, 0.691367, 0.303900]],
}  # fmt: skip


def seen(written: str, vision: str) -> NDArray[np.float64]:
    """Where a colour lies in Ottosson's Oklab for eyes of this kind."""
    shares = np.array([int(written[start : start + 2], 16) for start in (1, 3, 5)]) / 255
    light = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    light = np.clip(np.array(VISION[vision]) @ light, 0, 1)
    cones = np.array(
        [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
         [0.0883024619, 0.2817188376, 0.6299787005]]
    )  # fmt: skip
    to_lab = np.array(
        [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
         [0.0259040371, 0.7827717662, -0.8086757660]]
    )  # fmt: skip
    lab: NDArray[np.float64] = to_lab @ np.cbrt(cones @ light)
    return lab


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_lie_apart_and_more_so_where_dashes_are_the_same(vision: str, theme: str) -> None:
    for first, second in combinations(LOOKS, 2):
        shown = [each.color if theme == "light" else at_night(each.color) for each in (first, second)]
        apart = np.linalg.norm(seen(shown[0], vision) - seen(shown[1], vision))
        assert apart > (0.1 if first.dashes == second.dashes else 0.04), (first, second)


@pytest.mark.parametrize("written", COLORS)
def test_each_colour_stands_out_from_both_pages(written: str) -> None:
    assert contrast(written, PAPER) >= 3
    assert contrast(at_night(written), NIGHT) >= 3


def test_no_two_setups_look_alike_without_colour() -> None:
    assert len({(str(each.dashes), each.marker) for each in LOOKS}) == len(LOOKS)
    assert len({each.color for each in LOOKS}) == len(LOOKS)


def test_a_look_belongs_to_a_name_whoever_else_is_there_and_in_whatever_order() -> None:
    assert [(each.color, each.dashes) for each in map(look, OPTIMIZERS[:3], [OPTIMIZERS] * 3)] == [
        ("#5b6069", "-"), ("#2f6fd0", (0, (5, 1.6))), ("#d1495b", (0, (1.2, 1.2)))
    ]  # fmt: skip
    assert look("Adam", ["Adam"]) == look("Adam", ["Lion", "SGD", "Adam", "My rule"])
    assert look("My rule", ["SGD", "My rule", "A rule"]) == look("My rule", ["A rule", "My rule", "SGD"])
    assert look("rmsprop", ["rmsprop"]) == look("RMSProp", OPTIMIZERS)
    assert set(OPTIMIZERS) <= set(built_in())


def test_a_name_with_settings_has_the_optimizer_s_look_unless_another_of_it_is_there() -> None:
    slow, fast, adam = "Adam (learning_rate=0.001)", "Adam (learning_rate=0.1)", look("Adam", ["Adam"])
    assert look(slow, ["SGD", slow]) == adam
    beside = looks([slow, fast, "Adam", "SGD"])
    assert beside["Adam"] == adam
    assert len({each.color for each in beside.values()}) == 4


def test_twelve_names_have_twelve_looks_and_more_begin_again() -> None:
    names = [*OPTIMIZERS[:4], *(f"rule {number}" for number in range(20))]
    assert len({each.color for each in looks(names[:12]).values()}) == 12
    assert len(looks(names)) == 24
