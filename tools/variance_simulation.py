"""Measure which sources of variance reportgen's intervals cover, in made laboratories whose truth is known.

python tools/variance_simulation.py            some minutes on one core
python tools/variance_simulation.py --quick    a tenth of the laboratories, for tests

A laboratory compares two optimizers: it searches the learning rate of each, by noisy validation scores on a
curve over a grid of rates, trains both with the same seeds on a split of its data, and tests them on images
some of which are hard, for both or for one of them. An answer is right where a sum of normal effects is above
zero: of the rate, the split, the seed, the image, the optimizer on this image, and of chance.

The true difference is the mean over everything that a line lets vary. An interval that covers it in 95 % of
laboratories says what it promises. Printed are rates with their 95 % intervals (Clopper & Pearson, 1934).
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rates import Rate
from scipy.special import ndtr

from reportgen.analysis.image_variance import differences
from reportgen.analysis.intervals import Interval
from reportgen.analysis.sign_flip import sign_flip_interval
from reportgen.randomness import stream

Floats = NDArray[np.float64]
LABS = 2_000

RATES = np.linspace(-3.0, 0.0, 7)
"""The grid of a search: seven learning rates, as powers of ten."""
PEAKS = (6.4, 6.6)
"""What an optimizer reaches at its best rate, in units of chance's deviation: 97.2 and 97.5 % of images."""
BEST_RATES = (-1.1, -2.2)
CURVATURES = (0.7, 0.9)
"""What it loses a squared power of ten away from there."""
HARDNESS, OWN_HARDNESS = 3.0, 0.9
"""Deviation of how hard images are, for both optimizers and for one of them."""
OF_SEED, OF_SPLIT = 0.15, 0.2
VALIDATION = 0.0035
"""Deviation of a validation score, by the seed and the images of the search."""
IMAGES = 500


@dataclass(frozen=True)
class Design:
    """How a laboratory works, and over what its true difference is a mean.

    searches: how many independent ones for each optimizer; the seeds take them in turn. resplit: whether each
    seed draws a split of its own. drawn: whether it draws its test images too, from a pool twice as large.
    crossed: whether the interval is the one for new images. grouped: whether the searches are what is
    counted, by the means of their seeds. over: what varies in the truth, beside the seeds.
    """

    what: str
    promised: str
    seeds: int = 10
    searches: int = 1
    resplit: bool = False
    drawn: bool = False
    crossed: bool = False
    grouped: bool = False
    over: tuple[str, ...] = ()


ALL = ("search", "split", "images")
PROMISE = "93 to 97 %"
DESIGNS = (
    Design("one search, one split: these rates, split and images", PROMISE),
    Design("one search, one split: any search", "no promise", over=("search",)),
    Design("one search, one split: any search and split", "no promise", over=("search", "split")),
    Design("one search, one split: any search, split and images", "no promise", over=ALL),
    Design("2 searches, 10 seeds as if independent: any search", "no promise", searches=2, over=("search",)),
    Design("5 searches, 10 seeds as if independent: any search", "no promise", searches=5, over=("search",)),
    Design(
        "5 searches, 10 seeds, the search is counted: any search",
        PROMISE,
        searches=5,
        grouped=True,
        over=("search",),
    ),
    Design("10 searches, 10 seeds: any search", PROMISE, searches=10, over=("search",)),
    Design("8 searches, 8 seeds: any search", PROMISE, seeds=8, searches=8, over=("search",)),
    Design("a split a seed: any split", PROMISE, resplit=True, over=("split",)),
    Design("images crossed: any images", PROMISE, crossed=True, over=("images",)),
    Design(
        "a split a seed, its test images too, crossed: any split and images",
        PROMISE,
        resplit=True,
        drawn=True,
        crossed=True,
        over=("split", "images"),
    ),
    Design("10 searches, a split a seed, crossed: all", PROMISE, 10, 10, True, False, True, False, ALL),
    Design("8 searches, a split a seed, crossed: all", PROMISE, 8, 8, True, False, True, False, ALL),
    Design("20 searches, a split a seed, crossed: all", PROMISE, 20, 20, True, False, True, False, ALL),
)


def strength(optimizer: int) -> Floats:
    """What an optimizer reaches at every rate of the grid."""
    return PEAKS[optimizer] - CURVATURES[optimizer] * (RATES - BEST_RATES[optimizer]) ** 2


def accuracy(strengths: Floats, *deviations: float) -> Floats:
    """The share of right answers at these strengths, over everything of these deviations."""
    spread = math.sqrt(1 + sum(deviation**2 for deviation in deviations))
    return np.asarray(ndtr(strengths / spread))


def search(rng: np.random.Generator, optimizer: int, count: int) -> NDArray[np.int64]:
    """The rates that so many searches find, by their places in the grid."""
    scores = accuracy(strength(optimizer), HARDNESS, OWN_HARDNESS, OF_SEED, OF_SPLIT)
    return np.asarray((scores + rng.normal(0, VALIDATION, (count, len(RATES)))).argmax(axis=1))


