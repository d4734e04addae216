"""Count the optimizers of the package pytorch_optimizer that train the quickstart's comparison by name.

    python tools/count_pytorch_optimizer.py [NAME ...]

Each is trained alone, as `pytorch_optimizer.NAME` with its own defaults at the quickstart's learning rate,
for EPOCHS epochs with one seed, through `reportgen.run`. It trains if it comes to an end with a loss that is
finite and has fallen. Prints how many do, and of every other one, why not, in a line. Takes minutes.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import math
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import pytorch_optimizer
import tomlkit
from torch.optim import Optimizer

import reportgen

QUICKSTART = Path(__file__).parents[1] / "experiments/quickstart.toml"
PACKAGE = "pytorch_optimizer"
EPOCHS = 4


def names() -> list[str]:
    """Return the names of all optimizers that the package offers."""
    offered = vars(pytorch_optimizer).items()
    return sorted(name for name, value in offered if inspect.isclass(value) and issubclass(value, Optimizer))


def experiment(name: str) -> str:
    """Return the quickstart's comparison, as TOML, of one optimizer.

    Args:
        name: Of the package's.
    """
    document = tomlkit.parse(QUICKSTART.read_text(encoding="utf-8"))
    for table in [table for table in document if table not in ("title", "data", "comparison")]:
        del document[table]
    comparison = document["comparison"]
    assert isinstance(comparison, dict)
    rate = comparison["optimizers"][0]["learning_rate"]
    optimizer = {"name": f"{PACKAGE}.{name}", "learning_rate": rate}
    comparison.update(epochs=EPOCHS, seeds=1, optimizers=[optimizer])
    return tomlkit.dumps(document)


def why_not(name: str) -> str:
    """Train an optimizer.

    Args:
        name: Of the package's.

    Returns:
        Why it does not train, in a line; "" if it does.
    """
    with TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        path = Path(folder, f"{name.lower()}.toml")
        path.write_text(experiment(name), encoding="utf-8")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                run = reportgen.run(path, output=Path(folder, "output"), workers=1, progress=False)
        except Exception as error:  # whatever it is, it is the answer
            line = " ".join(str(error).split()) or type(error).__name__
            return line.removeprefix(f"{path}: ")
    first, *_, last = run.epochs["training_loss"]
    if not math.isfinite(last):
        return "it diverges"
    return "" if last < first else f"its loss does not fall: {first} after an epoch, {last} after {EPOCHS}"


def main(chosen: list[str]) -> int:
    """Print the count and the reasons; 1 if none trains.

    Args:
        chosen: Names; of none, all.
    """
    asked = chosen or names()
    reasons = {name: why_not(name) for name in asked}
    others = {name: reason for name, reason in reasons.items() if reason}
    trained = len(asked) - len(others)
    print(f"{trained} of {len(asked)} names of {PACKAGE} train the quickstart's comparison")
    for name, reason in others.items():
        print(f"{name}: {reason}")
    return int(len(others) == len(asked))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
