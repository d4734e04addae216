"""Whatever an experiment file holds: an experiment, or refused with a line for each mistake."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reportgen.errors import is_printable
from reportgen.experiment.reading import read
from reportgen.experiment.refusals import ExperimentError
from reportgen.planning.plan import check_optimizers, plan

KEYS = st.sampled_from(
    [
        "title", "author", "data", "comparison", "tuned", "defects", "source", "path", "classes", "train",
        "seed", "seeds", "subset", "hidden", "batch_size", "epochs", "l2", "optimizers", "optimizer", "name",
        "label", "learning_rate", "momentum", "dtype", "zh-Hant", "en", "hidden_list_grows", "Bilingual",
    ]
)  # fmt: skip

TEXTS = st.sampled_from(["", "digits", "npz", "SGD", "Adam", "float64", "two\nlines", "標題"]) | st.text(
    max_size=5
)

SCALARS = (
    st.booleans()
    | st.integers()
    | st.sampled_from([0, 1, 8, 2**31, 10**400])
    | st.floats()
    | TEXTS
    | st.dates()
)

VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | TEXTS, inner, max_size=4),
    max_leaves=8,
)


def in_toml(value: Any) -> str:
    """A value as TOML spells it, tables inline."""
    match value:
        case bool():
            return str(value).lower()
        case dt.date():
            return value.isoformat()
        case str():
            return json.dumps(value).replace("\x7f", "\\u007f")
        case list():
            return f"[{', '.join(map(in_toml, value))}]"
        case dict():
            return f"{{ {', '.join(f'{in_toml(k)} = {in_toml(v)}' for k, v in value.items())} }}"
        case _:
            return str(value)


@settings(
    max_examples=250,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    changes=st.dictionaries(
        st.sampled_from(["title", "author", "data", "comparison", "tuned", "defects"])
        | st.tuples(st.sampled_from(["title", "data", "comparison", "tuned", "defects"]), KEYS | TEXTS),
        VALUES,
        min_size=1,
        max_size=3,
    )
)
def test_whatever_a_file_holds_it_is_an_experiment_or_refused_a_line_a_mistake(
    tmp_path: Path, changes: dict[Any, Any]
) -> None:
    optimizer = {"name": "SGD", "learning_rate": 0.1}
    stage = {"hidden": [4], "batch_size": 8, "epochs": 2}
    content: dict[str, Any] = {
        "title": {"zh-Hant": "標題", "en": "Title"},
        "data": {"source": "digits"},
        "comparison": stage | {"optimizers": [optimizer]},
        "tuned": stage | {"optimizer": optimizer},
    }
    for place, value in changes.items():
        if isinstance(place, tuple):
            table = content.get(place[0])
            content[place[0]] = (table if isinstance(table, dict) else {}) | {place[1]: value}
        else:
            content[place] = value
    path = tmp_path / "mine.toml"
    lines = [f"{in_toml(key)} = {in_toml(value)}\n" for key, value in content.items()]
    path.write_text("".join(lines), encoding="utf-8", errors="replace")
    refused = None
    try:
        experiment = read(path)
        check_optimizers(experiment)
        trials = plan(experiment, classes=10)
    except ExperimentError as error:
        refused = str(error)
    if refused is not None:
        for line in refused.split("\n"):
            assert line.removeprefix(f"{path}: ").strip()
            assert is_printable(line)
        return
    # what is accepted is planned as it stands there, and no word of the file is passed over
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    assert set(written) <= {"title", "author", "data", "comparison", "tuned", "defects"}
    for stage in ("comparison", "tuned"):
        planned = [trial for trial in trials if trial.setup.stage == stage]
        seeds = written[stage].get("seeds", 1)
        assert {trial.seed for trial in planned} == set(range(seeds) if isinstance(seeds, int) else seeds)
        for trial in planned:
            for key in ("epochs", "batch_size", "l2", "dtype"):
                assert getattr(trial.setup, key) == written[stage].get(key, getattr(trial.setup, key))
            assert list(trial.setup.hidden) == written[stage]["hidden"]
    given = {stage: set(written[stage]) for stage in ("data", "comparison", "tuned") if stage in written}
    known = {stage: set(type(getattr(experiment, stage)).model_fields) for stage in given}
    assert all(given[stage] <= known[stage] for stage in given)
