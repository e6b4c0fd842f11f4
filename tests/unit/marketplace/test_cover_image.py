import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from marketplace.app import create_app
from marketplace.config import Settings
from marketplace.domain import BookRecommendation
from marketplace.errors import NotFoundError
from marketplace.pages import cover_image
from marketplace.pages.covers import PALETTES, PATTERNS, cover_of
from tests.support.fake_client import FakeClient

SVG = "{http://www.w3.org/2000/svg}"
ADDRESS = re.compile(r"/books/7/cover-[0-9a-f]{12}\.svg")
IDS = {cover_of(book_id).pattern: book_id for book_id in range(1, 500)}
APP = create_app(Settings("nowhere.invalid:1", "127.0.0.1", 5000, 1, 1, ()), FakeClient())


def drawn(book_id: int, title: str, *authors: str, app: Flask = APP) -> ET.Element:
    with app.test_request_context():
        return ET.fromstring(cover_image.draw(BookRecommendation(book_id, title, authors, None, "", None)))


def address(client: FlaskClient) -> str:
    """Return where today's image of book 7 is."""
    return client.get("/books/7/cover-of-another-day.svg").location or ""


def lines(drawing: ET.Element) -> list[str]:
    return [span.text or "" for span in drawing.iter(f"{SVG}tspan")]


def test_a_cover_is_kept_for_good_by_an_address_of_its_own(client: FlaskClient) -> None:
    assert ADDRESS.fullmatch(address(client))

    response = client.get(address(client))

    assert response.status_code == 200
    assert response.headers["Content-Type"] == "image/svg+xml; charset=utf-8"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers.getlist("Cross-Origin-Resource-Policy") == ["cross-origin"]
    assert lines(ET.fromstring(response.text)) == ["The Iliad", "Homer"]


@pytest.mark.parametrize("change", [{"title": "Iliad"}, {"authors": ("Another",)}, {"authors": ()}, {"id": 8}])
def test_another_look_has_another_address(
    client: FlaskClient, recommendations_client: FakeClient, change: dict[str, object]
) -> None:
    before = address(client)
    recommendations_client.book = replace(recommendations_client.book, **change)  # type: ignore[arg-type]

    assert address(client).rpartition("/")[2] != before.rpartition("/")[2]


def test_what_a_cover_does_not_show_does_not_change_its_address(
    client: FlaskClient, recommendations_client: FakeClient
) -> None:
    before = address(client)
    recommendations_client.book = replace(
        recommendations_client.book, authors=("Homer", "Third"), year=1, description="Another war."
    )

    assert address(client) == before


def test_an_image_of_another_day_leads_to_the_one_of_today_and_is_not_kept(client: FlaskClient) -> None:
    response = client.get("/books/7/cover-000000000000.svg")

    assert (response.status_code, response.headers["Cache-Control"]) == (302, "private, no-cache")
    assert client.get(response.location or "").status_code == 200


def test_no_book_has_no_cover(client: FlaskClient, recommendations_client: FakeClient) -> None:
    recommendations_client.error = NotFoundError("no book 9")

    assert client.get("/books/9/cover-000000000000.svg").status_code == 404


@pytest.mark.parametrize("path", ["/books/x/cover-1.svg", "/books/99999999999999999999/cover-1.svg"])
def test_what_is_no_book_is_refused(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 400


@pytest.mark.parametrize("pattern", PATTERNS)
def test_every_pattern_is_drawn(pattern: str) -> None:
    drawing = drawn(IDS[pattern], "Emma", "Jane Austen")
    palette = PALETTES[cover_of(IDS[pattern]).palette]

    assert drawing.get("color") == palette.accent
    assert lines(drawing) == ["Emma", "Jane Austen"]
    identified = {element.get("id") for element in drawing.iter() if element.get("id")}
    used = set(re.findall(r"url\(#(\w+)\)", ET.tostring(drawing, "unicode")))
    assert identified == used
    shapes = [element for tag in ("path", "circle") for element in drawing.iter(SVG + tag)]
    assert len(shapes) > 1 or pattern == "frame"


def test_patterns_differ() -> None:
    drawings = set()
    for book_id in IDS.values():
        drawing = drawn(book_id, "")
        for element in drawing.iter():
            for colour in ("color", "fill"):
                element.attrib.pop(colour, None)
        drawings.add(ET.tostring(drawing))

    assert len(drawings) == len(PATTERNS) == 24


@given(st.sampled_from(sorted(IDS.values())), st.text(), st.lists(st.text(), max_size=2))
def test_any_title_gives_an_image_with_nothing_but_shapes_and_text(
    book_id: int, title: str, authors: list[str]
) -> None:
    drawing = drawn(book_id, title, *authors)

    tags = {element.tag.removeprefix(SVG) for element in drawing.iter()}
    assert tags <= {"svg", "title", "rect", "path", "circle", "g", "pattern", "text", "tspan"}
    assert {name for element in drawing.iter() for name in element.attrib if name.startswith(("on", "href"))} == set()


@pytest.mark.parametrize(
    "title", ["<script>alert(1)</script>", "a & b", "\"quotes'", "]]>", "<!--", "&amp;", "{{7*7}}{% if %}", "<![CDATA["]
)
def test_hostile_titles_are_drawn_as_text(title: str) -> None:
    drawing = drawn(7, title, title)

    assert drawing.findtext(f"{SVG}title") == f"{title} · {title}"
    assert "".join("".join(lines(drawing)).split()) == "".join((title * 2).split())


def test_a_long_title_is_cut(client: FlaskClient) -> None:
    drawing = drawn(7, "word " * 500)

    assert len(lines(drawing)) == 9
    assert lines(drawing)[-1].endswith("…")


def test_right_to_left_titles_begin_at_the_right() -> None:
    title, author = drawn(7, "ألف ليلة وليلة", "Anonymous").iter(f"{SVG}text")

    assert (title.get("direction"), author.get("direction")) == ("rtl", None)
    assert int(title[0].get("x", "")) > int(author[0].get("x", ""))
