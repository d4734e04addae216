"""What was assumed in reading a table, and what the table is: said on the terminal, and by the report."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any, Self

TEXTS = {
    # what a file is
    "is_form": "{file} is {form}",
    "both": "{first}, {second}",
    "csv": "CSV parted by {marks}",
    "tabs": "tabs",
    "semicolons": "semicolons",
    "bars": "bars",
    "blanks": "blanks",
    "encoded": "in {encoding}",
    "packed": "packed by {packer}",
    "utf_16_unmarked": "UTF-16 without a mark",
    "windows_1252": "Windows-1252, since it is not UTF-8",
    "json_lines": "JSON lines",
    "json_records": "JSON records",
    "json_records_under": "JSON records under {key}",
    "json_records_by_optimizer": "JSON records by optimizer",
    "json_records_by_name": "JSON records by name",
    "json_row_by_row": "JSON rows",
    "json_columns": "JSON columns",
    "json_of_pandas": "JSON as pandas writes it",
    "json_by": "JSON by {levels}",
    "json_by_run": "JSON by run",
    "json_lists": "JSON lists by optimizer",
    "parquet": "Parquet",
    "benchopt": "benchopt's results",
    "tensorboard": "a folder of TensorBoard",
    "mlflow_table": "MLflow's table of runs",
    "mlflow_folder": "MLflow's folder of runs",
    "wandb_table": "W&B's table of runs",
    "wandb_chart": "W&B's chart",
    "own_run": "the run {name}",
    "own_report": "the report of a run",
    "own_comparison": "the report of the table {name}",
    # which column is what
    "optimizer": "optimizer is the column {column}",
    "seed": "seed is the column {column}",
    "problem": "problem is the column {column}",
    "problems": "problem is the columns {columns} together",
    "and": "{first} and {second}",
    "quoted": '"{name}"',
    "nameless": "without a name",
    "seed_first": "seed is the first column, {column}",
    "seeds": "seeds are the columns {columns}",
    "optimizers": "optimizers are the columns {columns}",
    "file_is_optimizer": "a file is an optimizer",
    "metric": 'the metric is the column "{metric}"{why}',
    "metric_of_several": 'the metric is the column "{metric}"{why} (there are {others} too)',
    "of_test": ", the one of the test",
    "not_of_training": ", the one not of training",
    "neither": ", the one neither of training nor of validation",
    "metric_before_seeds": "the metric is {metric}, which stands before the seeds",
    "metric_of_file": 'the metric is "{metric}", as the file is called',
    "scores": "the numbers are scores, better when higher",
    "names_in_comment": "the columns' names are those in a line of comment",
    # seeds and runs
    "run_names": "optimizer and seed are told by the runs' names: {run} is {optimizer} with seed {seed}",
    "run_names_problem": "optimizer and seed are told by the runs' names: {run} is {optimizer} with seed"
    " {seed} on {problem}",
    "runs_are_optimizers": "the runs' names are the optimizers, several runs have each",
    "runs_without_seeds": "the runs have no seeds, and none of them is paired with another",
    "no_seeds": "there is no column of seeds, so that no trial is paired with another",
    "no_seed_in_common": "the optimizers have no seed in common, so that no trial is paired with another",
    "repetitions_apart": "a repetition of one solver has nothing in common with those of others",
    "lists_are_trainings": "each score of a list is a training of its own",
    # epochs
    "epoch": 'epoch is the column "{column}"',
    "is_epoch": "{column} is the epoch",
    "step_is_epoch": "a step is an epoch",
    "points_are_epochs": "the points of a curve, in the order of {column}, are its epochs",
    "mean_of_steps": "a value of the chart is the mean of several steps",
    "last_epoch": "each trial counts at its last epoch, {span}",
    "span": "{first} to {last}",
    "early": "{early} of {trials} trials end before the last epoch of their problem",
    "lost": "{lost} of {trials} trials have no score {when}",
    "at_last": "at their last epoch",
    "at_epoch": "at epoch {epoch}",
    "at_that": "at that epoch",
    "best_epoch": 'each trial counts at the first epoch where "{column}" is {extreme}{flattering}',
    "highest": "highest",
    "lowest": "lowest",
    "flattered_by_metric": ", which chooses by what is compared and flatters every optimizer",
    "flattered_by_test": ", which chooses by the test and flatters every optimizer",
    # scores
    "decimal_commas": 'the commas in column "{column}" are decimal commas',
    "percentages": 'the percentages in column "{column}" are read as shares of 1 ({percent} % is {share})',
    "shares": 'the numbers in column "{column}" are read as shares of 1, since none is above 1',
    "empty_cells": "{empty} empty cells are trials without a score",
    "worse_without": "a trial without a score is worse than any that has one (there are {lost})",
    # what is left out
    "comments": "left out as comments, since they begin with #: lines {lines}",
    "rows_left_out": "left out, since they sum others up: rows with seed {seeds}",
    "columns_left_out": "left out, since they sum others up: columns {columns}",
    "unfinished": "runs that are not {finished} are left out: {runs}",
    "attachments": "a PDF's attachments are taken as they are: whether they are genuine says"
    " `reportgen verify`",
}
"""By key; the report's catalogue has the same sentences under `[read_note]`, in both languages."""
DEEPEST = 30
"""So many notes at most stand in one another: a name for each column that makes a problem, say."""


class Note(str):
    """A sentence in English, or a part of one, which can be said in other languages too.

    Attributes:
        key: Of TEXTS.
        values: What is filled in: texts, numbers, other notes.
    """

    __slots__ = ("key", "values")
    key: str
    values: Mapping[str, Any]

    def __new__(cls, key: str, /, **values: Any) -> Self:
        """Return the sentence of a key with these values in it."""
        made = super().__new__(cls, TEXTS[key].format(**values))
        made.key, made.values = key, values
        return made


def join(parts: list[Note], key: str) -> Note:
    """Return parts as one, two by two.

    Args:
        parts: At least one.
        key: Of a text with `first` and `second` in it.
    """
    whole, *further = parts
    for part in further:
        whole = Note(key, first=whole, second=part)
    return whole


def as_json(value: Any) -> Any:
    """Return what JSON can hold of a note, or of a value in one.

    Args:
        value: The note or the value.
    """
    if isinstance(value, Note):
        return {"key": value.key, "values": {name: as_json(inner) for name, inner in value.values.items()}}
    return value


def from_json(value: Any, depth: int = 0) -> Note:
    """Return the note that `as_json` was given.

    Args:
        value: Of anyone's JSON.
        depth: In how many notes it stands.

    Raises:
        ValueError: It is none.
    """
    key, values = value["key"], value["values"]
    expected = {name for _, name, _, _ in string.Formatter().parse(TEXTS[key]) if name}
    if depth > DEEPEST or set(values) != expected:
        raise ValueError
    made: dict[str, Any] = {}
    for name, inner in values.items():
        if isinstance(inner, dict):
            made[name] = from_json(inner, depth + 1)
        elif isinstance(inner, str | int | float):
            made[name] = inner
        else:
            raise ValueError
    return Note(key, **made)
