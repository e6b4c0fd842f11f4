import re
from pathlib import Path

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient

from marketplace.web import static_files

FOR_GOOD = "public, max-age=31536000, immutable"


def test_pages_name_files_by_an_address_that_is_cached_for_ever(client: FlaskClient) -> None:
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/").text)

    assert any(address.startswith("/static/style.css?v=") for address in addresses)
    for address in addresses:
        response = client.get(address)
        assert (response.status_code, response.headers["Cache-Control"]) == (200, FOR_GOOD)


@pytest.mark.parametrize("address", ["/static/style.css", "/static/style.css?v=", "/static/style.css?v=0123456789ab"])
def test_a_file_by_another_versions_address_is_not_cached(client: FlaskClient, address: str) -> None:
    assert client.get(address).headers["Cache-Control"] == "no-cache"


def test_a_changed_file_has_another_address(tmp_path: Path) -> None:
    addresses = []
    for content in ("a { }", "b { }", "a { }"):
        (tmp_path / "style.css").write_text(content)
        app = Flask("shop", static_folder=None)
        static_files.register(app, tmp_path, {}, "")
        with app.test_request_context():
            addresses.append(url_for("static", filename="style.css"))
        assert app.test_client().get(addresses[-1]).text == content

    assert addresses[0] == addresses[2] != addresses[1]


@pytest.mark.parametrize(
    ("name", "mimetype"), [("style.css", "text/css; charset=utf-8"), ("icon.svg", "image/svg+xml; charset=utf-8")]
)
def test_files_have_their_content_type(client: FlaskClient, name: str, mimetype: str) -> None:
    assert client.get(f"/static/{name}").headers["Content-Type"] == mimetype


def test_the_icon_may_be_shown_by_others_in_previews_and_nothing_else(client: FlaskClient) -> None:
    shown = {name: client.get(f"/static/{name}").headers for name in ("icon.svg", "style.css", "retry.js")}

    assert {name: headers["Cross-Origin-Resource-Policy"] for name, headers in shown.items()} == {
        "icon.svg": "cross-origin",
        "style.css": "same-origin",
        "retry.js": "same-origin",
    }


@pytest.mark.parametrize("path", ["/static/", "/static/none.css", "/static/../app.py", "/static/%2e%2e%2fapp.py"])
def test_nothing_but_the_files_is_served(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404
