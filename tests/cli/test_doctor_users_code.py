"""What `doctor` says of bubblewrap: there and working, there and forbidden, or not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reportgen.cli.doctor import guarded_code
from reportgen.user_code.bubblewrap import find_bubblewrap

WITHOUT = "without it, limits keep users' code from accidents, not from malice"


@pytest.fixture(autouse=True)
def _looked_for_anew() -> Iterator[None]:
    find_bubblewrap.cache_clear()
    yield
    find_bubblewrap.cache_clear()


@pytest.mark.parametrize(
    ("program", "line"),
    [
        ("exit 0", "ok       bubblewrap keeps users' code from the network and from all files but its own"),
        ("exit 1", f"missing  bubblewrap that works: it is not allowed here; {WITHOUT}"),
        (None, f"missing  bubblewrap: apt-get install bubblewrap (Linux alone has it); {WITHOUT}"),
    ],
)
def test_doctor_tries_bubblewrap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str | None, line: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if program is not None:
        (tmp_path / "bwrap").write_text(f"#!/bin/sh\n{program}\n", encoding="utf-8")
        (tmp_path / "bwrap").chmod(0o755)
    finding = guarded_code()
    assert finding.line == line
    assert not finding.needed or finding.ok
