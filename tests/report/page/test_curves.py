"""Figures of curves as instruments, in a real browser and against metrics.csv read by pandas."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from reportgen.records.run_folder import TO_THE_LAST_DIGIT
from reportgen.report.words import numbers
from tests.helpers.axe import axe_findings
from tests.helpers.browser import (
    choose,
    click,
    needs_browser,
    screen,
    scripts,
    shown,
    system_theme,
    webdriver,
)
from tests.helpers.instruments import (
    ACCURACY,
    LOSS,
    drawn,
    move,
    point,
    press,
    readout,
    slider,
    ticks,
    with_curves,
)

pytestmark = needs_browser
TEST_IMAGES = 500
"""Of the small run: with so many, shares in per cent have one decimal."""


@pytest.fixture
def page(page: webdriver.Chrome) -> webdriver.Chrome:
    return with_curves(page)


@pytest.fixture(scope="module")
def metrics(tiny_run: Path) -> pd.DataFrame:
    table: pd.DataFrame = pd.read_csv(tiny_run / "metrics.csv", **TO_THE_LAST_DIGIT)
    return table[table["stage"] == "comparison"]


def mean(metrics: pd.DataFrame, setup: str, column: str, epoch: int) -> tuple[str, str]:
    """The mean over seeds at an epoch with its interval, as the report writes both."""
    rows = metrics[(metrics["setup"] == setup) & (metrics["epoch"] == epoch)]
    values = rows[column].to_numpy()
    reach = stats.t.ppf(0.975, len(values) - 1) * stats.sem(values)
    write = numbers.percent if column.endswith("accuracy") else numbers.loss
    low, high = values.mean() - reach, values.mean() + reach
    if column.endswith("accuracy"):
        low, high = max(0.0, low), min(1.0, high)
    with numbers.written_in("en", TEST_IMAGES):
        return write(values.mean()), f"[{write(low)}, {write(high)}]"


# ---------------------------------------------------------------- values


def test_every_curve_is_read_off_at_the_pointer(page: webdriver.Chrome, metrics: pd.DataFrame) -> None:
    """The means and intervals of pandas and SciPy, written as in the report's tables."""
    for figure, metric in ((LOSS, "loss"), (ACCURACY, "accuracy")):
        for epoch, share in ((1, 0.1), (2, 0.45), (3, 0.9)):
            point(page, figure, share, panel=epoch % 2)
            head, *rows = readout(page, figure)
            assert head == [f"週期 Epoch {epoch}", "訓練 Training", "驗證 Validation"]
            assert [row[0] for row in rows] == ["SGD", "SGD_Momentum", "Adam"]
            for setup, *cells in rows:
                parts = [f"{part}_{metric}" for part in ("training", "validation")]
                assert cells == [" ".join(mean(metrics, setup, part, epoch)) for part in parts]


def test_arrow_keys_move_and_are_announced_in_the_languages_shown(page: webdriver.Chrome) -> None:
    from selenium.webdriver.common.keys import Keys

    plots = slider(page, ACCURACY)
    page.execute_script("arguments[0].focus()", plots)
    assert plots.aria_role == "slider"
    for pressed, epoch in ((Keys.HOME, 1), (Keys.ARROW_RIGHT, 2), (Keys.END, 3), (Keys.ARROW_LEFT, 2)):
        plots.send_keys(pressed)
        assert plots.get_attribute("aria-valuenow") == str(epoch)
    for language, words in (("zh", ("週期", "訓練")), ("en", ("Epoch", "Training"))):
        choose(page, f"show-{language}")
        plots.send_keys(Keys.ARROW_LEFT)
        _, (setup, value, _), *_ = readout(page, ACCURACY)
        said = page.execute_script("return document.querySelector('[aria-live=polite]').innerText")
        assert said.startswith(f"{words[0]} 1. {words[1]}: {setup} {value}, SGD_Momentum ")
        assert plots.get_attribute("aria-valuetext") == f"{words[0]} 1"
        assert plots.accessible_name.startswith(
            {"zh": "各曲線的數值 圖", "en": "Values of the curves Fig"}[language]
        )


def test_numbers_are_written_as_the_tables_write_them(page: webdriver.Chrome) -> None:
    """Against words/numbers.py, halves and other hard cases among them."""
    values = [0.0, 0.5, 0.96125, 0.961375, 1.0, 2.5e-5, 0.00125, 12.34565, 3.00005, 123456.5, 1e-7, 2 / 3]
    written: dict[str, Callable[[float], str]] = {
        "percent": numbers.percent,
        "loss": numbers.loss,
        "two_digits": numbers.two_digits,
        "score": numbers.Unit(share=False).value,
    }
    for kind, write in written.items():
        found = page.execute_script(
            "return arguments[0].map(value => curveNumbers.write(value, {written: arguments[1]}, false))",
            values, kind,
        )  # fmt: skip
        with numbers.written_in("en", TEST_IMAGES):
            assert found == [write(value) for value in values], kind


