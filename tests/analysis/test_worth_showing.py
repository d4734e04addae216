"""What shows nothing is told apart from what does, at the borders that the rules name."""

from __future__ import annotations

from reportgen.analysis import worth_showing as rules


def test_weights_that_hardly_turned_show_nothing() -> None:
    assert rules.weights_show_something(0.89)
    assert not rules.weights_show_something(0.9)


def test_a_target_that_guessing_reaches_shows_nothing() -> None:
    assert not rules.target_shows_something(0.18, [10] * 10)  # three standard errors of 3 points above 10%
    assert rules.target_shows_something(0.20, [10] * 10)
    assert not rules.target_shows_something(0.20, [20, *[8] * 10])


def test_the_course_of_a_grid_is_the_figure_of_its_rates_again() -> None:
    assert not rules.course_shows_something("grid", halving=False)
    assert rules.course_shows_something("random", halving=False)
    assert not rules.course_shows_something("optuna", halving=True)
