"""Two real catalogues with exact counts, checked by hand and by a second reader that shares no code with ours."""

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
GUTENBERG = DATA / "gutenberg_7k" / "pg_catalog.csv"
GOODBOOKS = DATA / "goodbooks10k" / "books.csv"

pytestmark = pytest.mark.skipif(not GUTENBERG.exists(), reason="the real catalogues are not in ../shared/data")

GOODBOOKS_MAP = [
    "--column", "key=book_id", "--column", "year=original_publication_year", "--column", "isbn=isbn13",
    "--column", "isbn=isbn", "--column", "language=language_code", "--column", "cover_url=image_url",
    "--author-separator", ",", "--category", "Popular",
]  # fmt: skip


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_project_gutenbergs_catalogue(run: Any, sound: Callable[[], None], engine: sa.Engine) -> None:
    figures = run("load", GUTENBERG, "--json").figures

    texts = [row for row in rows_of(GUTENBERG) if row["Type"] == "Text"]
    shelves = {
        shelf.strip().partition(": ")[2]
        for row in texts
        for shelf in row["Bookshelves"].split(";")
        if shelf.strip().startswith(("Browsing: ", "Category: "))
    }
    assert (figures["read"], figures["skipped"], figures["rejected"]) == (7_660, 124, 0)
    assert figures["read"] - figures["skipped"] == len(texts) == figures["added"] + figures["joined"]
    assert (figures["added"], figures["joined"], figures["categories"]) == (7_536, 0, 63)
    # One text is on no such shelf; its LoCC is "QH; PS".
    assert len(shelves) + 2 == 63
    with engine.connect() as connection:
        names = connection.scalars(sa.text("SELECT name FROM category WHERE id <> 0 ORDER BY name")).all()
    assert set(names) == shelves | {"Science", "Language & Literature"}
    assert run("load", GUTENBERG, "--json").figures["unchanged"] == 7_536
    sound()


def test_goodbooks_10k(run: Any, sound: Callable[[], None], shop: Any) -> None:
    figures = run("load", GOODBOOKS, *GOODBOOKS_MAP, "--json").figures

    rows = rows_of(GOODBOOKS)
    scientific = sum("e+" in row["isbn13"] for row in rows)
    restored = sum(
        bool(row["isbn"]) and len(row["isbn"]) in {8, 9} and _is_isbn_10(row["isbn"].zfill(10)) for row in rows
    )
    assert (figures["added"], figures["rejected"], figures["joined"]) == (10_000, 0, 0)
    assert figures["notes"]["ISBN lost in scientific notation"] == scientific == 9_410
    assert figures["notes"]["ISBN with restored leading zeros"] == restored == 6_476
    books = {book["keys"][0].removeprefix("books:"): book for book in shop()}
    assert sum(book["isbn"] is not None for book in books.values()) == sum(map(_has_isbn, rows)) == 9_166
    assert sum(book["year"] is not None and book["year"] < 0 for book in books.values()) == sum(
        row["original_publication_year"].startswith("-") for row in rows
    )
    hunger_games = books["1"]
    assert (hunger_games["isbn"], hunger_games["year"], hunger_games["language"]) == ("9780439023481", 2008, "en")
    assert run("load", GOODBOOKS, *GOODBOOKS_MAP, "--json").figures["unchanged"] == 10_000
    sound()


def _has_isbn(row: dict[str, str]) -> bool:
    is_complete = len(row["isbn"]) >= 8
    return (is_complete and _is_isbn_10(row["isbn"].zfill(10))) or bool(re.fullmatch(r"97[89]\d{10}", row["isbn13"]))


def _is_isbn_10(text: str) -> bool:
    values = [10 if letter == "X" else int(letter) for letter in text]
    return (
        len(values) == 10
        and any(values)
        and sum(value * weight for value, weight in zip(values, range(10, 0, -1), strict=True)) % 11 == 0
    )
