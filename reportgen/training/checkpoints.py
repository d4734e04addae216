"""Where a trial in training stood at the end of an epoch, on disk, so that a killed one can go on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
from torch import Tensor

from reportgen.files.atomic import PARTS, remove_abandoned, write_bytes

SECONDS_BETWEEN = 15.0
SHARE_OF_TIME = 0.02
"""At most this share of the time is spent on writing, however large the network is."""
KEPT = 2
NAME = re.compile(r"(\d{6,})-([0-9a-f]{16})\.safetensors")


@dataclass(frozen=True)
class Checkpoint:
    """All that a training needs to go on from the end of an epoch, to the same bits.

    tensors: by name. plain: numbers and texts, as JSON holds them.
    """

    epoch: int
    tensors: dict[str, Tensor]
    plain: dict[str, Any]


class Checkpoints:
    """The checkpoints of one trial, in a folder of its own; the newest two are kept.

    Nothing in a file is executed when it is read. Its name holds its digest, so that a damaged one is
    noticed and set aside.

    seconds_between: from one to the next, at least; 0 for one after every epoch.
    on_notice: called with a line for the user about what went wrong.
    """

    def __init__(
        self,
        folder: Path,
        *,
        seconds_between: float = SECONDS_BETWEEN,
        on_notice: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.folder = folder
        self.seconds_between = seconds_between
        self.on_notice = on_notice
        self.next_at = time.monotonic() + seconds_between

    @property
    def due(self) -> bool:
        """Whether it is time for the next one."""
        return time.monotonic() >= self.next_at

    def write(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint, whole or not at all; where that fails, training has to go on without."""
        started = time.monotonic()
        content = safetensors.torch.save(
            {name: tensor.cpu().contiguous() for name, tensor in checkpoint.tensors.items()},
            metadata={"reportgen": json.dumps(checkpoint.plain)},
        )
        name = f"{checkpoint.epoch:06d}-{_digest(content)}.safetensors"
        older = self._files()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_bytes(self.folder / name, content)
        except OSError as error:
            self.on_notice(
                f"{self.folder}: no checkpoint can be written ({error.strerror}); training goes on without"
            )
        else:
            for file in older[: 1 - KEPT]:
                file.unlink(missing_ok=True)
        if self.seconds_between:
            now = time.monotonic()
            self.next_at = now + max(self.seconds_between, (now - started) / SHARE_OF_TIME)

    def newest(self) -> Checkpoint | None:
        """The newest checkpoint that is whole; a damaged one is set aside, and said."""
        for file in reversed(self._files()):
            try:
                return _read(file)
            except (OSError, ValueError, KeyError, safetensors.SafetensorError) as error:
                self.on_notice(
                    f"{file}: this checkpoint is damaged ({error}) and set aside; the one before is used"
                )
                with contextlib.suppress(OSError):  # it is not used, whether it can be moved or not
                    file.replace(file.with_suffix(".damaged"))
        return None

    def remove(self) -> None:
        """Delete them all, damaged ones too: the trial has ended."""
        for file in [*self._files(), *self.folder.glob("*.damaged")]:
            file.unlink(missing_ok=True)
        remove_abandoned(self.folder.glob(PARTS))

    def _files(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return sorted(
            (file for file in self.folder.iterdir() if NAME.fullmatch(file.name)),
            key=lambda file: int(file.name.partition("-")[0]),
        )


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _read(file: Path) -> Checkpoint:
    content = file.read_bytes()
    epoch, _, digest = file.stem.partition("-")
    if _digest(content) != digest:
        raise ValueError("its content is not what was written")
    with safetensors.safe_open(file, framework="pt") as opened:
        plain = json.loads(opened.metadata()["reportgen"])
        # copies, because what the file's own memory holds lies as the file has it, not as torch would
        tensors = {name: opened.get_tensor(name).clone() for name in opened.keys()}  # noqa: SIM118
    return Checkpoint(int(epoch), tensors, plain)
