"""The part of an experiment that says how setups are searched for, and where a found one came from."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from reportgen.experiment.values import Epochs, Later, OneLine, Positive, Seed, Seeds, Table, as_tuple

FIRST_SEARCH_SEED = 1000
"""A count of search seeds starts here, far from the seeds 0, 1, ... of the trials that are compared."""


class Space(Table):
    """What values a setting may take: a range from low to high, or a list of choices."""

    low: float | None = None
    """Where the range begins."""
    high: float | None = None
    """Where the range ends."""
    scale: Literal["log", "linear"] = "log"
    """Whether steps in the range are equal ratios or equal differences."""
    choices: Annotated[tuple[Any, ...], BeforeValidator(as_tuple)] = ()
    """The values to choose from, in place of a range. A list alone may stand for the table: `dropout = [0.0,
    0.1]`.
    """

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        if self.choices:
            if self.low is not None or self.high is not None:
                raise ValueError("give either low and high, or choices")
            for place, choice in enumerate(self.choices):
                if choice in self.choices[:place]:
                    raise ValueError(f"the choice {choice} stands there twice")
            return self
        if self.low is None or self.high is None:
            raise ValueError("needs low and high, or a list of choices")
        if not self.low < self.high:
            raise ValueError(f"low = {self.low:g} must be less than high = {self.high:g}")
        if self.scale == "log" and self.low <= 0:
            raise ValueError('low must be greater than 0 on a log scale; or say scale = "linear"')
        return self

    def holds(self, value: object) -> bool:
        """Whether a value is a number within the range."""
        return isinstance(value, int | float) and (self.low or 0.0) <= value <= (self.high or 0.0)

    def at_edge(self, value: object) -> bool:
        """Whether a number lies in the outermost twentieth of its range, or is the first or last choice."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        if self.choices:
            numbers = [choice for choice in self.choices if isinstance(choice, int | float)]
            return len(numbers) > 1 and value in (min(numbers), max(numbers))
        low, high, at = (
            math.log(number) if self.scale == "log" else number
            for number in (self.low or 0.0, self.high or 0.0, float(value))
        )
        return not 0.05 < (at - low) / (high - low) < 0.95


def _space(value: object) -> object:
    """A list stands for its choices."""
    return {"choices": tuple(value)} if isinstance(value, list | tuple) else value


def _search_seeds(value: object) -> object:
    """A count n stands for n seeds from FIRST_SEARCH_SEED on."""
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 1000:
        return tuple(range(FIRST_SEARCH_SEED, FIRST_SEARCH_SEED + value))
    return value


Method = Literal["grid", "random", "optuna"]
Spaces = dict[str, Annotated[Space, BeforeValidator(_space)]]
SearchSeeds = Annotated[Seeds, BeforeValidator(_search_seeds)]


