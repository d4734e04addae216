"""A run in a few sentences in both languages, for a message: its title, who is best, the test accuracy."""

from __future__ import annotations

from dataclasses import dataclass

from reportgen.delivery.share.destinations import CONTROL
from reportgen.delivery.share.finished_run import FinishedRun
from reportgen.errors import UserError
from reportgen.records import run_folder
from reportgen.report.sections.headlines import headlines
from reportgen.report.templates.loading import words_in
from reportgen.report.words import numbers
from reportgen.report.words.catalogue import CHINESE, ENGLISH


@dataclass(frozen=True)
class Summary:
    """A message in plain text.

    Attributes:
        title: One line.
        body: Lines.
    """

    title: str
    body: str


def summarize(run: FinishedRun) -> Summary:
    """Return the headline and the findings of the report's first page.

    Raises:
        UserError: The records are damaged.
    """
    records = run_folder.read(run.folder)
    words = words_in((CHINESE, ENGLISH))
    title = records.description.experiment.settings.title
    titles = {CHINESE: one_line(title.zh_hant), ENGLISH: one_line(title.en)}
    try:
        test_images = sum(records.manifest.data.images_by_class.test)
        with numbers.written_in(words.languages[0], test_images):  # as the report has them
            phrases = headlines(records, words).first_page
    except Exception as error:  # whatever a manifest that does not fit its tables makes a report raise
        raise UserError(
            f"{run.folder}: the run's records do not fit together ({error}); run the experiment again"
        ) from error
    blocks = [
        "\n".join([titles[language], *(f"- {phrase.texts[language].striptags()}" for phrase in phrases)])
        for language in words.languages
    ]
    return Summary(
        title=" / ".join(dict.fromkeys(titles.values())),
        body="\n\n".join([*blocks, f"{words('ui.run').plain()}: {run.experiment}/{run.name}"]),
    )


def one_line(text: str) -> str:
    """Return a text without line breaks and other control characters: a mail's subject is one line."""
    return " ".join(CONTROL.sub(" ", text).split())
