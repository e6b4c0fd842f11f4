"""Reads the books, links and texts of a page."""

import html
import re
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import urlopen

from playwright.sync_api import Locator, Page

CALL_TIMEOUT_S = 30
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], "resultTypes": ["violations"]}
"""The rules that axe checks."""


def books_on(page: Page) -> list[str]:
    """Return the addresses of the books that lie on the page, in their order."""
    links = page.locator("main a[href^='/books/']")
    result: list[str] = links.evaluate_all("(links) => links.map((link) => link.getAttribute('href'))")
    return list(dict.fromkeys(result))


def count_in(text: str) -> int:
    """Return the number in a text such as `All of Mystery (1,057)`."""
    result = re.search(r"[0-9][0-9,]*", text)
    assert result, text
    return int(result[0].replace(",", ""))


def follow(link: Locator) -> None:
    """Click a link, and wait until its target is loaded."""
    with link.page.expect_navigation():
        link.click()


def follow_to_the_end(more: Locator) -> Iterator[None]:
    """Follow a link from page to page, as long as there is one; yield on each page, the first one too."""
    yield
    while more.is_visible():
        follow(more)
        yield


def link_on(text: str, words: str) -> str:
    """Return the target of a link on a page that was not opened in a browser."""
    result = re.search(rf'href="([^"]*)">{words}</a>', text)
    assert result, f"no link {words!r}"
    return html.unescape(result[1])


def source(address: str) -> str:
    """Return a page as it was sent, whatever its status."""
    try:
        with urlopen(address, timeout=CALL_TIMEOUT_S) as answer:
            return str(answer.read(), "utf-8")
    except HTTPError as error:
        with error:
            return str(error.read(), "utf-8")