# ---------------------------------------------------------------- what is drawn


def test_seeds_or_their_band(page: webdriver.Chrome, metrics: pd.DataFrame) -> None:
    trials = metrics.groupby(["setup", "seed"]).ngroups
    assert (len(drawn(page, LOSS, "band")), len(drawn(page, LOSS, "seed"))) == (6, 0)
    press(page, LOSS, "Single seeds")
    assert (len(drawn(page, LOSS, "band")), len(drawn(page, LOSS, "seed"))) == (0, 2 * trials)
    assert len(set(drawn(page, LOSS, "seed"))) == 2 * trials, "each is another line"
    assert len(drawn(page, ACCURACY, "seed")) == 0, "each figure by itself"
    press(page, LOSS, "Single seeds")
    assert len(drawn(page, LOSS, "band")) == 6


def test_linear_or_logarithmic(page: webdriver.Chrome) -> None:
    before = ticks(page, LOSS, "end")
    assert np.ptp(np.diff(before)) == pytest.approx(0, abs=1e-9)
    press(page, LOSS, "Log scale")
    after = ticks(page, LOSS, "end")
    assert len(after) > 1
    assert {float(f"{value:e}".split("e")[0]) for value in after} <= {1, 2, 5}
    height = "return arguments[0].map(n => document.querySelectorAll(arguments[1])[n].getAttribute('y') - 4)"
    labels = f"{LOSS} .plot:first-child .grid [text-anchor=end]"
    tops = page.execute_script(height, list(range(len(after))), labels)
    pixels = np.diff(tops) / np.diff(np.log(after))
    assert np.ptp(pixels) < 1, "equal ratios lie equally far apart"
    press(page, LOSS, "Log scale")
    assert ticks(page, LOSS, "end") == before


def test_relative_to_an_optimizer(page: webdriver.Chrome, metrics: pd.DataFrame) -> None:
    from selenium.webdriver.support.ui import Select

    choice = page.find_element("css selector", f"{ACCURACY} select")
    page.execute_script("arguments[0].scrollIntoView({block: 'center'})", choice)
    Select(choice).select_by_visible_text("SGD")
    head, *rows = readout(page, ACCURACY)
    assert head[1] == "訓練 Training （百分點） (percentage points)"
    table = metrics[metrics["epoch"] == metrics["epoch"].max()].pivot(
        index="seed", columns="setup", values=["training_accuracy", "validation_accuracy"]
    )
    for setup, *cells in rows:
        for part, cell in zip(("training_accuracy", "validation_accuracy"), cells, strict=True):
            differences = table[part][setup] - table[part]["SGD"]
            middle, reach = differences.mean(), stats.t.ppf(0.975, 1) * stats.sem(differences)
            written = re.fullmatch(r"([+−]?[\d.]+) \[([+−]?[\d.]+), ([+−]?[\d.]+)\]", cell)
            assert written, cell
            ends = [float(end.replace("−", "-")) for end in written.groups()]
            expected = [100 * end for end in (middle, middle - reach, middle + reach)]
            assert ends == pytest.approx(expected, abs=0.0501)  # to one decimal
    assert min(ticks(page, ACCURACY, "end")) <= 0 <= max(ticks(page, ACCURACY, "end"))
    Select(choice).select_by_value("")
    assert readout(page, ACCURACY)[0][1] == "訓練 Training"


def test_drag_zooms_and_a_double_click_shows_the_whole(page: webdriver.Chrome) -> None:
    from selenium.webdriver.common.keys import Keys

    whole = ticks(page, LOSS, "middle")
    assert (whole[0], whole[-1]) == (1, 3)
    chain = move(page, LOSS, 0.3).click_and_hold()
    chain.move_by_offset(230, 0).release().perform()
    assert ticks(page, LOSS, "middle") == [2, 3]
    plots = slider(page, LOSS)
    plots.send_keys(Keys.HOME)
    assert plots.get_attribute("aria-valuenow") == "2", "the keys stay in sight"
    move(page, LOSS, 0.5).double_click().perform()
    assert ticks(page, LOSS, "middle") == whole
    plots.send_keys(Keys.END, "+")
    assert ticks(page, LOSS, "middle")[0] > 1
    plots.send_keys("0")
    assert ticks(page, LOSS, "middle") == whole


# ---------------------------------------------------------------- curves picked for all figures


def opacities(page: webdriver.Chrome, number: int) -> set[str]:
    script = "return [...document.querySelectorAll(arguments[0])].map(e => getComputedStyle(e).opacity)"
    return set(page.execute_script(script, f"figure .series-{number}"))


