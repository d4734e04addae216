"""The digest of the code that computes: another for another formula, the same under every Python."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reportgen.execution.code_digest import canonical, code_digest
from tests.helpers.project import ROOT

PACKAGE = ROOT / "reportgen"


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
    ("optim/base.py", "self.t += 1", "self.t += 2"),
    ("optim/torch_optim.py", '"lr"', '"learning rate"'),
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
    # each optimizer is part of the keys of its own trials
    assert change("optim/rules/adam.py", "beta2: float = 0.999", "beta2: float = 0.99") == code_digest()
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
