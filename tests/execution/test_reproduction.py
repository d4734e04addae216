"""The homework's own program, re-run on CIFAR-10: minutes on real data, where the data is there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reportgen.data.cache import downloads_folder
from reportgen.data.sources.cifar10 import ARCHIVE
from reportgen.execution.executors.choosing import ExecutorOptions
from reportgen.execution.prepare import prepare
from reportgen.execution.run import run
from reportgen.execution.trials import TrainingOptions
from reportgen.experiment.reading import Source, find, read
from tests.helpers.project import ROOT

NPZ = os.environ.get("REPORTGEN_CIFAR10")
DOWNLOADED = downloads_folder() / ARCHIVE  # before the tests have a cache of their own
UNPACK = ROOT.parent / "shared" / "data" / "unpack-cifar10"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (NPZ or DOWNLOADED.is_file() or UNPACK.is_file()),
        reason="CIFAR-10 is not here: name an .npz file of it with REPORTGEN_CIFAR10, or put"
        f" {DOWNLOADED.name} into {DOWNLOADED.parent}",
    ),
]


@pytest.fixture(scope="session")
def cifar10(request: pytest.FixtureRequest) -> dict[str, str]:
    """The table [data] that takes CIFAR-10 from where it is: the file named, the archive, or beside us."""
    if NPZ:
        assert Path(NPZ).is_file(), f"REPORTGEN_CIFAR10={NPZ}: there is no such file"
        return {"source": "npz", "path": str(Path(NPZ).absolute())}
    if DOWNLOADED.is_file():
        here = downloads_folder() / ARCHIVE
        here.parent.mkdir(parents=True, exist_ok=True)
        here.symlink_to(DOWNLOADED)
        return {"source": "cifar10"}
    path = Path(request.config.cache.mkdir("cifar10")) / "cifar10.npz"
    if not path.is_file():
        part = path.with_name("part.npz")
        subprocess.run([sys.executable, UNPACK, part], check=True)
        part.replace(path)
    return {"source": "npz", "path": str(path)}


REENCODED = "303460dad14848833debfae5e53a6a6091421869b39086ca282e99fc87138429"
"""The digest of the JPEG re-encodings that the figures of docs/reproduction.md were measured on."""

# training and validation accuracy in percent, and the printed losses, measured once with a program of its
# own (numpy's global stream, float64) on the re-encoded images
MEASURED = {
    "SGD": (13.82, 14.42, 0.2319, 0.2446),
    "SGD_Momentum": (19.18, 15.52, 0.1392, 0.1418),
    "Adam": (30.90, 29.74, 0.1119, 0.1143),
}
# what the homework's document prints, of the original images: others come near
DOCUMENT = {
    "SGD": (14.55, 10.28, 0.2347, 0.2497),
    "SGD_Momentum": (20.50, 13.51, 0.1391, 0.1425),
    "Adam": (30.25, 28.53, 0.1210, 0.1204),
}


def test_the_program_as_submitted_gives_its_own_figures(
    cifar10: dict[str, str], tmp_path: Path, listener: Any
) -> None:
    file = find("as-submitted")
    experiment = read(file, {"data": cifar10})
    experiment = experiment.model_copy(update={"tuned": None, "ablation": None})  # the rest takes an hour
    source = Source("as-submitted", file, file.read_text(encoding="utf-8"), experiment)
    made = run(
        prepare(source),
        tmp_path / "output",
        training=TrainingOptions(ExecutorOptions(workers=2)),
        languages=["en"],
        watcher=listener,
    )
    records = made.records
    results = records.results.set_index("setup")
    assert list(results.index) == list(MEASURED)
    for setup, row in results.iterrows():
        accuracies = [100 * row["training_accuracy"], 100 * row["validation_accuracy"]]
        # the program printed the mean loss divided by the batch size once more
        losses = [row["training_loss"] / 16, row["validation_loss"] / 16]
        if records.description.data.digest == REENCODED:
            assert accuracies == pytest.approx(MEASURED[setup][:2], abs=0.3), setup
            assert losses == pytest.approx(MEASURED[setup][2:], abs=1e-3), setup
        assert accuracies[0] == pytest.approx(DOCUMENT[setup][0], abs=1.5), setup
        assert accuracies[1] == pytest.approx(DOCUMENT[setup][1], abs=5), setup
        assert losses == pytest.approx(DOCUMENT[setup][2:], rel=0.08), setup