class Halving(Table):
    """Successive halving: all settings are trained for a short time, the best of them for longer.

    Source: Jamieson & Talwalkar, Non-stochastic best arm identification (AISTATS 2016).
    """

    factor: Annotated[int, Field(ge=2, le=10)] = 3
    """One in so many settings goes on, to so many times the epochs; the factor alone may stand for the table:
    `halving = 3`.
    """
    first_epochs: Epochs | None = None
    """Epochs of the first round; without it, as few as leave one setting for the last."""

    def rounds(self, trials: int, epochs: int) -> tuple[tuple[int, int], ...]:
        """Return how many settings each round trains, and for how many epochs; the last for all of them.

        Args:
            trials: Settings of the first round.
            epochs: Of the last one.
        """
        first = self.first_epochs
        if first is None:
            first, left = epochs, trials
            while left >= self.factor and first > 1:
                first, left = max(1, first // self.factor), left // self.factor
        rounds = []
        while first < epochs and trials > 1:
            rounds.append((trials, first))
            trials, first = max(1, trials // self.factor), first * self.factor
        return (*rounds, (trials, epochs))


def _halving(value: object) -> object:
    """A factor stands for halving by it."""
    return {"factor": value} if isinstance(value, int) and not isinstance(value, bool) else value


SomeHalving = Annotated[Halving | None, BeforeValidator(_halving), Later()]


class StageSearch(Table):
    """How the settings of a stage are searched for: the same number of trials for every setup.

    trials: settings tried, for each optimizer; each is trained with every seed. epochs: of a search
    trial, where it is to be shorter than the stage's own.
    """

    method: Method = "grid"
    """All points of a grid, independent random draws, or proposals of Optuna, each after those before."""
    trials: Annotated[int, Field(ge=2, le=10_000)]
    """How many settings are tried, for each optimizer."""
    seeds: SearchSeeds = (FIRST_SEARCH_SEED,)
    """The seeds to try them with: a list, or a number n for 1000 to 999 + n; never those of the final trials.
    """
    epochs: Epochs | None = None
    """Epochs of a search trial, if it is to be shorter than the stage's own."""
    sampler_seed: Seed = 0
    """Other random draws, or another order of Optuna's proposals."""
    halving: SomeHalving = None
    """Train all settings for a short time and only the best for longer: `3`, or `{ factor = 3, first_epochs =
    2 }`. Each round trains anew, as long as it says; without it, every setting is trained to the end.
    """
    space: Annotated[Spaces, Field(min_length=1)]
    """By setting, the values to try: `{ low = 1e-4, high = 1.0 }`, or a list of choices."""

    @property
    def all_seeds(self) -> tuple[int, ...]:
        """The seeds of all its trials."""
        return self.seeds

    def rounds(self, epochs: int) -> tuple[tuple[int, int], ...]:
        """Return how many settings each round trains, and for how many epochs; one round without halving.

        Args:
            epochs: Of the stage that is searched for.
        """
        full = self.epochs or epochs
        return self.halving.rounds(self.trials, full) if self.halving else ((self.trials, full),)


class ComparisonSearch(StageSearch):
    """The search for every compared optimizer's own settings.

    space: for all; a hyperparameter counts for the optimizers that take it. own: further or other spaces
    for one optimizer, by what the report calls it.
    """

    own: dict[str, Spaces] = Field(default_factory=dict)
    """Further spaces for one optimizer: `own.Adam = { beta1 = [0.8, 0.9] }`."""
    repeats: Annotated[int, Field(ge=1, le=1000), Later()] = 1
    """Make the whole search so many times, each time with other search seeds and other draws; each seed of
    the comparison trains with what one of these searches found. Best as many as the comparison has seeds.
    """

    @model_validator(mode="after")
    def _seeds_stay_seeds(self) -> Self:
        if max(self.all_seeds) >= 2**32:
            raise ValueError(f"seeds: {self.repeats} repeats take seeds beyond the largest one; begin lower")
        return self

    def seeds_of(self, repeat: int) -> tuple[int, ...]:
        """Return the seeds of one repeat, from 0: those of the first, moved on behind the repeats before."""
        step = max(self.seeds) - min(self.seeds) + 1
        return tuple(seed + repeat * step for seed in self.seeds)

    @property
    def all_seeds(self) -> tuple[int, ...]:
        """The seeds of all its trials, over all repeats."""
        return tuple(seed for repeat in range(self.repeats) for seed in self.seeds_of(repeat))


class Search(Table):
    """What is searched before it is trained for good."""

    comparison: ComparisonSearch | None = None
    """Search every compared optimizer's own settings, with the same effort for each."""
    tuned: StageSearch | None = None
    """Search the settings of `[tuned]`."""


class FoundBy(Table):
    """The search that a stage's settings came from, as `reportgen tune` notes it down.

    space: as text, for the reader. at_edge: the settings found at the edge of their space.
    """

    experiment: OneLine
    """The experiment that searched."""
    method: Method
    """How it searched."""
    trials: Positive
    """How many settings it tried, for each optimizer."""
    seeds: Seeds
    """The seeds that it tried them with."""
    epochs: Epochs
    """The epochs of its trials, with halving those of its last round."""
    halving: SomeHalving = None
    """How it halved, where it did."""
    space: OneLine
    """What it searched in, as text for the reader."""
    at_edge: Annotated[tuple[OneLine, ...], BeforeValidator(as_tuple)] = ()
    """The settings that were found at the edge of their range."""
    digest: Annotated[str, Field(pattern="^([0-9a-f]{64})?$"), Later()] = ""
    """The SHA-256 of the search's records, by which a run finds them in its output folder."""


class Found(Table):
    """Where the settings of this experiment's stages came from."""

    comparison: FoundBy | None = None
    """Of the settings of `[comparison]`."""
    tuned: FoundBy | None = None
    """Of the settings of `[tuned]`."""
