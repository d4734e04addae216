"""What is to be measured, as the command line asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from reportgen.bench.bench_parts import EXPERIMENT, PARTS, QUICK_ROUNDS, ROUNDS
from reportgen.bench.peers import BEFORE, PRESENT
from reportgen.bench.works import WORKS, Work, quick_work
from reportgen.errors import UserError, nearest


@dataclass(frozen=True)
class Choice:
    """What is measured, how often, and beside what.

    ways: names of ways; empty for all. against: a commit, NONE, or None for the usual one where it is there.
    data: an .npz file; None for made images. device: where many trials are timed as one program; None for
    what the other parts measure. experiment: what is rendered and run again. output: the folder
    where that was trained before; None where it was not.
    """

    parts: tuple[str, ...]
    quick: bool
    rounds: int
    works: tuple[Work, ...]
    ways: tuple[str, ...]
    against: str | None
    data: Path | None
    device: str | None = None
    experiment: str = EXPERIMENT
    output: Path | None = None

    @classmethod
    def of(
        cls,
        *,
        parts: Sequence[str] = (),
        quick: bool = False,
        rounds: int | None = None,
        works: Sequence[str] = (),
        ways: Sequence[str] = (),
        against: str | None = None,
        data: Path | None = None,
        device: str | None = None,
        experiment: str = EXPERIMENT,
        output: Path | None = None,
    ) -> Self:
        """Return a choice by names.

        Args:
            parts: In any order; none for all.
            quick: A few steps and rounds.
            rounds: None for the usual number.
            works: By name; none for all.
            ways: By name; none for all.
            against: A commit, NONE, or None for the usual one.
            data: An .npz file.
            device: As torch calls it; None for the usual parts.
            experiment: What is rendered and run again.
            output: The folder where that was trained before.

        Raises:
            UserError: There is no such work or way.
        """
        by_name = {work.name: work for work in WORKS}
        _refuse_unknown("work", works, by_name)
        _refuse_unknown("way", ways, [*(way.name for way in PRESENT), BEFORE])
        chosen = [work for work in WORKS if not works or work.name in works]
        return cls(
            parts=tuple(part for part in PARTS if not parts or part in parts),
            quick=quick,
            rounds=rounds or (QUICK_ROUNDS if quick else ROUNDS),
            works=tuple(map(quick_work, chosen) if quick else chosen),
            ways=tuple(ways),
            against=against,
            data=data,
            device=device,
            experiment=experiment,
            output=output,
        )

    def takes(self, way: str) -> bool:
        """Whether a way is measured.

        Args:
            way: Its name.
        """
        return not self.ways or way in self.ways


def _refuse_unknown(kind: str, names: Iterable[str], known: Iterable[str]) -> None:
    known = list(known)
    for name in names:
        if name not in known:
            listed = ", ".join(f"'{one}'" for one in known)
            raise UserError(f"--{kind} '{name}': there is none{nearest(name, known)}; there are {listed}")
