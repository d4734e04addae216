"""The homework's own program, re-run on CIFAR-10: minutes on real data, where the data is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reportgen.experiment import find, read
from reportgen.runs import store
from reportgen.runs.run import Source, run

UNPACK = Path(__file__).parents[3] / "shared" / "data" / "unpack-cifar10"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not UNPACK.is_file(), reason=f"CIFAR-10 for measuring is not at {UNPACK}"),
]


@pytest.fixture(scope="session")
def cifar10(request: pytest.FixtureRequest) -> Path:
    """All images as an .npz file; unpacked once and kept in pytest's cache folder."""
    path = Path(request.config.cache.mkdir("cifar10")) / "cifar10.npz"
    if not path.is_file():
        part = path.with_name("part.npz")
        subprocess.run([sys.executable, UNPACK, part], check=True)
        part.replace(path)
    return path


def test_sgd_as_submitted_gives_the_figures_of_the_re_run(
    cifar10: Path, tmp_path: Path, listener: Any
) -> None:
    """The column "re-run" of ../shared/reference/facts.md: 13.82 %, 14.42 %, 0.2319, 0.2446."""
    ready = find("as-submitted")
    text = ready.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith('  { name = "')]
    lines.insert(lines.index("optimizers = [") + 1, '  { name = "SGD", learning_rate = 2e-4 },')
    file = tmp_path / "sgd-as-submitted.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    experiment = read(file, {"data": {"source": "npz", "path": str(cifar10)}})
    experiment = experiment.model_copy(update={"tuned": None})
    assert [o.name for o in experiment.comparison.optimizers] == ["SGD"]
    assert experiment.comparison.epochs == 100

    folder = run(
        Source("sgd", file, file.read_text(encoding="utf-8"), experiment),
        tmp_path / "output",
        workers=1,
        languages=["en"],
        watcher=listener,
    )
    result = store.read(folder).results.iloc[0]
    # the program printed the mean loss divided by the batch size once more
    assert result["training_loss"] / 16 == pytest.approx(0.2319, abs=1e-3)
    assert result["validation_loss"] / 16 == pytest.approx(0.2446, abs=1e-3)
    assert 100 * result["training_accuracy"] == pytest.approx(13.82, abs=0.3)
    assert 100 * result["validation_accuracy"] == pytest.approx(14.42, abs=0.3)
