"""Whether hyperparameters beside the learning rate differ between optimizers without being searched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reportgen.analysis.audit.facts import AuditedTrial, Fact, list_in_line
from reportgen.analysis.audit.same_optimizer import family_of
from reportgen.experiment.search import ComparisonSearch, Space
from reportgen.experiment.values import Value, as_tuple

LEARNING_RATE = "learning_rate"

USUAL: Mapping[str, Value] = {"momentum": 0.9, "nesterov": True, "amsgrad": True}
"""What counts as a default too: classes such as torch's SGD are plain until these are asked for."""

Defaults = Mapping[str, Mapping[str, Value]]
"""By optimizer, then by hyperparameter."""


def other_hyperparameters(
    trials: Sequence[AuditedTrial], defaults: Defaults, search: ComparisonSearch | None
) -> Iterator[Fact]:
    """Yield whether each hyperparameter beside the learning rate is at its default, shared, or searched.

    Args:
        trials: Those that are audited.
        defaults: Of the optimizers that trained; one that is missing there is not judged.
        search: What the settings were searched in; None where there is no record of it.
    """
    setups = {trial.label: trial.setup for trial in trials}
    values = {
        label: {name: value for name, value in setup.hyperparameters.items() if name != LEARNING_RATE}
        for label, setup in setups.items()
    }
    spaces = {label: _spaces(label, names, search) for label, names in values.items()}
    own: list[str] = []
    unequal: list[str] = []
    for label, hyperparameters in values.items():
        known = defaults.get(setups[label].optimizer)
        for name, value in hyperparameters.items():
            if name in spaces[label]:
                alike = {_space_key(spaces[other].get(name)) for other in values if name in values[other]}
                default = None if known is None else known.get(name)
                if len(alike) > 1 and default is not None and not _encloses(spaces[label][name], default):
                    unequal.append(f"{label} {name}")
            elif known is not None and not _is_plain(name, value, known) and not _is_shared(name, values):
                own.append(f"{label} {name} = {_written(value)}")
    if len({family_of(setup) for setup in setups.values()}) == 1:
        yield Fact("hyperparameters_compared", None, {"names": list_in_line(own) or "–"})
        return
    if own:
        yield Fact("hyperparameters_differ", False, {"names": list_in_line(own)})
    if unequal:
        yield Fact("spaces_differ", False, {"names": list_in_line(unequal)})
    unknown = [label for label, setup in setups.items() if setup.optimizer not in defaults]
    if unknown:
        yield Fact("defaults_unknown", None, {"names": list_in_line(unknown)})
    if not own and not unequal and len(unknown) < len(setups):
        searched = sorted({name for names in spaces.values() for name in names})
        key = "hyperparameters_searched" if searched else "hyperparameters_plain"
        yield Fact(key, True, {"names": list_in_line(searched)} if searched else {})


def _spaces(label: str, names: Mapping[str, Value], search: ComparisonSearch | None) -> dict[str, Space]:
    """The spaces of a setup that leave a choice, but for that of the learning rate."""
    if search is None:
        return {}
    spaces = {**search.space, **search.own.get(label, {})}
    return {
        name: space for name, space in spaces.items() if name in names and (not space.choices or _two(space))
    }


def _two(space: Space) -> bool:
    return len(space.choices) > 1


def _space_key(space: Space | None) -> str:
    return "" if space is None else space.model_dump_json()


def _encloses(space: Space, default: Value) -> bool:
    """Whether a default lies within what is searched, so that no choice must be a bad one."""
    if not space.choices:
        return space.holds(default)
    if _plain(default) in [_plain(choice) for choice in space.choices]:
        return True
    numbers = [choice for choice in space.choices if isinstance(choice, int | float)]
    return bool(numbers) and isinstance(default, int | float) and min(numbers) <= default <= max(numbers)


def _is_plain(name: str, value: Value, defaults: Mapping[str, Value]) -> bool:
    """Whether a value is its class's default; one without a default has to be given."""
    if name not in defaults:
        return True
    return _plain(value) == _plain(defaults[name]) or (
        not defaults[name] and name in USUAL and value == USUAL[name]
    )


def _is_shared(name: str, values: Mapping[str, Mapping[str, Value]]) -> bool:
    """Whether every setup takes a hyperparameter, and all have the same value."""
    return len({repr(_plain(own.get(name))) for own in values.values()}) == 1


def _plain(value: object) -> object:
    """Lists as tuples, whole floats as they compare."""
    value = as_tuple(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return value


def _written(value: Value) -> str:
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
