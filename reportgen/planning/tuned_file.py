"""From an experiment with a search to the experiment that the search found."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import tomlkit

from reportgen.experiment.model import Experiment
from reportgen.experiment.space_text import write_space
from reportgen.experiment.stages import COMPARISON, SEARCH, TUNED
from reportgen.planning.search import Searched


def insert_found(
    text: str, experiment: Experiment, name: str, searched: Sequence[Searched], digests: Mapping[str, str]
) -> str:
    """Write the settings that were found into an experiment's text, its comments kept.

    [search] goes; what was searched, and how, stands under [found] instead.

    Args:
        text: Of the file.
        experiment: What it says.
        name: What the search's experiment is called.
        searched: Every search with all that it has tried.
        digests: Of the records of each stage's searches, by stage.

    Returns:
        The text of the new experiment.
    """
    document = tomlkit.parse(text)
    document.pop(SEARCH, None)
    comparison = experiment.comparison
    for of_setup in searched:
        values = of_setup.best.values
        if of_setup.study.stage == COMPARISON and comparison is not None:
            labels = [optimizer.shown_as for optimizer in comparison.optimizers]
            _set(document[COMPARISON]["optimizers"][labels.index(of_setup.study.label)], values)
        elif experiment.tuned is not None:
            own = {key: value for key, value in values.items() if key in type(experiment.tuned).model_fields}
            _set(document[TUNED], own)
            _set(
                document[TUNED]["optimizer"],
                {key: value for key, value in values.items() if key not in own},
            )
    found: Any = document.setdefault("found", tomlkit.table())
    for stage in dict.fromkeys(of_setup.study.stage for of_setup in searched):
        of_stage = [of_setup for of_setup in searched if of_setup.study.stage == stage]
        found[stage] = _how(name, of_stage) | {"digest": digests[stage]}
    return tomlkit.dumps(document)


def insert_data(text: str, data: dict[str, Any]) -> str:
    """Write what the command line said about the data into an experiment's text.

    Args:
        text: Of the experiment's file.
        data: By key; None takes a key away.
    """
    document = tomlkit.parse(text)
    table: Any = document["data"]
    for key in [key for key, value in data.items() if value is None]:
        table.pop(key, None)
    _set(table, {key: value for key, value in data.items() if value is not None})
    return tomlkit.dumps(document)


def move_paths(text: str, old: Path, new: Path) -> str:
    """Rewrite an experiment's text for another place: what is beside the experiment is found from there too.

    Args:
        text: Of the experiment's file.
        old: Where it is.
        new: Where it will be.
    """
    document = tomlkit.parse(text)

    def moved(path: str) -> str:
        if Path(path).expanduser().is_absolute():
            return path
        # of real folders: a way up from a link's folder does not lead where the link stands
        return os.path.relpath((old.parent / path).resolve(), new.parent.resolve())

    for table, key in _paths(document):
        table[key] = moved(table[key])
    for optimizer in _optimizers(document):
        file, colon, name = str(optimizer.get("name", "")).rpartition(":")
        if colon:
            optimizer["name"] = f"{moved(file)}:{name}"
    return tomlkit.dumps(document)


def _paths(document: Any) -> Iterator[tuple[Any, str]]:
    """Yield each table with a key whose value is the path of a file or folder."""
    for name, keys in (("data", ("path",)), ("code", ("layers", "optimizers"))):
        table = document.get(name, {})
        yield from ((table, key) for key in keys if isinstance(table.get(key), str))
    texts = [document.get("text", {})]
    while texts:
        table = texts.pop()
        texts += [inner for inner in table.values() if isinstance(inner, dict)]
        if isinstance(table.get("file"), str):
            yield table, "file"


def _optimizers(document: Any) -> Iterator[Any]:
    """Yield the table of each optimizer."""
    yield from document.get(COMPARISON, {}).get("optimizers", [])
    if "optimizer" in document.get(TUNED, {}):
        yield document[TUNED]["optimizer"]


def _set(table: Any, values: dict[str, Any]) -> None:
    """Set values in place; a table within stays in the form in which it is written."""
    for key, value in values.items():
        if isinstance(value, dict) and isinstance(table.get(key), dict):
            inner = table[key]
            for gone in [name for name in inner if name not in value]:
                del inner[gone]
            _set(inner, value)
        elif isinstance(value, dict):
            table[key] = tomlkit.inline_table()
            _set(table[key], value)
        else:
            table[key] = value


def _how(name: str, searched: Sequence[Searched]) -> dict[str, Any]:
    study = searched[0].study
    edges = [f"{of_setup.study.label}: {setting}" for of_setup in searched for setting in of_setup.at_edge]
    return {
        "experiment": name,
        "method": study.search.method,
        "trials": study.search.trials,
        "seeds": list(study.search.seeds),
        "epochs": study.search.epochs or study.make({}).epochs,
        **({"halving": study.search.halving.model_dump(exclude_none=True)} if study.search.halving else {}),
        "space": "; ".join(write_space(of_setup.study.label, of_setup.study.spaces) for of_setup in searched),
        "at_edge": edges,
    }
