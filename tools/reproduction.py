"""Print the tables of docs/reproduction.md from two runs.

python tools/reproduction.py output/as-submitted/latest output/homework/latest
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from reportgen.analysis.results import of_stage
from reportgen.experiment.stages import COMPARISON, TUNED
from reportgen.records import run_folder

# The document's printed figures: training accuracy %, validation accuracy %, and its "loss", which is the
# mean loss with the L2 term, divided by the batch size once more.
DOCUMENT = {
    "SGD": (14.55, 10.28, 0.2347, 0.2497),
    "SGD_Momentum": (20.50, 13.51, 0.1391, 0.1425),
    "Adam": (30.25, 28.53, 0.1210, 0.1204),
}
TUNED_DOCUMENT = (88.43, 43.77, 0.0833, 0.2755)
TUNED_SAVED, TUNED_TEST = 198, 46.52


def as_printed(row: pd.Series) -> tuple[float, float, float, float]:
    """A row of metrics the way the document prints it."""
    return (
        100 * row["training_accuracy"],
        100 * row["validation_accuracy"],
        (row["training_loss"] + row["l2_term"]) / row["batch_size"],
        (row["validation_loss"] + row["l2_term"]) / row["batch_size"],
    )


def cells(values: tuple[float, float, float, float]) -> str:
    """Two percentages and two losses, in Markdown."""
    return f"{values[0]:.2f} % | {values[1]:.2f} % | {values[2]:.4f} | {values[3]:.4f}"


def last_epoch(records: run_folder.RunRecords) -> pd.Series:
    """The last epoch of the tuned setup, with its batch size."""
    tuned = of_stage(records.results, TUNED).iloc[0]
    row = of_stage(records.epochs, TUNED).iloc[-1].copy()
    row["batch_size"] = tuned["batch_size"]
    return row


def submitted_tables(records: run_folder.RunRecords) -> list[str]:
    """The document against the program with its defects."""
    compared = of_stage(records.results, COMPARISON)
    tuned = of_stage(records.results, TUNED).iloc[0]
    lines = [
        "| small comparison | | training accuracy | validation accuracy | training loss | validation loss |"
        " epoch |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for setup, printed in DOCUMENT.items():
        row = compared[compared["setup"] == setup].iloc[0]
        lines.append(f"| {setup} | document | {cells(printed)} | |")
        lines.append(f"| | as-submitted | {cells(as_printed(row))} | {row['best_epoch']:.0f} |")
    last = last_epoch(records)
    return [
        *lines,
        "",
        "| tuned setup | training accuracy, epoch 200 | validation accuracy | training loss |"
        " validation loss | last saved at | test accuracy |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        f"| document | {cells(TUNED_DOCUMENT)} | {TUNED_SAVED} | {TUNED_TEST:.2f} % |",
        f"| as-submitted | {cells(as_printed(last))} | {tuned['best_epoch']:.0f} |"
        f" {100 * tuned['test_accuracy']:.2f} % |",
    ]


def mended_tables(submitted: run_folder.RunRecords, homework: run_folder.RunRecords) -> list[str]:
    """The program with its defects against the right one, in plain units, means over the seeds."""
    lines = [
        "| | program | seeds | network | training accuracy | validation accuracy | validation loss |"
        " best epoch | test accuracy |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    results = submitted.results
    shown = results[results["stage"].isin([COMPARISON, TUNED])]
    for stage, setup in dict.fromkeys(zip(shown["stage"], shown["setup"], strict=True)):
        for name, records in (("as-submitted", submitted), ("homework", homework)):
            found = records.results
            rows = found[(found["stage"] == stage) & (found["setup"] == setup)]
            first, last = rows["best_epoch"].min(), rows["best_epoch"].max()
            label = f"{setup} ({stage})" if name == "as-submitted" else ""
            lines.append(
                f"| {label} | {name} | {len(rows)} | {rows['hidden'].iloc[0]} |"
                f" {rows['training_accuracy'].mean():.2%} | {rows['validation_accuracy'].mean():.2%} |"
                f" {rows['validation_loss'].mean():.4f} |"
                f" {first:.0f}{'' if first == last else f' to {last:.0f}'} |"
                f" {rows['test_accuracy'].mean():.2%} |"
            )
    return lines


def main() -> None:
    """Read both runs and print their tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("submitted", type=Path, help="folder of a run of as-submitted.toml")
    parser.add_argument("homework", type=Path, help="folder of a run of homework.toml")
    arguments = parser.parse_args()
    submitted, homework = run_folder.read(arguments.submitted), run_folder.read(arguments.homework)
    print("\n".join([*submitted_tables(submitted), "", *mended_tables(submitted, homework)]))


if __name__ == "__main__":
    main()