def test_a_curve_is_picked_once_for_all_figures(page: webdriver.Chrome) -> None:
    slider(page, LOSS)
    page.execute_async_script("setTimeout(arguments[0], 100)")
    assert shown(page, ".strip-of-curves") == [True]
    names = page.find_elements("css selector", ".strip-of-curves button")
    assert [name.text for name in names] == ["SGD", "SGD_Momentum", "Adam"]
    curves = [page.find_elements("css selector", f"{LOSS} .plot > svg > .series-{n}") for n in range(3)]
    assert [len(each) for each in curves] == [2, 2, 2], "in both panels"
    still = "document.querySelectorAll('[class^=series]').forEach(e => { e.style.transition = 'none' })"
    page.execute_script(still)
    names[1].click()
    point(page, LOSS, 0.5)
    page.execute_script(still + "; document.activeElement.blur()")
    assert [opacities(page, n) for n in range(3)] == [{"0.1"}, {"1"}, {"0.1"}]
    assert [name.get_attribute("aria-pressed") for name in names] == ["false", "true", "false"]
    press(page, LOSS, "Single seeds")
    page.execute_script(still)
    assert [opacities(page, n) for n in range(3)] == [{"0.1"}, {"1"}, {"0.1"}]
    click(page, ".display summary")
    assert page.find_element("id", "curve-1").accessible_name == "SGD_Momentum"
    choose(page, "curve-1")
    page.execute_script(still)
    assert [opacities(page, n) for n in range(3)] == [{"1"}] * 3
    page.execute_script("document.querySelector('h1').scrollIntoView()")
    page.execute_async_script("setTimeout(arguments[0], 100)")
    assert shown(page, ".strip-of-curves") == [False]


def test_a_curve_stands_out_while_its_name_has_the_keyboard(page: webdriver.Chrome) -> None:
    from selenium.webdriver.common.keys import Keys

    slider(page, LOSS)
    page.execute_async_script("setTimeout(arguments[0], 100)")
    page.execute_script(
        "document.querySelectorAll('[class^=series]').forEach(e => { e.style.transition = 'none' })"
    )
    first = page.find_element("css selector", ".strip-of-curves [data-curve='0']")
    page.execute_script("arguments[0].focus()", first)
    first.send_keys(Keys.TAB)
    assert [opacities(page, n) for n in range(3)] == [{"0.1"}, {"1"}, {"0.1"}]
    page.switch_to.active_element.send_keys(Keys.SPACE, Keys.TAB)
    assert [opacities(page, n) for n in range(3)] == [{"0.1"}, {"1"}, {"1"}]


# ---------------------------------------------------------------- other readers


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_at_an_instrument(page: webdriver.Chrome, theme: str) -> None:
    from selenium.webdriver.support.ui import Select

    system_theme(page, theme)
    slider(page, ACCURACY).send_keys("+")
    press(page, ACCURACY, "Single seeds")
    Select(page.find_element("css selector", f"{ACCURACY} select")).select_by_visible_text("Adam")
    assert axe_findings(page, ACCURACY) == []
    page.execute_script(
        "document.querySelector(arguments[0]).removeAttribute('aria-labelledby')", f"{ACCURACY} .plots"
    )
    assert [rule for rule, *_ in axe_findings(page, ACCURACY)] == ["aria-input-field-name"]


def test_on_a_phone_a_finger_reads_values_off(page: webdriver.Chrome) -> None:
    screen(page, 390, 844)
    page.refresh()
    with_curves(page)
    tops = "return [...document.querySelectorAll(arguments[0])].map(e => e.getBoundingClientRect().toJSON())"
    first, second = page.execute_script(tops, f"{LOSS} .plot")
    assert second["top"] >= first["bottom"], "panels stand above each other"
    assert first["left"] >= 0
    assert first["right"] <= 390
    slider(page, LOSS)
    axes = page.execute_script(tops, f"{LOSS} .plot .axes")[0]
    for epoch, share in ((1, 0.1), (3, 0.9)):
        at = {"x": axes["left"] + share * axes["width"], "y": axes["top"] + 20}
        for kind, points in (("touchStart", [at]), ("touchEnd", [])):
            page.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        assert readout(page, LOSS)[0][0] == f"週期 Epoch {epoch}"
    width, inner = page.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
    assert width <= inner


def test_without_scripts_the_drawings_stand_there(browser: webdriver.Chrome, tiny_run: Path) -> None:
    scripts(browser, run=False)
    try:
        browser.get((tiny_run / "report.html").as_uri())
        assert shown(browser, f"{LOSS} > [role=img] > svg") == [True]
        assert browser.find_elements("css selector", ".instrument, .strip-of-curves") == []
    finally:
        scripts(browser, run=True)


def test_paper_has_the_drawings_too(page: webdriver.Chrome) -> None:
    assert shown(page, f"{LOSS} .still") == [False], "one of the two stands there"
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert shown(page, f"{LOSS} .still") == [True]
        assert not any(shown(page, ".instrument, .strip-of-curves, .bar, .beside"))
    finally:
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