@dataclass(frozen=True)
class World:
    """What is the same for all laboratories: how often a search finds which rate, of each optimizer (K,)."""

    found: tuple[Floats, Floats]

    @classmethod
    def of(cls, rng: np.random.Generator) -> World:
        """Learn it from very many searches."""
        counts = (np.bincount(search(rng, number, 200_000), minlength=len(RATES)) for number in (0, 1))
        first, second = (each / each.sum() for each in counts)
        return cls((first, second))


@dataclass(frozen=True)
class Lab:
    """A laboratory: the rates of its searches (R, 2), its split, and how hard its images are (M, 2)."""

    rates: NDArray[np.int64]
    split: Floats
    hardness: Floats

    def truth(self, design: Design, world: World) -> float:
        """The mean of the first optimizer's accuracy minus the second's, over what the design lets vary."""
        deviations = (OF_SEED, OF_SPLIT) if "split" in design.over else (OF_SEED,)
        if "images" in design.over:
            deviations = (*deviations, HARDNESS, OWN_HARDNESS)
        means = []
        for number in (0, 1):
            strengths = strength(number)
            if "search" not in design.over:
                strengths = strengths[self.rates[:, number]]
            if "split" not in design.over:
                strengths = strengths + self.split[number]
            if "images" not in design.over:
                strengths = strengths[:, np.newaxis] - self.hardness[np.newaxis, :, number]
            by_rate = accuracy(strengths, *deviations).reshape(len(strengths), -1).mean(axis=1)
            means.append(by_rate @ world.found[number] if "search" in design.over else by_rate.mean())
        return float(means[0] - means[1])


def work(rng: np.random.Generator, design: Design) -> Lab:
    """Set a laboratory up: its searches, its split and its images."""
    images = 2 * IMAGES if design.drawn else IMAGES
    rates = np.stack([search(rng, number, design.searches) for number in (0, 1)], axis=1)
    hardness = rng.normal(0, HARDNESS, (images, 1)) + rng.normal(0, OWN_HARDNESS, (images, 2))
    return Lab(rates, rng.normal(0, OF_SPLIT, 2), hardness)


def train(rng: np.random.Generator, design: Design, lab: Lab) -> tuple[list[Floats], list[NDArray[np.int64]]]:
    """The answers of every seed (2, m), 1 where they are right, and which images they are about (m,)."""
    answers, images = [], []
    for seed in range(design.seeds):
        split = rng.normal(0, OF_SPLIT, 2) if design.resplit else lab.split
        rates = lab.rates[seed % design.searches]
        strengths = np.array([strength(number)[rates[number]] for number in (0, 1)])
        strengths = strengths + split + rng.normal(0, OF_SEED, 2)
        shown = rng.permutation(len(lab.hardness))[:IMAGES] if design.drawn else np.arange(IMAGES)
        chance = rng.normal(size=(2, IMAGES))
        answers.append((strengths[:, np.newaxis] - lab.hardness[shown].T + chance > 0).astype(np.float64))
        images.append(shown)
    return answers, images


def interval_of(design: Design, answers: Sequence[Floats], images: Sequence[NDArray[np.int64]]) -> Interval:
    """The interval of the mean difference, as reports have it."""
    by_seed = np.array([first.mean() - second.mean() for first, second in answers])
    if design.grouped:
        by_seed = np.array([by_seed[place :: design.searches].mean() for place in range(design.searches)])
    interval = sign_flip_interval(by_seed)
    if not design.crossed:
        return interval
    groups = [place % design.searches for place in range(design.seeds)] if design.grouped else None
    crossed = differences([first for first, _ in answers], [second for _, second in answers], images, groups)
    return interval if crossed is None else crossed.widen(interval)


def coverage(design: Design, labs: int, seed: int, world: World) -> tuple[int, float]:
    """How many of the laboratories' intervals hold the true difference, and how wide they are on average."""
    rng = stream(seed, design.what)
    hits, widths = 0, 0.0
    for _ in range(labs):
        lab = work(rng, design)
        interval = interval_of(design, *train(rng, design, lab))
        truth = lab.truth(design, world)
        hits += interval.low <= truth <= interval.high
        widths += interval.high - interval.low
    return hits, widths / labs


def lines(labs: int, seed: int) -> Iterator[str]:
    """A line for every design."""
    world = World.of(stream(seed, "world"))
    for design in DESIGNS:
        hits, width = coverage(design, labs, seed, world)
        promised = f"{design.promised:<12} width {width:.2%}"
        yield Rate(design.what, hits, labs, promised).line(67)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Measure which sources of variance intervals cover.")
    parser.add_argument("--seed", type=int, default=0, help="of all random numbers [default: 0]")
    parser.add_argument("--quick", action="store_true", help="a tenth of the laboratories")
    arguments = parser.parse_args()
    labs = LABS // 10 if arguments.quick else LABS
    print(f"seed {arguments.seed}, {labs} laboratories a line")
    print("how the seeds were made, and the truth; coverage of 95 % intervals, the promise, their mean width")
    start = time.perf_counter()
    for line in lines(labs, arguments.seed):
        print(line, flush=True)
    print(f"({time.perf_counter() - start:.0f} s)")


if __name__ == "__main__":
    main()
