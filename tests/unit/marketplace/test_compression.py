import gzip
from collections.abc import Callable
from dataclasses import replace

import brotli  # type: ignore[import-untyped]
import pytest
from backports import zstd
from flask.testing import FlaskClient

from tests.support.fake_client import FakeClient

DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    "zstd": zstd.decompress,
}
CHROMIUM = "gzip, deflate, br, zstd"
PATHS = ["/", "/categories", "/categories/mystery", "/books/7", "/static/style.css", "/nowhere"]
OF_ONE_ANSWER = {"Date", "X-Request-ID"}


@pytest.mark.parametrize("encoding", DECODERS)
@pytest.mark.parametrize("path", PATHS[:-1])
def test_text_comes_compressed_and_is_the_same_text(client: FlaskClient, path: str, encoding: str) -> None:
    plain = client.get(path)
    response = client.get(path, headers={"Accept-Encoding": encoding})

    assert response.headers["Content-Encoding"] == encoding
    assert int(response.headers["Content-Length"]) == len(response.data) < len(plain.data)
    assert DECODERS[encoding](response.data) == plain.data


@pytest.mark.parametrize("accepts", [None, "", "identity", "deflate", "gzip;q=0", "gzip;q=0, br;q=0.0, *;q=0"])
@pytest.mark.parametrize("path", PATHS)
def test_clients_without_accept_encoding_get_plain_text(client: FlaskClient, path: str, accepts: str | None) -> None:
    response = client.get(path, headers={} if accepts is None else {"Accept-Encoding": accepts})

    assert "Content-Encoding" not in response.headers


def test_browsers_get_the_best_encoding_that_they_accept(client: FlaskClient) -> None:
    assert client.get("/", headers={"Accept-Encoding": CHROMIUM}).headers["Content-Encoding"] == "zstd"
    assert client.get("/", headers={"Accept-Encoding": "gzip, deflate, br"}).headers["Content-Encoding"] == "br"
    assert client.get("/", headers={"Accept-Encoding": "zstd;q=0, gzip"}).headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("path", [*PATHS, "/healthz", "/readyz"])
@pytest.mark.parametrize("accepts", ["", CHROMIUM])
def test_responses_vary_by_accept_encoding(client: FlaskClient, path: str, accepts: str) -> None:
    assert client.get(path, headers={"Accept-Encoding": accepts}).headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/api/categories", "/static/icon.svg"])
def test_small_responses_are_not_compressed(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Accept-Encoding": CHROMIUM})

    assert len(response.data) < 500
    assert "Content-Encoding" not in response.headers


@pytest.mark.parametrize("path", PATHS)
def test_head_has_the_headers_of_get(client: FlaskClient, path: str) -> None:
    got = client.get(path, headers={"Accept-Encoding": CHROMIUM})
    head = client.head(path, headers={"Accept-Encoding": CHROMIUM})

    assert head.data == b""
    assert {name: value for name, value in head.headers if name not in OF_ONE_ANSWER} == {
        name: value for name, value in got.headers if name not in OF_ONE_ANSWER
    }


def test_every_page_is_drawn_and_compressed_anew(client: FlaskClient, recommendations_client: FakeClient) -> None:
    headers = {"Accept-Encoding": "gzip"}
    first = gzip.decompress(client.get("/books/7", headers=headers).data)
    recommendations_client.book = replace(recommendations_client.book, title="Another")

    assert b"Another</h1>" not in first
    assert b"Another</h1>" in gzip.decompress(client.get("/books/7", headers=headers).data)


@pytest.mark.parametrize("accepts", ["", "br", "gzip", "zstd"])
def test_a_file_that_is_known_is_not_sent_again(client: FlaskClient, accepts: str) -> None:
    headers = {"Accept-Encoding": accepts}
    first = client.get("/static/style.css", headers=headers)
    etag = first.headers["ETag"]
    again = client.get("/static/style.css", headers={**headers, "If-None-Match": etag})

    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)


def test_each_encoding_of_a_file_has_a_tag_of_its_own(client: FlaskClient) -> None:
    tags = {
        client.get("/static/style.css", headers={"Accept-Encoding": accepts}).headers["ETag"]
        for accepts in ("", *DECODERS)
    }

    assert len(tags) == 4
    assert not any(tag.startswith("W/") for tag in tags)
