"""The names that `import reportgen` offers, and that the import alone costs nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import reportgen

NAMES = {
    "Comparison",
    "Optimizer",
    "Run",
    "UserError",
    "Verification",
    "__version__",
    "check",
    "compare",
    "render",
    "run",
    "verify",
}
"""A name that is taken away or renamed breaks programs of users: it belongs in the changelog."""

LOADED = "import json, sys; import reportgen; dir(reportgen); print(json.dumps(sorted(sys.modules)))"


def test_the_door_has_these_names_and_all_of_them_open() -> None:
    assert set(reportgen.__all__) == NAMES
    assert set(dir(reportgen)) == NAMES
    for name in NAMES:
        assert getattr(reportgen, name) is not None
        assert name == "__version__" or getattr(reportgen, name).__doc__


def test_another_name_is_refused_as_of_any_module() -> None:
    with pytest.raises(AttributeError, match="module 'reportgen' has no attribute 'train'"):
        reportgen.train  # noqa: B018


def test_the_import_alone_loads_nothing_but_the_standard_library() -> None:
    answer = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    plain = subprocess.run(
        [sys.executable, "-c", "import json, sys; print(json.dumps(sorted(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(json.loads(answer.stdout)) - set(json.loads(plain.stdout))
    of_others = {
        name for name in loaded if name.partition(".")[0] not in {*sys.stdlib_module_names, "reportgen"}
    }
    assert of_others == set()
    assert {name for name in loaded if name.startswith("reportgen")} == {"reportgen", "reportgen.version"}


@pytest.mark.slow  # unless types were checked before
def test_type_checkers_see_the_types_of_the_package(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    assert (Path(reportgen.__file__).parent / "py.typed").is_file()
    program = tmp_path / "program.py"
    program.write_text(
        "import reportgen\nreveal_type(reportgen.compare('x.csv').pairs)\nreveal_type(reportgen.run)\n"
        "reportgen.run(epochs='3')\nreportgen.train()\n"
    )
    answer = subprocess.run(
        [sys.executable, "-m", "mypy", str(program)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(reportgen.__file__).parents[1],
    )
    assert 'Revealed type is "pandas' in answer.stdout
    assert 'Argument "epochs" to "run" has incompatible type "str"' in answer.stdout
    assert 'Module has no attribute "train"' in answer.stdout
