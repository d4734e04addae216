"""From a space to the settings that are tried: a grid, random draws, or what Optuna proposes."""

from __future__ import annotations

import itertools
import json
import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from numpy.random import Generator

from reportgen.experiment.refusals import ExperimentError
from reportgen.experiment.search import Space, StageSearch
from reportgen.randomness import stream

Values = dict[str, Any]
ROUND = 4
"""How many settings Optuna proposes at once. The same on every machine: more cores, same search."""


class Proposer(Protocol):
    """Proposes settings, round by round, and is told what came of them."""

    def ask(self) -> list[Values]:
        """Return the next settings to try; none when the search is over."""
        ...

    def tell(self, scores: Sequence[float | None]) -> None:
        """Hear the scores of the last round, higher is better; None for one that diverged."""
        ...


def proposer(
    search: StageSearch, spaces: Mapping[str, Space], start: Values | None, purpose: str
) -> Proposer:
    """Return whoever proposes settings by the method that a search names.

    Args:
        search: How many settings are tried, and how.
        spaces: The values of each setting that may be tried.
        start: The experiment's own settings, Optuna's first proposal; None where the space does not hold
            them.
        purpose: Tells this search's random numbers apart from another's.

    Raises:
        ExperimentError: A grid cannot be laid out.
    """
    if search.method == "grid":
        return AllAtOnce(grid(spaces, search.trials))
    if search.method == "random":
        return AllAtOnce(draws(spaces, search.trials, search.sampler_seed, purpose))
    return Optuna(search, spaces, start, purpose)


def grid(spaces: Mapping[str, Space], trials: int) -> list[Values]:
    """Lay out settings: every combination of the choices, at evenly spaced points of the range.

    Args:
        spaces: The values of each setting, one of them at most a range.
        trials: How many settings there are to be.

    Returns:
        Exactly so many.

    Raises:
        ExperimentError: That many cannot be had.
    """
    choices = {name: space.choices for name, space in spaces.items() if space.choices}
    ranges = {name: space for name, space in spaces.items() if not space.choices}
    combinations = math.prod(map(len, choices.values()))
    if len(ranges) > 1:
        raise ExperimentError(
            f"a grid takes one range, not {len(ranges)} ({', '.join(ranges)}): give lists of choices for the"
            ' others, or method = "random"'
        )
    if not ranges:
        if combinations != trials:
            raise ExperimentError(f"trials = {trials}, but the choices make {combinations} combinations")
    else:
        points, left = divmod(trials, combinations)
        if left or points < 2:
            raise ExperimentError(
                f"trials = {trials} cannot be shared out over {combinations} combinations of choices:"
                f" take a multiple of {combinations}, at least {2 * combinations}"
            )
        (name, space), *_ = ranges.items()
        if len(set(spaced(space, points))) < points:
            raise ExperimentError(
                f"{name} has no {points} different values of four digits from {space.low} to {space.high}:"
                " take a wider range, or fewer trials"
            )
        choices = {name: tuple(spaced(space, points)), **choices}
    return [dict(zip(choices, values, strict=True)) for values in itertools.product(*choices.values())]


def spaced(space: Space, points: int) -> list[float]:
    """Return points from low to high, evenly spaced on the space's scale, of four digits.

    Args:
        space: Bounds and scale.
        points: How many.
    """
    return [readable(space, point(space, number / (points - 1))) for number in range(points)]


def point(space: Space, share: float) -> float:
    """Return the point of a range at a share of the way from low to high, on its scale."""
    low, high = space.low or 0.0, space.high or 0.0
    return float(low * (high / low) ** share if space.scale == "log" else low + (high - low) * share)


def readable(space: Space, value: float) -> float:
    """Round to four digits, so that what a report prints is what was used.

    Args:
        space: Its bounds are kept.
        value: Within them.
    """
    return min(max(float(f"{value:.4g}"), space.low or 0.0), space.high or 0.0)


