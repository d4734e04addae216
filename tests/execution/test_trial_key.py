"""A trial's key: another for all that can change its numbers, the same for everything else and everywhere."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from reportgen.execution import code_digest as code
from reportgen.execution import trial_key as keys
from reportgen.execution.code_digest import canonical, code_digest
from reportgen.execution.executors.local import execute
from reportgen.execution.prepare import data_digest, data_settings
from reportgen.execution.trial_key import trial_key
from reportgen.execution.worker import Workplace, load_data
from reportgen.experiment.reading import Source
from reportgen.planning.plan import plan
from reportgen.training import Setup, Trial
from tests.helpers.project import ROOT

PACKAGE = ROOT / "reportgen"

TRIAL = Trial(
    Setup(
        stage="comparison",
        label="Adam",
        optimizer="Adam",
        hyperparameters={"learning_rate": 0.1, "beta1": 0.9, "beta2": 0.99},
        hidden=(8,),
        batch_size=16,
        epochs=3,
        l2=0.0,
        initial_std=None,
        dtype="float32",
        subset=None,
    ),
    seed=0,
)


# ---------------------------------------------------------------- the key


def test_settings_in_another_order_are_the_same_trial() -> None:
    backwards = dict(reversed(TRIAL.setup.hyperparameters.items()))
    assert list(backwards) != list(TRIAL.setup.hyperparameters)
    other = replace(TRIAL, setup=replace(TRIAL.setup, hyperparameters=backwards))
    assert trial_key(other, "data") == trial_key(TRIAL, "data")


@pytest.mark.parametrize(
    ("place", "name", "value"),
    [
        (torch, "__version__", "0.0"),
        (np, "__version__", "0.0"),
        (torch.backends.cpu, "get_cpu_capability", lambda: "another"),
        (keys.platform, "machine", lambda: "another"),
        (keys, "code_digest", lambda: "another"),
        (keys, "FORMAT", 0),
    ],
    ids=["torch", "numpy", "instructions", "machine", "code", "format"],
)
def test_another_program_library_or_processor_is_another_trial(
    place: Any, name: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = trial_key(TRIAL, "data")
    monkeypatch.setattr(place, name, value)
    assert trial_key(TRIAL, "data") != before
    monkeypatch.undo()
    assert trial_key(TRIAL, "data") == before


@pytest.mark.parametrize("name", ["default_train", "default_validation", "default_seed"])
def test_another_split_by_default_is_other_data(source: Callable[..., Source], name: str) -> None:
    """Where an experiment does not say how data are split, the source does."""
    made = source()
    loaded = load_data(data_settings(made.experiment, made.file))
    other = replace(loaded.dataset, **{name: 7})
    assert data_digest(other, loaded.settings) != data_digest(loaded.dataset, loaded.settings)


# ---------------------------------------------------------------- the code, from its files


DIGEST = """
import sys
sys.modules["torch"] = sys.modules["numpy"] = None  # whoever imports them here fails
from reportgen.execution.code_digest import code_digest
print(code_digest())
"""


def digest_of(folder: Path, python: str = sys.executable) -> str:
    """The digest of the code of the package in this folder, taken by a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [python, "-c", DIGEST], cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    assert re.fullmatch(r"[0-9a-f]{64}\n", done.stdout)
    return done.stdout.strip()


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of the package."""
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(PACKAGE, folder / "reportgen", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture
def change(copied: Path) -> Iterator[Callable[[str, str, str], str]]:
    """Replaces a piece of a file of the copy until the test ends; returns the digest that it then has."""
    before: dict[Path, str] = {}

    def carry_out(name: str, right: str, wrong: str) -> str:
        path = copied / "reportgen" / name
        before[path] = path.read_text(encoding="utf-8")
        assert before[path].count(right) == 1
        path.write_text(before[path].replace(right, wrong), encoding="utf-8")
        return digest_of(copied)

    yield carry_out
    for path, text in before.items():
        path.write_text(text, encoding="utf-8")


FORMULAS = [
    ("nn/loss.py", "dlogits = probabilities - target", "dlogits = target - probabilities"),
    ("nn/layers.py", "return dout @ w.T", "return dout @ w"),
    ("nn/initialization.py", "math.sqrt(2 / inputs)", "math.sqrt(1 / inputs)"),
    ("optim/sgd.py", "alpha=-self.learning_rate", "alpha=self.learning_rate"),
    ("optim/adam.py", "beta2: float = 0.999", "beta2: float = 0.99"),
    ("optim/schedules.py", "math.cos(math.pi", "math.sin(math.pi"),
    ("training/trainer.py", "row.validation_loss + row.l2_term", "row.validation_loss"),
    ("training/batches.py", "[start : start + 1000]", "[start : start + 999]"),
    ("randomness.py", "zlib.crc32", "zlib.adler32"),
    ("data/splits.py", "middle = size * 4 // 5", "middle = size * 3 // 5"),
    ("execution/worker.py", "torch.set_num_threads(1)", "torch.set_num_threads(2)"),
]


@pytest.mark.parametrize(("name", "right", "wrong"), FORMULAS, ids=[name for name, *_ in FORMULAS])
def test_a_changed_formula_is_other_code(
    change: Callable[[str, str, str], str], name: str, right: str, wrong: str
) -> None:
    assert change(name, right, wrong) != code_digest()


def test_what_does_not_compute_is_no_part_of_the_code(
    change: Callable[[str, str, str], str], copied: Path
) -> None:
    assert digest_of(copied) == code_digest()
    assert change("nn/loss.py", "The gradient of each example's loss", "What backward is") == code_digest()
    assert change("optim/adam.py", "# both start at 0: mend", "# m and v start at 0: mend") == code_digest()
    assert (
        change("training/trainer.py", "row.validation_loss + ", "row.validation_loss\\\n + ") == code_digest()
    )
    assert change("report/words/numbers.py", 'MISSING = "', 'MISSING = " ') == code_digest()


# ---------------------------------------------------------------- the same under every Python


def interpreter(minor: int) -> str | None:
    """A Python 3 of this minor version, if there is one that starts."""
    found = shutil.which(f"python3.{minor}")
    if found is None:
        return None
    # pyenv's shims only start the versions that are switched on
    versions = Path(found).parents[1] / "versions"
    for candidate in (found, *map(str, versions.glob(f"3.{minor}.*/bin/python"))):
        if subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode == 0:
            return candidate
    return None


MINORS = range(11, 17)


@pytest.fixture(scope="module", params=MINORS, ids=[f"3.{minor}" for minor in MINORS])
def python(request: pytest.FixtureRequest) -> str:
    """Every Python on this machine, one after the other."""
    found = interpreter(request.param)
    if found is None:
        pytest.skip(f"there is no Python 3.{request.param} here")
    return found


def test_every_python_finds_the_same_digest(python: str) -> None:
    assert digest_of(ROOT, python) == code_digest()


# Digests as they were found first; a program that finds others takes no trial of before for its own.
SNIPPETS = {
    "def f(): pass": "20c6c936891f2092",
    "async def f(a, /, b: int = 1, *c, d=None, **e) -> None:\n    await x": "6b006dead0a697f9",
    "async def f():\n    async for x in y: pass\n    async with x as y: pass": "788c06e3f8bee8a1",
    "class A(B, metaclass=C):\n    '''Text.'''\n    x: int = 1": "df3cfb00f32fb7dc",
    "class A:\n    y: z[w]\n    '''More.'''": "aaa20de9b2c6e270",
    "@d(1)\nclass A: ...": "6d9882d56936782b",
    "lambda: 0": "0807ec72fd2d0c1b",
    "f()": "8450fa0d583961a1",
    "x = [], (), {}, {1}, {**a, 'b': 2}, [i async for i in j if k]": "cd993351a7610d68",
    "x = 1, 1.0, 1j, True, None, ..., '1', b'1', u'1', -0.0, 1e999, 0xffffffffffffffffff": "319e68b613f641e9",
    "x = 'é', '\\U0001fae8', '\\u2028', '\\ud800', '\\x00'": "065baccb5186c0b9",
    "return_ = f'{x:}'": "adfd046f7dd375e5",
    "a = f'{x!r:>{w}.{p}} and {{}} {y=} {z!a}' 'more' f'{{{q}}}'": "84c6fcf3e8ac47d1",
    "a = f'{x:{w}}', f'{x:a{w}b}', f'', f'{1}{2}', f'a' 'b', f'{f\"{x}\"}'": "58a904d6dfa27093",
    "a = f'''{\nx\n:%H:%M}\n'''": "3bb2aee7b11904e6",
    "from . import a as b\nfrom c import *\nimport d.e": "2294305e6d0ba8a2",
    "try: a\nexcept* B as b: c\nelse: d\nfinally: e": "d90ef6b2ffbf00ab",
    "try: a\nexcept B: raise C from d": "4ed027bea4a29c97",
    "with (a as b, c): pass": "2315dd3d72eb9e5f",
    "match x:\n    case {'a': 1, **r}: a\n    case [A(b=None), *_] | -1: b": "78317a0f65e1a300",
    "match x:\n    case str() as s if s: c\n    case _: d": "0fa1a829f576e35d",
    "for x, *y in z:\n    continue\nelse:\n    del x[1:2, ::3], y.a": "4b3317b385d1f52e",
    "while (x := f(*a, **b)): assert x, 'no'": "1883e9ffa917f23c",
    "def f():\n    global a\n    nonlocal_ = yield\n    yield from a\n    return": "d7c566952e793b40",
    "x @= a if b else not c < d <= e in f is not g and h or ~i ** -j // k": "5ca3899bad03ca8b",
}
NEWER = {
    (3, 12): {
        "type A[T] = list[T]": "95aab13ff3e9d4b2",
        "def f[T: int, *Ts, **P](x: T): pass": "d8ec7f551ae5b550",
        "class A[T]: pass": "163080d7c9139690",
        "a = f'{x['a']}{'\\n'.join(y)}'": "1bd227e66340ae43",
    },
    (3, 13): {"def f[T = int](): pass": "a78bcb8fc9c00c23"},
}


def short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


CANONICAL = """
import sys
sys.path.insert(0, sys.argv[1])
from reportgen.execution.code_digest import canonical
print(*(ascii(canonical(eval(line))) for line in sys.stdin), sep="\\n")
"""


def test_every_python_writes_syntax_in_the_same_way(python: str) -> None:
    version = subprocess.run(
        [python, "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True, check=True
    )
    snippets = dict(SNIPPETS)
    for since, more in NEWER.items():
        if since <= tuple(map(int, version.stdout.split())):
            snippets |= more
    done = subprocess.run(
        [python, "-c", CANONICAL, str(ROOT)],
        input="".join(f"{snippet!a}\n" for snippet in snippets),
        capture_output=True,
        text=True,
        check=True,
    )
    assert {s: short(line) for s, line in zip(snippets, done.stdout.splitlines(), strict=True)} == snippets


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(x):\n    return x + 1", "def f(x):  # one more\n\n    '''Add one.'''\n    return (x+1)"),
        ("a = 1\nb = 2", "'''A module.'''\na = 1\n'''What a is.'''\nb = \\\n  2"),
        ("class A:\n    x: int", "class A:\n    '''Text.'''\n\n    x: int\n    '''More.'''"),
        ("x = 'a' 'b'", 'x = "ab"'),
        ("x = 1_000", "x = 0x3e8"),
    ],
)
def test_comments_layout_and_docstrings_do_not_count(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x = 1.0"),
        ("x = 1", "x = True"),
        ("x = '1'", "x = b'1'"),
        ("x = 0.0", "x = -0.0"),
        ("x = a + b", "x = b + a"),
        ("x = a - b - c", "x = a - (b - c)"),
        ("x = None", "x = ()"),
        ("x = [a]", "x = a,"),
        ("def f(x=1): pass", "def f(x=2): pass"),
        ("def f(x, *, y): pass", "def f(x, y): pass"),
        ("@a\ndef f(): pass", "def f(): pass"),
        ("class A:\n    x: int = 1", "class A:\n    x: float = 1"),
        ("if a:\n    b\nc", "if a:\n    b\n    c"),
        ("x = f'{a}b'", "x = f'{a}c'"),
        ("x = f'{a:.3}'", "x = f'{a:.4}'"),
        ("x = f'{a!r}'", "x = f'{a}'"),
        ("f('a')", "f()"),
        ("x = {None: a}", "x = {**a}"),
        ("return_ = [a, 'b']", "return_ = [a]"),
        ("import a", "import a as b"),
        ("from . import a", "from .. import a"),
    ],
)
def test_all_else_counts(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


# ---------------------------------------------------------------- what a worker needs is what the key reads


NO_NUMBERS = {
    "reportgen": "a version and nothing else",
    "reportgen.execution": "empty",
    "reportgen.execution.executors": "empty",
    "reportgen.execution.executors.local": "how workers start, end and are heard",
    "reportgen.files": "empty",
    "reportgen.data.sources": "empty",
    "reportgen.errors": "lines for the user",
    "reportgen.files.atomic": "bytes written as they are",
    "reportgen.files.locks": "who is at work",
    "reportgen.files.resources": "where the cache is",
    # what these make is in the key as the digest of the data
    "reportgen.data": "names what the others have",
    "reportgen.data.cache": "made images",
    "reportgen.data.sources.cifar10": "made images",
    "reportgen.data.contents": "digests of files",
    "reportgen.data.dataset": "made images",
    "reportgen.data.sources.digits": "made images",
    "reportgen.data.download": "made images",
    "reportgen.data.duplicates": "for the manifest alone",
    "reportgen.data.errors": "lines for the user",
    "reportgen.data.sources.fashion_mnist": "made images",
    "reportgen.data.sources.image_folder": "made images",
    "reportgen.data.sources.npz": "made images",
    "reportgen.data.progress": "a bar on a terminal",
    "reportgen.data.sources.by_name": "made images",
    "reportgen.data.sources.torchvision_import": "made images",
}
"""What a training worker loads and the key does not read, and why it cannot change a number."""

WATCH = """
import sys
if "--multiprocessing-fork" in sys.argv:
    def note(event, arguments):
        if event == "import" and arguments[0].split(".")[0] == "reportgen":
            with open({list!r}, "a") as file:
                file.write(arguments[0] + "\\n")
    sys.addaudithook(note)
"""


def test_the_key_reads_all_that_a_training_worker_loads(
    source: Callable[..., Source], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Real workers, each of which lists what it imports."""
    listed = tmp_path / "imports"
    (tmp_path / "sitecustomize.py").write_text(WATCH.format(list=str(listed)), encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    made = source()
    trials = plan(made.experiment, classes=10)
    execute(
        trials,
        data_settings(made.experiment, made.file),
        workers=2,
        workplaces=[
            Workplace(tmp_path / str(n), trial.setup.stage == "tuned", 15) for n, trial in enumerate(trials)
        ],
        on_epoch=lambda *_: None,
        on_record=lambda *_: None,
        on_notice=print,
    )
    loaded = set(listed.read_text(encoding="utf-8").split())
    assert loaded
    in_key = {name for name in loaded if file_of(name) in code.files()}
    assert loaded - in_key == set(NO_NUMBERS)
    assert {file_of(name) for name in in_key} == set(code.files())  # nothing is read that nobody needs


def file_of(module: str) -> Path:
    found = importlib.util.find_spec(module)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin)
