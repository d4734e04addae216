"""The manual as a reader has it: pages, blocks of code with their marks, and what is in a table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.project import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
SHELLS = ("console", "sh", "bash", "shell")
"""Languages of blocks that hold commands."""
SHORTER = {
    r"epochs = \d+": "epochs = 2",
    r"seeds = \d+": "seeds = 2",
    r"trials = \d+": "trials = 2",
}
"""What makes an experiment train for a second; everything else of it stays."""


@dataclass(frozen=True)
class Block:
    """A block of code. mark: what the comment on the line before it says, nothing where there is none."""

    language: str
    mark: str
    lines: tuple[str, ...]

    def marked(self, kind: str) -> str:
        """What a mark of this kind says, such as the path of "file: mine.toml"."""
        name, _, value = self.mark.partition(":")
        return value.strip() if name == kind else ""

    @property
    def text(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)

    @property
    def commands(self) -> list[str]:
        """The commands of a console block."""
        return [line.removeprefix("$ ") for line in self.lines]


def shortened(experiment: str) -> str:
    """The text of an experiment that trains for a second."""
    for pattern, shorter in SHORTER.items():
        experiment = re.sub(pattern, shorter, experiment)
    return experiment


def named(page: Path) -> str:
    """A page's path in the project."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> Iterator[Block]:
    """The blocks of code of a page."""
    before, language, inside = "", None, []
    for line in page.read_text(encoding="utf-8").splitlines():
        if language is None:
            if fence := re.fullmatch(r"```(\S*).*", line):
                language, inside = fence[1], []
                mark = re.fullmatch(r"<!-- (.*) -->", before)
            before = line
        elif line == "```":
            yield Block(language, mark[1] if mark else "", tuple(inside))
            before, language = line, None
        else:
            inside.append(line)
    assert language is None, f"{named(page)}: a block without an end"


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)


def sections(markdown: str) -> dict[str, str]:
    """The text below each heading."""
    parts = re.split(r"^##+ (.*)$", markdown, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows(section: str) -> dict[str, list[str]]:
    """The cells of a table in Markdown, by the first of them."""
    lines = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    return {line[0]: line[1:] for line in lines[2:]}
