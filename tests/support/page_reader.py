"""The shop in front of a real service, and functions that read its pages."""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask.testing import FlaskClient

from marketplace.app import create_app
from marketplace.client.recommendations_client import RecommendationsClient
from marketplace.config import Settings


@dataclass(frozen=True)
class Backend:
    """A recommendations service that runs on a database with the built-in catalogue."""

    port: int
    database: str
    server: str

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"


@contextmanager
def shop(target: str) -> Iterator[FlaskClient]:
    recommendations_client = RecommendationsClient(target)
    settings = Settings(target, "127.0.0.1", 5000, workers=1, threads=1, trusted_hosts=())
    yield create_app(settings, recommendations_client).test_client()
    recommendations_client.close()


def books_on(page: str) -> list[int]:
    return [int(book_id) for book_id in re.findall(r'class="book" href="/books/([0-9]+)"', page)]


def link(page: str, words: str) -> str:
    match = re.search(rf'href="([^"]*)">{words}</a>', page)
    assert match, f"no link {words!r}"
    return html.unescape(match[1])
