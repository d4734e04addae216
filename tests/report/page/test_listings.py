"""Code in the HTML in a real browser: copied as it is, folded, its indentation kept where lines break."""

from __future__ import annotations

from pathlib import Path

from tests.helpers.browser import click, needs_browser, screen, scripts, webdriver

pytestmark = needs_browser


def lines_shown(page: webdriver.Chrome, listing: str) -> int:
    script = (
        "return [...document.querySelectorAll(`#${arguments[0]} .line`)]"
        ".filter(e => e.checkVisibility({contentVisibilityAuto: true}) && e.offsetHeight > 0).length"
    )
    return int(page.execute_script(script, listing))


def test_copied_code_is_the_code(page: webdriver.Chrome) -> None:
    import inspect

    from reportgen.nn.layers import ReLU

    page.execute_script("navigator.clipboard.writeText = async text => { window.copied = text; };")
    button = click(page, "#listing-relu .copy")
    assert button.text == "已複製 Copied"
    assert page.find_element("css selector", "[role=status]").get_attribute("textContent").strip()
    lines = inspect.getsource(ReLU).rstrip("\n").split("\n")
    assert page.execute_script("return window.copied").split("\n") == lines
    page.execute_script(
        "navigator.clipboard.writeText = async () => { throw new Error('no') };"
        "document.execCommand = name => { window.fallback = [name, document.activeElement.value] };"
    )
    click(page, ".command .copy")
    page.execute_async_script("setTimeout(arguments[0], 50)")
    assert page.execute_script("return window.fallback") == ["copy", "reportgen run tiny.toml"]


def long_listing(page: webdriver.Chrome) -> tuple[str, int]:
    """The longest listing, and how many lines it has."""
    found = page.execute_script(
        "const count = e => e.querySelectorAll('.line').length;"
        "const [longest] = [...document.querySelectorAll('.listing')].sort((a, b) => count(b) - count(a));"
        "return [longest.id, count(longest)]"
    )
    assert found[1] > 24
    return found[0], found[1]


def test_long_code_is_folded_and_unfolds(page: webdriver.Chrome) -> None:
    listing, lines = long_listing(page)
    assert lines_shown(page, listing) == 12
    button = page.find_element("css selector", f"#{listing} .fold")
    assert (button.aria_role, button.get_attribute("aria-expanded")) == ("button", "false")
    assert button.text == f"展開全部 {lines} 行 Show all {lines} lines"
    click(page, f"#{listing} .fold")
    assert lines_shown(page, listing) == lines
    assert button.get_attribute("aria-expanded") == "true"
    page.execute_script("arguments[0].scrollIntoView({block: 'end'})", button)
    button.click()
    assert lines_shown(page, listing) == 12
    assert page.execute_script("return arguments[0].getBoundingClientRect().top", button) > 0, (
        "still in sight"
    )


def test_folded_code_is_copied_found_and_printed_whole(page: webdriver.Chrome) -> None:
    listing, lines = long_listing(page)
    page.execute_script("navigator.clipboard.writeText = async text => { window.copied = text; };")
    click(page, f"#{listing} .copy")
    assert page.execute_script("return window.copied").count("\n") == lines - 1
    printed = []
    for _ in ("folded", "unfolded", "folded again"):
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        printed.append(lines_shown(page, listing))
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
        click(page, f"#{listing} .fold")
    assert len(set(printed)) == 1, "a fold is for the screen"
    assert printed[0] > 12
    click(page, f"#{listing} .fold")
    assert lines_shown(page, listing) == 12
    page.execute_script(
        "document.querySelector(`#${arguments[0]} .line:last-child`)"
        ".dispatchEvent(new Event('beforematch', { bubbles: true }))",
        listing,
    )
    assert lines_shown(page, listing) == lines, "as a browser does that finds a word there"


def test_without_scripts_code_is_open(browser: webdriver.Chrome, tiny_run: Path) -> None:
    scripts(browser, run=False)
    try:
        browser.get((tiny_run / "report.html").as_uri())
        listing, lines = long_listing(browser)
        assert lines_shown(browser, listing) == lines
    finally:
        scripts(browser, run=True)


def test_a_broken_line_goes_on_below_its_own_beginning(page: webdriver.Chrome) -> None:
    screen(page, 390, 844)
    broken = page.execute_script(
        """
        return [...document.querySelectorAll('pre.code .line')].map(line => {
          const text = line.textContent, range = document.createRange();
          const walk = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
          const places = [];
          for (let node; node = walk.nextNode();) for (let at = 0; at < node.length; at++) {
            range.setStart(node, at); range.setEnd(node, at + 1);
            const { left, top } = range.getBoundingClientRect();
            places.push([Math.round(top), left]);
          }
          const first = places[text.length - text.trimStart().length];
          const further = places.filter(([top]) => first && top > first[0] + 5).map(([, left]) => left);
          return [first?.[1], Math.min(...further)];
        }).filter(([, least]) => Number.isFinite(least))
        """
    )
    assert len(broken) > 5
    assert [pair for pair in broken if pair[1] < pair[0] - 1] == []
