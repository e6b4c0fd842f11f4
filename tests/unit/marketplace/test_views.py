"""Rules for every page."""

import re

import pytest
from flask.testing import FlaskClient

from marketplace.errors import UnavailableError
from tests.support.fake_client import FakeClient

OUR_SCRIPTS = {'<script type="application/ld+json">', '<script type="module" src="/static/copy.js?v=">'}
HOSTILE = [
    "<script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "{{7*7}} {% raise %}",
    "</title><img src=x onerror=alert(1)>",
    "\u202egnirts desrever",
    "x" * 10_000,
]


@pytest.mark.parametrize("path", ["/", "/categories/mystery", "/books/7"])
@pytest.mark.parametrize("title", HOSTILE, ids=lambda title: title[:12])
def test_hostile_titles_are_shown_as_text(
    client: FlaskClient, recommendations_client: FakeClient, path: str, title: str
) -> None:
    recommendations_client.retitle(title, author=title)

    page = client.get(path).text

    escaped = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;")
    assert escaped in page
    assert set(re.findall(r"<script[^>]*>", re.sub(r"v=\w+", "v=", page))) <= OUR_SCRIPTS
    assert "<img" not in page
    assert not re.search(r'<[a-z]+(\s[a-z:-]+(="[^"]*")?)*\sonmouseover=', page)


@pytest.mark.parametrize("path", ["/", "/categories/mystery", "/books/7"])
def test_titles_of_any_script_find_their_own_direction(client: FlaskClient, path: str) -> None:
    page = client.get(path).text

    assert re.search(r'<[^>]*dir="auto"[^>]*>The Iliad<', page)


@pytest.mark.parametrize("path", ["/", "/categories", "/categories/mystery", "/books/7", "/nowhere"])
def test_pages_need_no_script_no_inline_style_and_no_other_host(client: FlaskClient, path: str) -> None:
    page = re.sub(r'<link rel="canonical"[^>]*>|<meta property="og:[^>]*>', "", client.get(path).text)
    page = re.sub(r'<script type="(application/ld\+json">.*?|module" src="/static/copy.js\?v=\w+">)</script>', "", page)

    assert '<html lang="en">' in page
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|https?://|//[a-z]", page)


def test_the_503_page_retries_with_one_script_of_its_own(
    client: FlaskClient, recommendations_client: FakeClient
) -> None:
    recommendations_client.error = UnavailableError("away")

    response = client.get("/")

    assert f'data-retry-after="{response.headers["Retry-After"]}"' in response.text
    (script,) = re.findall(r'<script type="module" src="(/static/retry\.js[^"]*)"></script>', response.text)
    assert client.get(script).mimetype == "text/javascript"
    assert not re.search(r"http-equiv|<style|\sstyle=|\son[a-z]+=", response.text)
