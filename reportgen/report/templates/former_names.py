"""The names that templates and phrases had in an earlier version, which a user's folder may still have."""

from __future__ import annotations

import re
from collections.abc import Collection, Container

_NUMBERED = re.compile(r"sections/\d+-(?P<topic>[a-z-]+)\.html\.j2")
_OTHER_TOPICS = {"test": "test_accuracy"}
_PHRASES = {
    "glance.caption": "answer.caption",
    "glance.caption_bare": "answer.caption_bare",
    "glance.shared": "answer.shared",
    "glance.tuned": "answer.tuned",
    "scores.fact_trials": "verdict.trials",
    "section.appendix_optimizers": "section.optimizers_code",
    "section.appendix_pairs": "section.every_pair",
    "section.scores_all": "section.across_problems",
}
_GONE = """
appendix.trials_caption comparison.loop comparison.results comparison.results_bold
comparison.results_caption_many comparison.results_caption_one conclusions.text count.epoch count.seed
data.samples data.samples_rows finding.difference_changed finding.gain finding.gain_unsure finding.lead_gone
finding.lead_reversed finding.loss finding.no_gain finding.open_both finding.other_winner
finding.same_winner finding.seeds_needed finding.winner_shared finding.winner_tuned scores.profile_no_seed
search.course_caption search.figures section.appendix_trials spoken.Adam_step spoken.SGD spoken.SGD_Momentum
target.extremes target.figure_text test.classes_text test.classes_text_one test.per_class
test.per_class_caption_many test.per_class_caption_many_rows test.per_class_caption_one tuned.log
tuned.log_whole tuned.shapes tuned.text ui.data ui.fourth_appendix ui.generated ui.searched
ui.third_appendix ui.trainings verdict.diverged_pairs_untested verdict.matrix_text
verdict.matrix_text_untested verdict.means verdict.means_bare verdict.needed verdict.no_score_pairs_untested
verdict.text_again
"""
"""Phrases whose sentences reports no longer have."""


def tell_former_phrase(name: str) -> str:
    """Return what became of a phrase of an earlier version, as part of a message; empty for any other.

    Args:
        name: Of a phrase that the program does not have, such as "glance.shared".
    """
    if successor := _PHRASES.get(name):
        return f"exists no longer, {successor} stands in its place"
    return "exists no longer" if name in _GONE.split() else ""


def current_name(path: str, known: Container[str]) -> str:
    """Return what a template is called now.

    Args:
        path: Of a template, such as "sections/3-network-test.html.j2".
        known: The program's own templates by their paths.

    Returns:
        Its path without the number that sections once had in their names, "sections/network_test.html.j2",
        where that is one of the program's own; else the path as it is.
    """
    numbered = _NUMBERED.fullmatch(path)
    if numbered is None:
        return path
    topic = _OTHER_TOPICS.get(numbered["topic"], numbered["topic"].replace("-", "_"))
    name = f"sections/{topic}.html.j2"
    return name if name in known else path


def find_former_names(paths: Collection[str], known: Container[str]) -> dict[str, str]:
    """Return the files of a folder that have a former name: what they are called now, and that name.

    Args:
        paths: The files' paths in the folder.
        known: The program's own templates by their paths.

    Raises:
        ValueError: Two files are the same template; the message names them.
    """
    former: dict[str, str] = {}
    for path in paths:
        name = current_name(path, known)
        if name == path:
            continue
        if name in paths or name in former:
            other = former.get(name, name)
            raise ValueError(f"{path}: is the same template as {other}; take one of the two away")
        former[name] = path
    return former
