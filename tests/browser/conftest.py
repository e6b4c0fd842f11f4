"""A browser, the shops that it opens, and the checks on every page of these tests."""

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
from tests.support.whole_shop import RunningShop, run_shop, until_open, until_ready

DESK = ViewportSize(width=1280, height=1024)
PHONE = ViewportSize(width=320, height=640)
TIMEOUT_MS = 30_000
ANSWERED = "Failed to load resource: the server responded with a status of "
"""How Chromium's console begins its message about a failed response; see `is_missing`."""

# Reports layout shifts that do not follow user input.
SHIFTS = """
    window.shifts = [];
    new PerformanceObserver((list) => {
      for (const {value, hadRecentInput} of list.getEntries()) {
        if (!hadRecentInput) { window.shifts.push(value); console.error("something has moved", value); }
      }
    }).observe({type: "layout-shift", buffered: true});
"""


class Shops(NamedTuple):
    """The shops that the tests open."""

    built_in: RunningShop
    difficult: RunningShop
    empty: RunningShop
    away: RunningShop
    books: dict[str, int]
    """The ids of the difficult books by title."""


def pytest_runtest_setup() -> None:
    # Skip here, so that pytest reports all skipped tests in one line.
    try:
        find_chromium()
    except ToolError as error:
        do_without(error)


def do_without(missing: ToolError) -> NoReturn:
    """Skip the test, or fail it if BOOKSTALL_BROWSER is `required`."""
    if os.environ.get("BOOKSTALL_BROWSER") == "required":
        pytest.fail(str(missing), pytrace=False)
    pytest.skip(str(missing))


@pytest.fixture(scope="session")
def chromium() -> str:
    """Give the path of full Chromium; other fixtures may use the headless shell, which has no back/forward cache."""
    return find_chromium()


@pytest.fixture(scope="session")
def shops(
    chromium: str, database_server: DatabaseServer, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shops]:
    """Give four shops: with the built-in books, with difficult ones, with none, and with its service away."""
    log = tmp_path_factory.mktemp("shops") / "log"
    with (
        fresh_database(database_server.url, database_server.seeded) as built_in,
        fresh_database(database_server.url, migrated_template) as difficult,
        fresh_database(database_server.url, migrated_template) as empty,
        run_shop(log, built_in) as one,
        run_shop(log, difficult) as two,
        run_shop(log, empty) as three,
        run_shop(log, built_in, with_service=False) as four,
    ):
        with open_shop(difficult) as writer:
            books = fill_with_difficult_books(writer)
            add_many_categories(writer)
        for shop in (one, two, three):
            until_ready(shop)
        until_open(four)
        yield Shops(one, two, three, four, books)


# Package scope: while Playwright is open, no other event loop can run on this thread, and tests outside this folder
# need one.
@pytest.fixture(scope="package")
def playwright(chromium: str) -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="package")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=shutil.which(SHELL) or chromium, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def shopper(browser: Browser) -> Iterator[BrowserContext]:
    """Give a desktop browser context that the tests of a module share."""
    with browser.new_context(viewport=DESK) as context:
        context.set_default_timeout(TIMEOUT_MS)
        yield context


@pytest.fixture
def fresh_context(browser: Browser) -> Iterator[BrowserContext]:
    """Give a new desktop browser context: empty cache and storage, real clock."""
    with browser.new_context(viewport=DESK) as context:
        context.set_default_timeout(TIMEOUT_MS)
        yield context


@pytest.fixture
def page(shopper: BrowserContext) -> Iterator[Page]:
    """Give a new page in the shared context."""
    with watched(shopper) as page:
        yield page


@pytest.fixture
def first_page(fresh_context: BrowserContext) -> Iterator[Page]:
    """Give the first page of a new context."""
    with watched(fresh_context) as page:
        yield page


@contextmanager
def watched(context: BrowserContext) -> Iterator[Page]:
    """Open a page, and check at the end that there are no complaints of `complaints_about`."""
    page = context.new_page()
    complaints = complaints_about(page)
    yield page
    page.close()
    assert not complaints


def complaints_about(page: Page) -> list[str]:
    """Return a list to which requests to other hosts, console messages and layout shifts of a page are added."""
    complaints: list[str] = []
    page.add_init_script(SHIFTS)
    page.on("console", lambda message: None if message.text.startswith(ANSWERED) else complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.append(request.url) if is_foreign(request.url) else None)
    page.on("response", lambda response: complaints.append(response.url) if is_missing(response) else None)
    return complaints


def is_missing(response: Response) -> bool:
    """Return whether a subresource failed to load; documents and fetch requests may have any status."""
    return response.status >= 400 and response.request.resource_type not in {"document", "fetch"}


def is_foreign(url: str) -> bool:
    return urlsplit(url).scheme not in {"data", "blob"} and urlsplit(url).hostname != "127.0.0.1"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"
