"""Print the lowest version that pyproject.toml allows of every dependency, as constraints for pip.

`make floors` installs these and runs what would notice that one of them is too old.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def floors(requirements: Sequence[str]) -> Iterator[str]:
    """A line for each requirement. Raises ValueError for one without a lowest version."""
    for requirement in requirements:
        found = re.fullmatch(r"([\w.-]+)>=([\w.]+)(,<[\w.]+)?", requirement)
        if found is None:
            raise ValueError(f"{requirement}: write it as name>=lowest, or name>=lowest,<next")
        yield f"{found[1]}=={found[2]}"


if __name__ == "__main__":
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    print("\n".join(floors(project["dependencies"])))
