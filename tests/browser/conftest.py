"""A browser, the shops it visits, and what holds on every page that any of these tests opens."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, NoReturn
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Response, ViewportSize, sync_playwright

from quickstart.devdb.temporary_database import fresh_database
from tests.conftest import DatabaseServer
from tests.support.chromium import ARGUMENTS, SHELL, find_chromium
from tests.support.errors import ToolError
from tests.support.odd_catalogues import add_many_categories, fill_with_difficult_books
from tests.support.shelves import open_shop
from tests.support.whole_shop import Stall, open_stall, until_open, until_ready

DESK = ViewportSize(width=1280, height=1024)
PHONE = ViewportSize(width=320, height=640)
TIMEOUT_MS = 30_000
ANSWERED = "Failed to load resource: the server responded with a status of "
"""How Chromium's console begins its message about a failed response; see `is_missing`."""

# What is on a page already must stay where it is, unless the shopper has just done something.
SHIFTS = """
    window.shifts = [];
    new PerformanceObserver((list) => {
      for (const {value, hadRecentInput} of list.getEntries()) {
        if (!hadRecentInput) { window.shifts.push(value); console.error("something has moved", value); }
      }
    }).observe({type: "layout-shift", buffered: true});
"""


class Stalls(NamedTuple):
    """The shops that the tests visit."""

    built_in: Stall
    difficult: Stall
    empty: Stall
    away: Stall
    books: dict[str, int]
    """The ids of the difficult books by title."""


def pytest_runtest_setup() -> None:
    # Skip here, so that pytest reports all skipped tests in one line.
    try:
        find_chromium()
    except ToolError as error:
        do_without(error)


def do_without(missing: ToolError) -> NoReturn:
    """Skip the test, or let it fail where all that these tests need is required to be there."""
    if os.environ.get("BOOKSTALL_BROWSER") == "required":
        pytest.fail(str(missing), pytrace=False)
    pytest.skip(str(missing))


@pytest.fixture(scope="session")
def chromium() -> str:
    """Give the whole browser; that of the other fixtures may be the lighter one, which has no back/forward cache."""
    return find_chromium()


@pytest.fixture(scope="session")
def stalls(
    chromium: str, database_server: DatabaseServer, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stalls]:
    """Give four shops: with the built-in books, with difficult ones, with none, and with its service away."""
    log = tmp_path_factory.mktemp("stalls") / "log"
    with (
        fresh_database(database_server.url, database_server.seeded) as built_in,
        fresh_database(database_server.url, migrated_template) as difficult,
        fresh_database(database_server.url, migrated_template) as empty,
        open_stall(log, built_in) as one,
        open_stall(log, difficult) as two,
        open_stall(log, empty) as three,
        open_stall(log, empty, with_service=False) as four,
    ):
        with open_shop(difficult) as writer:
            books = fill_with_difficult_books(writer)
            add_many_categories(writer)
        for stall in (one, two, three):
            until_ready(stall)
        until_open(four)
        yield Stalls(one, two, three, four, books)


# For a module at a time: while Playwright is open, nothing else on this thread can run an event loop.
@pytest.fixture(scope="module")
def playwright(chromium: str) -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=shutil.which(SHELL) or chromium, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def shopper(browser: Browser) -> Iterator[BrowserContext]:
    """Give a shopper at a desk, who comes again and again."""
    with browser.new_context(viewport=DESK) as context:
        context.set_default_timeout(TIMEOUT_MS)
        yield context


@pytest.fixture
def stranger(browser: Browser) -> Iterator[BrowserContext]:
    """Give a shopper at a desk who has never been here: nothing is kept, and no clock was touched."""
    with browser.new_context(viewport=DESK) as context:
        context.set_default_timeout(TIMEOUT_MS)
        yield context


@pytest.fixture
def page(shopper: BrowserContext) -> Iterator[Page]:
    """Give a new page in the shopper's browser."""
    with watched(shopper) as page:
        yield page


@pytest.fixture
def first_page(stranger: BrowserContext) -> Iterator[Page]:
    """Give the first page in the browser of somebody who has never been here."""
    with watched(stranger) as page:
        yield page


@contextmanager
def watched(context: BrowserContext) -> Iterator[Page]:
    """Open a page, and see at the end that it loaded only what is ours, complained of nothing and held still."""
    page = context.new_page()
    page.add_init_script(SHIFTS)
    complaints: list[str] = []
    strangers: list[str] = []
    page.on("console", lambda message: None if message.text.startswith(ANSWERED) else complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: strangers.append(request.url) if is_strange(request.url) else None)
    page.on("response", lambda response: complaints.append(response.url) if is_missing(response) else None)
    yield page
    page.close()
    assert not complaints
    assert not strangers


def is_missing(response: Response) -> bool:
    """Tell whether a part of a page did not come; pages themselves, and what scripts ask, may have any status."""
    return response.status >= 400 and response.request.resource_type not in {"document", "fetch"}


def is_strange(url: str) -> bool:
    return urlsplit(url).scheme not in {"data", "blob"} and urlsplit(url).hostname != "127.0.0.1"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"