def draws(spaces: Mapping[str, Space], trials: int, seed: int, purpose: str) -> list[Values]:
    """Draw settings independently of one another and all from the same distribution.

    A draw is even over a range, on its scale, and over choices. Each has a stream of its own, so that more
    trials leave the first ones as they were.

    Source: Bergstra & Bengio, Random search for hyper-parameter optimization (JMLR 2012).

    Args:
        spaces: The values of each setting.
        trials: How many settings there are to be.
        seed: Other ones with another.
        purpose: Tells this search's random numbers apart from another's.

    Returns:
        Exactly so many; two may be the same where there are few choices.
    """
    streams = [stream(seed, f"{purpose} draw {number}") for number in range(trials)]
    return [{name: _draw(space, numbers) for name, space in spaces.items()} for numbers in streams]


def _draw(space: Space, numbers: Generator) -> Any:
    if space.choices:
        return space.choices[int(numbers.integers(len(space.choices)))]
    return readable(space, point(space, float(numbers.random())))


class AllAtOnce:
    """Settings that depend on no score, in one round."""

    def __init__(self, settings: list[Values]) -> None:
        self.left = settings

    def ask(self) -> list[Values]:
        """Return everything, once."""
        asked, self.left = self.left, []
        return asked

    def tell(self, scores: Sequence[float | None]) -> None:
        """Do nothing: what is left depends on no score."""


class Optuna:
    """Optuna's tree-structured Parzen estimator.

    Every proposal has a sampler of its own, seeded by its number: what is proposed depends on the scores
    before it and on nothing else. A search that was killed repeats its way to where it stopped, with the
    scores that were kept, and goes on as if nothing had been.

    Source: Akiba et al., Optuna (KDD 2019); Bergstra et al., Algorithms for hyper-parameter optimization
    (NeurIPS 2011).
    """

    def __init__(
        self, search: StageSearch, spaces: Mapping[str, Space], start: Values | None, purpose: str
    ) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.optuna = optuna
        self.search, self.spaces, self.start, self.purpose = search, spaces, start, purpose
        self.asked = 0
        self.pending: list[Any] = []
        self.study = optuna.create_study(direction="maximize")
        # a choice may be a list, which Optuna does not take: it sees the choices as JSON
        self.distributions: dict[str, Any] = {
            name: optuna.distributions.CategoricalDistribution([json.dumps(c) for c in space.choices])
            if space.choices
            else optuna.distributions.FloatDistribution(
                space.low or 0.0, space.high or 0.0, log=space.scale == "log"
            )
            for name, space in spaces.items()
        }
        if start is not None:
            self.study.enqueue_trial(
                {name: json.dumps(value) if spaces[name].choices else value for name, value in start.items()}
            )

    def ask(self) -> list[Values]:
        """Return the next few proposals."""
        count = min(ROUND, self.search.trials - self.asked)
        self.pending = [self._ask_one() for _ in range(count)]
        return [self._values(trial) for trial in self.pending]

    def tell(self, scores: Sequence[float | None]) -> None:
        """Hand the scores to the study; one that diverged has failed."""
        for trial, score in zip(self.pending, scores, strict=True):
            if score is None:
                self.study.tell(trial, state=self.optuna.trial.TrialState.FAIL)
            else:
                self.study.tell(trial, score)

    def _ask_one(self) -> Any:
        seed = int(stream(self.search.sampler_seed, f"{self.purpose} {self.asked}").integers(2**31))
        self.asked += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Optuna calls options experimental that it has had for years
            self.study.sampler = self.optuna.samplers.TPESampler(
                seed=seed,
                n_startup_trials=max(ROUND, self.search.trials // 4),
                multivariate=True,
                constant_liar=True,
            )
            return self.study.ask(self.distributions)

    def _values(self, trial: Any) -> Values:
        return {name: self._value(name, value) for name, value in trial.params.items()}

    def _value(self, name: str, value: Any) -> Any:
        if isinstance(value, str):
            return json.loads(value)
        # the file's own value keeps all its digits
        return value if value == (self.start or {}).get(name) else readable(self.spaces[name], value)
