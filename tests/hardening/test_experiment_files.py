"""Experiment files of any content: refused in one line, or an experiment that can be planned."""

from __future__ import annotations

import copy
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import example, given
from hypothesis import strategies as st

from reportgen.errors import is_printable
from reportgen.experiment import reading
from reportgen.experiment.reading import LARGEST_FILE, name_of
from reportgen.experiment.refusals import ExperimentError
from reportgen.planning.plan import check_optimizers, plan, refuse_too_many
from tests.helpers.any_values import VALUES, at, places
from tests.helpers.cases import cases, unless_refused
from tests.helpers.experiments import TINY

SOUND = tomllib.loads(TINY)
SEARCHED = SOUND | {
    "search": {
        "comparison": {
            "method": "grid",
            "trials": 2,
            "seeds": [7],
            "space": {"learning_rate": {"low": 0.01, "high": 0.1}},
        }
    },
    "defects": {"gradients_averaged_twice": True},
    "ablation": {"seeds": 1},
}


def like(value: Any) -> st.SearchStrategy[Any]:
    """Values that might as well stand there."""
    if isinstance(value, bool):
        return st.booleans()
    if isinstance(value, int):
        return st.integers(1, 200)
    if isinstance(value, float):
        return st.floats(0, 1)
    if isinstance(value, list):
        return st.permutations(value) | st.just(value[:1])
    return st.text("aé優<'=$ ", min_size=1, max_size=9) if isinstance(value, str) else VALUES


@st.composite
def changed_files(draw: st.DrawFn) -> dict[str, Any]:
    """A sound experiment with up to three things in it changed, taken away or added."""
    content = copy.deepcopy(draw(st.sampled_from([SOUND, SEARCHED])))
    for _ in range(draw(st.sampled_from([1, 1, 1, 2, 3]))):
        options = places(content)
        if not options:
            break
        path = draw(st.sampled_from(options))
        holder = at(content, path[:-1])
        match draw(st.sampled_from(["replace", "replace", "replace", "change", "remove", "add"])):
            case "replace":
                holder[path[-1]] = draw(like(holder[path[-1]]))
            case "change":
                holder[path[-1]] = draw(VALUES)
            case "remove":
                del holder[path[-1]]
            case _ if isinstance(holder, dict):
                holder[
                    draw(st.sampled_from(["seed", "label", "subset", "dropout", "schedule", "x", "søren"]))
                ] = draw(VALUES)
            case _:
                holder.append(draw(VALUES))
    return content


def planned(file: Path) -> int:
    """How many trials the file asks for; raises UserError."""
    experiment = reading.read(file)
    check_optimizers(experiment)
    trials = plan(experiment, classes=10)
    refuse_too_many(len(trials))
    for trial in trials:
        assert is_printable(trial.setup.label)
        assert trial.setup.epochs >= 1
    named = [(trial.setup.stage, trial.setup.label, trial.seed) for trial in trials]
    assert len(set(named)) == len(named)  # each has a row of its own in every table
    return len(trials)


def read(data: bytes) -> int | None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "x.toml"
        file.write_bytes(data)
        return unless_refused(lambda: planned(file))


@cases(700)
@given(changed_files())
def test_a_changed_experiment_is_refused_in_one_line_or_planned(content: dict[str, Any]) -> None:
    try:
        text = tomlkit.dumps(content)
    except Exception:  # not everything that is drawn can be written as TOML
        return
    read(text.encode("utf-8", "surrogatepass"))


@cases(200)
@given(
    st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
@example(b"\x00")
@example(b"a = " + b"[" * 3000)
@example(b"a = 1" + b"0" * 5000)
def test_any_bytes_are_refused_in_one_line(data: bytes) -> None:
    assert read(data) is None


@cases(200)
@given(st.integers(0, len(TINY)), st.integers(0, 40), st.text(max_size=10))
def test_an_experiment_with_a_piece_replaced_is_refused_or_planned(
    start: int, length: int, text: str
) -> None:
    changed = TINY[:start] + text + TINY[start + length :]
    read(changed.encode("utf-8", "surrogatepass"))


def test_the_sound_ones_are_planned() -> None:
    assert read(TINY.encode()) == 8
    assert read(tomlkit.dumps(SEARCHED).encode()) == 8 + 2 * 3


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(TINY + "#" * LARGEST_FILE)
    with pytest.raises(ExperimentError, match="more than 1,000,000 bytes"):
        reading.read(tmp_path / "x.toml")


def test_too_many_trials_are_refused(tmp_path: Path) -> None:
    many = TINY.replace("seeds = 2", "seeds = 1000").replace(
        "optimizers = [",
        "optimizers = [" + "".join(f'{{name="SGD",label="{n}",learning_rate=1}},' for n in range(9)),
    )
    (tmp_path / "x.toml").write_text(many)
    with pytest.raises(ExperimentError, match=r"12,002 trials .* at most 10,000"):
        planned(tmp_path / "x.toml")


# ---------------------------------------------------------------- names


@cases(300)
@given(
    st.text(max_size=20)
    | st.sampled_from(["..", ".", "...", "latest", "Latest", "a/b", "é" * 150, "con.", " "])
)
@example("reportgen.sqlite-wal")
@example("index.html")
@example("-rf")
def test_a_name_stays_in_the_output_folder(name: str) -> None:
    file = Path(f"{name}.toml")
    found = unless_refused(lambda: name_of(file))
    if found is None:
        return
    output = Path("/output")
    assert (output / found).resolve().parent == output
    assert found == file.stem
    assert is_printable(found)
    assert not found.startswith((".", "-", " "))
    assert len(found.encode()) <= 200
    assert found.casefold() not in ("latest", "index.html", "reportgen.sqlite")


@pytest.mark.parametrize(
    "name", ["quickstart", "as-submitted", "tuned (2)", "優化器比較", "v1.2+x", "a", "2026_11"]
)
def test_ordinary_names_are_taken(name: str) -> None:
    assert name_of(Path(f"{name}.toml")) == name
