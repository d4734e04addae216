"""What a user asks for instead of what an experiment's file says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportgen.experiment.front_matter import NO_FRONT_MATTER, FrontMatter
from reportgen.experiment.stages import COMPARISON, TUNED

OF_ONE_SOURCE = ("path", "shares", "resize", "name")
"""The keys of [data] that another source does not take over, beside those of tables."""


@dataclass(frozen=True)
class Overrides:
    """The settings that replace those of an experiment's file; None for what the file says.

    Attributes:
        data_source: the source of the images; the file's path, which is another source's, no longer counts.
        data_path: the source's file or folder.
        seeds: how many, from 0 on.
        epochs: of the comparison and of the tuned training.
        front_matter: the title, the author and the course of the report.
    """

    data_source: str | None = None
    data_path: str | None = None
    seeds: int | None = None
    epochs: int | None = None
    front_matter: FrontMatter = NO_FRONT_MATTER

    def by_table(self) -> dict[str, dict[str, Any]]:
        """Return the values by table and key; a value of None takes the key away.

        The keys that stand in no table have the empty name.
        """
        from reportgen.experiment.data_settings import OF_TABLES  # late: `--help` does without pydantic

        data: dict[str, Any] = {}
        if self.data_source is not None:
            # what is said of another source's files means nothing to this one
            data = {"source": self.data_source, **dict.fromkeys((*OF_ONE_SOURCE, *OF_TABLES))}
        if (path := self._path()) is not None:
            data["path"] = str(path)
        stage = {key: getattr(self, key) for key in ("seeds", "epochs") if getattr(self, key) is not None}
        return {"": dict(self.front_matter.given()), "data": data, COMPARISON: stage, TUNED: stage}

    def arguments(self, *, whole_path: bool = True) -> tuple[str, ...]:
        """Return the words of a command line that ask for the same, in whatever folder it is called.

        Args:
            whole_path: whether they are to be called on this machine; else of a path only its name is said,
                since others have other folders.
        """
        path = self._path()
        values = {
            "--data-source": self.data_source,
            "--data-path": path if whole_path else path and path.name,
            "--seeds": self.seeds,
            "--epochs": self.epochs,
            **{f"--{name}": line for name, line in self.front_matter.given().items()},
        }
        return tuple(
            str(word) for option, value in values.items() if value is not None for word in (option, value)
        )

    def _path(self) -> Path | None:
        return None if self.data_path is None else Path(self.data_path).expanduser().absolute()
