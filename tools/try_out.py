"""Use the reportgen of an environment as somebody would who has installed it: `make wheel`, `make floors`.

    python tools/try_out.py FOLDER

FOLDER is the environment. Every command runs in an empty folder outside of this project, without the
variables that would let Python find the project: help, doctor, a tiny experiment with its PDF, the list of
runs, and the report rendered again, which must be the same. Ends with the first that fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

PROJECT = Path(__file__).parents[1]
EXPERIMENT = """
title = { zh-Hant = "小型試用", en = "A tiny trial" }
author = { zh-Hant = "王小明", en = "Wang Xiaoming" }
[data]
source = "digits"
train = 300
validation = 100
[comparison]
subset = 200
hidden = [16]
batch_size = 16
epochs = 2
seeds = 2
optimizers = [
  { name = "SGD", learning_rate = 0.05 },
  { name = "Adam", learning_rate = 0.01 },
]
"""


class Installation:
    """The programs of an environment, run in a folder.

    Args:
        environment: The folder of the environment.
        folder: Where to run, with a cache of its own.
    """

    def __init__(self, environment: Path, folder: Path) -> None:
        self.programs = environment.resolve() / "bin"
        self.folder = folder
        self.variables = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "REPORTGEN"))
        } | {"REPORTGEN_CACHE": str(folder / "cache")}

    def run(self, program: str, *arguments: str) -> str:
        """Run a program of the environment.

        Returns:
            What it prints.

        Raises:
            SystemExit: It failed; its output is shown.
        """
        done = subprocess.run(
            [self.programs / program, *arguments],
            cwd=self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            sys.exit(
                f"{program} {' '.join(arguments)}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
            )
        return done.stdout


def require(condition: bool, message: str) -> None:
    """End with a message where something is not as it must be."""
    if not condition:
        sys.exit(message)


def try_out(installation: Installation) -> str:
    """Run the commands, and say in a line what came of them."""
    package = Path(installation.run("python", "-c", "import reportgen; print(reportgen.__path__[0])").strip())
    require(package.is_relative_to(installation.programs.parent), f"another reportgen is in use: {package}")
    require(installation.run("reportgen", "--help").startswith("Usage: reportgen"), "no help")
    require(
        "reports can be made" in installation.run("reportgen", "doctor"), "doctor does not say that it works"
    )
    (installation.folder / "tiny.toml").write_text(EXPERIMENT, encoding="utf-8")
    installation.run("reportgen", "run", "tiny.toml", "--workers", "1")
    (run,) = (path for path in installation.folder.glob("output/tiny/*") if not path.is_symlink())
    pdf, html = run / "report.pdf", run / "report.html"
    require(pdf.read_bytes().startswith(b"%PDF-"), f"{pdf} is no PDF")
    require(f"run\t{run.name}\ttiny\t" in installation.run("reportgen", "list"), "the run is not listed")
    before = html.read_bytes()
    installation.run("reportgen", "render", "output/tiny/latest", "--no-pdf")
    require(html.read_bytes() == before, f"{html} is another one when it is rendered again")
    return f"{package.parent}: help, doctor, run, list and render work"


def main() -> None:
    """Try an environment out in a folder that is removed afterwards."""
    with TemporaryDirectory(prefix="reportgen-") as folder:
        print(try_out(Installation(Path(sys.argv[1]), Path(folder))))


if __name__ == "__main__":
    main()
