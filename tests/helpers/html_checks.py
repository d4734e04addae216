"""Checks of a report's HTML as a file: functions from a file to findings, one line each."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

LARGEST = 1_500_000
BESIDE = re.compile(r"[\w.-]+\.(?:pdf|csv)")
"""A file beside the page, which a link opens and no page needs."""
ADDRESSES = {"src", "href", "xlink:href", "srcset", "poster", "data", "action", "background"}


class Page(HTMLParser):
    """What the checks ask a page about."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.labels: list[str] = []
        self.undescribed: list[str] = []
        self.policy = ""
        self.inside = ""
        self.styles = ""
        self.depth_described = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.inside = tag
        self.addresses += [value for name, value in given.items() if name in ADDRESSES]
        self.styles += given.get("style", "") + given.get("clip-path", "")
        self.ids += [given["id"]] if "id" in given else []
        for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
            self.labels += given.get(name, "").split()
        if given.get("http-equiv", "").lower() == "content-security-policy":
            self.policy = given["content"]
        if (
            tag == "img"
            and not given.get("alt")
            and given.get("role") != "presentation"
            and "alt" not in given
        ):
            self.undescribed.append(tag)
        if tag == "div" and (
            self.depth_described or (given.get("role") in ("img", "math") and given.get("aria-label"))
        ):
            self.depth_described += 1
        named = given.get("aria-label") or self.depth_described
        if tag == "svg" and not named and given.get("aria-hidden") != "true":
            self.undescribed.append(tag)

    def handle_data(self, data: str) -> None:
        if self.inside == "style":
            self.styles += data

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""
        if tag == "div" and self.depth_described:
            self.depth_described -= 1


def read(path: Path) -> Page:
    """The page in a file."""
    return Page(path.read_text(encoding="utf-8"))


def alone(path: Path) -> list[str]:
    """The page takes nothing from outside, and its policy forbids it to."""
    page = read(path)
    named = page.addresses + [one.strip("'\"") for one in re.findall(r"url\(([^)]*)\)", page.styles)]
    found = [
        f"an address outside: {one[:80]}"
        for one in named
        if not one.startswith(("#", "data:")) and not BESIDE.fullmatch(one)
    ]
    if "@import" in page.styles:
        found.append("a style sheet that imports another")
    rules = dict(part.strip().partition(" ")[::2] for part in page.policy.split(";"))
    if rules.get("default-src") != "'none'":
        found.append("the policy does not forbid what it does not name")
    for name, allowed in rules.items():
        if re.search(r"https?:|\*|'unsafe-eval'", allowed) or (
            "script" in name and "'unsafe-inline'" in allowed
        ):
            found.append(f"the policy allows too much: {name} {allowed}")
    return found


def links(path: Path) -> list[str]:
    """Ids are unique, and links and labels lead somewhere."""
    page = read(path)
    found = [
        f"the id {name} is there {count} times" for name, count in Counter(page.ids).items() if count > 1
    ]
    ids = set(page.ids)
    wanted = {one[1:] for one in page.addresses if one.startswith("#")} | set(page.labels)
    wanted |= set(re.findall(r"url\(#([^)]+)\)", page.styles))
    return found + [f"nothing has the id {name}" for name in sorted(wanted - ids)]


def described(path: Path) -> list[str]:
    """Every picture says what it shows."""
    return [f"an {tag} without a description" for tag in read(path).undescribed]


def size(path: Path) -> list[str]:
    """The file is small enough for a mail."""
    large = path.stat().st_size
    return [f"{large:,} bytes, more than {LARGEST:,}"] if large > LARGEST else []
