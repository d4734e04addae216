"""Print the tables of docs/results.md from the runs they are about: python tools/results.py RUN_DIR ..."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from reportgen.analysis.comparison import compare
from reportgen.analysis.intervals import mean_interval
from reportgen.analysis.pairs import Lost
from reportgen.analysis.results import finished, of_stage, scores
from reportgen.errors import UserError
from reportgen.experiment.stages import COMPARISON, EQUALLY_TUNED, TUNED
from reportgen.records import run_folder

DOCUMENT = 0.4652
"""The test accuracy of the homework's document, to be passed early in training."""


def main() -> int:
    """Print the tables of every run named on the command line."""
    if not sys.argv[1:]:
        print("usage: python tools/results.py RUN_DIR ...", file=sys.stderr)
        return 2
    for name in sys.argv[1:]:
        try:
            records = run_folder.read(Path(name).resolve())
        except UserError as error:
            print(f"results.py: error: {error}", file=sys.stderr)
            return 1
        print(f"### {records.description.experiment.name}\n")
        print("\n\n".join(tables(records)), end="\n\n")
    return 0


def tables(records: run_folder.RunRecords) -> Iterator[str]:
    """The tables of one run, as Markdown."""
    results = records.results
    for stage, title in ((COMPARISON, "shared settings"), (EQUALLY_TUNED, "each tuned")):
        rows = of_stage(results, stage)
        if len(rows):
            yield comparison(rows, title)
    tuned = finished(of_stage(results, TUNED))
    if len(tuned):
        yield tuned_table(tuned, of_stage(records.epochs, TUNED))


def comparison(rows: pd.DataFrame, title: str) -> str:
    """Test accuracy by optimizer, with intervals and the verdicts of all pairs."""
    found = compare(scores(rows), metric="test_accuracy", lost=Lost.DIVERGED)
    lines = [
        f"Test accuracy, {title} ({rows['seed'].nunique()} seeds): {found.standings[0].text(found.lost)}",
        "",
        "| optimizer | learning rate | mean test accuracy | 95 % interval | diverged |",
        "| --- | --- | --- | --- | --- |",
    ]
    rates = rows.groupby("setup")["learning_rate"].first()
    lines += [
        f"| {row['optimizer']} | {rates[row['optimizer']]:g} | {row['mean']:.2%} |"
        f" {row['low']:.2%} to {row['high']:.2%} | {row['unscored']} of {row['trials']} |"
        for row in found.summaries.to_dict("records")
    ]
    lines += [
        "",
        "| pair | difference, points | interval (Holm) | p (Holm) | verdict |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {pair.first} - {pair.second} | {100 * pair.difference:+.2f} |"
        f" {100 * pair.low:+.2f} to {100 * pair.high:+.2f} | {pair.p_corrected:.3f} | {pair.verdict} |"
        for pair in found.pairs
    ]
    return "\n".join(lines)


def tuned_table(tuned: pd.DataFrame, epochs: pd.DataFrame) -> str:
    """The tuned setup's test accuracy, and when its validation accuracy passed the document's figure."""
    accuracy = tuned["test_accuracy"].to_numpy(dtype=float)
    interval = mean_interval(accuracy)
    passed = epochs[epochs["validation_accuracy"] > DOCUMENT].groupby("seed")["epoch"].min()
    reached = (
        f"{passed.min()} to {passed.max()}"
        if len(passed) == len(tuned)
        else f"in {len(passed)} of {len(tuned)} trials"
    )
    seconds = tuned["seconds"] / tuned["epochs"]
    row = tuned.iloc[0]
    return "\n".join(
        [
            "| tuned setup | seeds | mean test accuracy | 95 % interval | lowest, highest | best epoch |"
            f" validation above {DOCUMENT:.2%} from epoch | seconds an epoch |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
            f"| {row['optimizer']}, {row['hidden']} | {len(tuned)} | {accuracy.mean():.2%} |"
            f" {interval.low:.2%} to {interval.high:.2%} | {accuracy.min():.2%}, {accuracy.max():.2%} |"
            f" {tuned['best_epoch'].min():.0f} to {tuned['best_epoch'].max():.0f} | {reached} |"
            f" {seconds.min():.3g} to {seconds.max():.3g} |",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
