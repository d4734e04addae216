"""A schedule as a workflow file for a CI service, where the machine itself has no timer."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from reportgen.delivery.schedule.rerun import share_arguments
from reportgen.delivery.schedule.schedules import Place, Schedule
from reportgen.delivery.share.secrets import names_in


def workflow(place: Place, schedule: Schedule) -> str:
    """The workflow, as GitHub, Gitea and Forgejo read it. A CI service's times are UTC."""
    experiment = _in_checkout(schedule.experiment)
    run = ["run", experiment, "--fresh", "--output", "output", *schedule.options]
    steps = [
        "      - uses: actions/checkout@v4",
        "      - uses: actions/setup-python@v5",
        '        with: { python-version: "3.12" }',
    ]
    if "--no-pdf" not in schedule.options:
        steps.append("      - run: sudo tools/system-packages report")
    steps.append("      - run: pip install -c constraints.txt .")
    steps.append(_step(run))
    for target in schedule.share:
        # also where the run's exit code tells of a drop
        steps.append(_step(share_arguments(schedule, f"output/{Path(experiment).stem}/latest", target)))
        steps.append("        if: always()")
        if names := names_in(target):
            steps.append("        env:")
            steps += [f"          {name}: ${{{{ secrets.{name} }}}}" for name in names]
    return "\n".join(
        [
            f"name: {json.dumps(f'reportgen {place.name}')}",
            "on:",
            "  schedule:",
            f"    - cron: {json.dumps(schedule.cron)} # in UTC",
            "  workflow_dispatch:",
            f"concurrency: {place.mark} # never two at once",
            "jobs:",
            "  rerun:",
            "    runs-on: ubuntu-latest",
            "    steps:",
            *steps,
            "      - uses: actions/upload-artifact@v4",
            "        if: always()",
            "        with: { name: output, path: output }",
            "",
        ]
    )


def _step(arguments: list[str]) -> str:
    """A step that calls reportgen; JSON's quotes are YAML's."""
    return f"      - run: {json.dumps('reportgen ' + shlex.join(arguments), ensure_ascii=False)}"


def _in_checkout(experiment: str) -> str:
    """The experiment's path from this folder, as it is taken to be the checkout's."""
    path = Path(experiment)
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else path.name
