"""How much processor time a process has used, with all that it has started."""

from __future__ import annotations

from pathlib import Path

PROCESSES = Path("/proc")


def processor_time(process: int | None) -> int | None:
    """Return the processor time of a process and of those that it has started, in the system's ticks.

    Args:
        process: Its number.

    Returns:
        A number that stands still only where none of them computes; None where the system does not tell.
    """
    ticks, known = 0, False
    numbers = [process]
    while numbers:
        folder = PROCESSES / str(numbers.pop())
        try:
            # behind the name, which may hold anything: state, parent, ...; see proc_pid_stat(5)
            fields = (folder / "stat").read_bytes().rpartition(b")")[2].split()
            children = [path.read_text(encoding="ascii").split() for path in folder.glob("task/*/children")]
        except OSError:
            continue
        if not children:  # a system that tells of no children: they may be what computes
            return None
        known = True
        ticks += sum(map(int, fields[11:15]))  # its own, and that of what it has started and has ended
        numbers += [int(child) for of_thread in children for child in of_thread]
    return ticks if known else None
