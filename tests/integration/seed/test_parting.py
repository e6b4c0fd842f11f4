"""Books that are no longer joined: translations, titles without authors, and keys that earlier versions joined."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

DATA = Path(__file__).with_name("data")
ROOT = Path(__file__).resolve().parents[3]
BEFORE = "177c9fcb4385"

Load = Callable[..., Any]
Shop = Callable[[], list[dict[str, Any]]]


def titles(shop: Shop) -> list[tuple[str, list[str]]]:
    return [(book["title"], book["keys"]) for book in shop()]


@pytest.mark.usefixtures("stays_sound")
def test_two_keys_of_one_source_are_two_books_even_if_title_and_authors_are_equal(load: Load, shop: Shop) -> None:
    text = "key,title,authors\n1,Poems,Emily Dickinson\n2,Poems,Emily Dickinson\n"
    load(text)

    again = load(text).figures

    assert titles(shop) == [("Poems", ["books:1"]), ("Poems", ["books:2"])]
    assert (again["unchanged"], again["parted"]) == (2, 0)


@pytest.mark.usefixtures("stays_sound")
def test_translations_without_keys_are_two_books(load: Load, shop: Shop) -> None:
    text = "title,authors,language\nHamlet,William Shakespeare,en\nHamlet,William Shakespeare,fr\n"
    load(text)

    assert load(text).figures["unchanged"] == 2
    assert [book["language"] for book in shop()] == ["en", "fr"]


@pytest.mark.usefixtures("stays_sound")
@pytest.mark.parametrize(("language", "books"), [("fr", 2), ("en", 1), ("", 1)])
def test_two_sources_share_a_book_unless_its_languages_differ(
    load: Load, shop: Shop, language: str, books: int
) -> None:
    load("key,title,authors,language\n1,Hamlet,William Shakespeare,en\n", name="one.csv")

    load(f"key,title,authors,language\na,Hamlet,William Shakespeare,{language}\n", name="two.csv")

    assert len(shop()) == books


@pytest.mark.usefixtures("stays_sound")
def test_each_translation_finds_its_own(load: Load, shop: Shop) -> None:
    rows = "1,Hamlet,William Shakespeare,en\n2,Hamlet,William Shakespeare,fi\n3,Hamlet,William Shakespeare,\n"
    load(f"key,title,authors,language\n{rows}", name="one.csv")
    rows = "a,Hamlet,William Shakespeare,fi\nb,Hamlet,William Shakespeare,\nc,Hamlet,William Shakespeare,sv\n"

    load(f"key,title,authors,language\n{rows}", name="two.csv")

    assert [keys for _, keys in titles(shop)] == [["one:1"], ["one:2", "two:a"], ["one:3", "two:b"], ["two:c"]]


@pytest.mark.usefixtures("stays_sound")
def test_titles_without_authors_and_keys_are_as_many_books(load: Load, shop: Shop) -> None:
    text = "title,year\nPoems,1890\nPoems,1891\nPoems,\n"
    load(text)

    assert load(text).figures["unchanged"] == 3
    assert [book["year"] for book in shop()] == [1890, 1891, None]


@pytest.mark.usefixtures("stays_sound")
def test_a_row_without_a_key_means_the_row_with_one(load: Load, shop: Shop) -> None:
    text = "key,title,authors,language\n1,Emma,Jane Austen,en\n,EMMA,Jane Austen,\n,Emma,Jane Austen,fr\n"
    load(text)

    assert load(text).figures["unchanged"] == 2
    assert [book["language"] for book in shop()] == ["en", "fr"]


@pytest.mark.usefixtures("stays_sound")
def test_sources_part_when_the_title_of_one_changes(load: Load, shop: Shop) -> None:
    load("key,title,authors\n1,Emma,Jane Austen\n", name="one.csv")
    load("key,title,authors\na,Emma,Jane Austen\n", name="two.csv")
    assert len(shop()) == 1

    parted = load("key,title,authors\na,Persuasion,Jane Austen\n", name="two.csv").figures
    again = load("key,title,authors\n1,Emma,Jane Austen\n", name="one.csv").figures

    assert titles(shop) == [("Emma", ["one:1"]), ("Persuasion", ["two:a"])]
    assert (parted["parted"], parted["added"], again["unchanged"]) == (1, 0, 1)


@pytest.mark.usefixtures("stays_sound")
def test_sources_that_share_an_isbn_do_not_part(load: Load, shop: Shop) -> None:
    load("key,title,authors,isbn\n1,Emma,Jane Austen,9780141439587\n", name="one.csv")
    load("key,title,authors,isbn\na,Emma,Jane Austen,9780141439587\n", name="two.csv")

    load("key,title,authors,isbn\na,Emma (Penguin),Jane Austen,9780141439587\n", name="two.csv")

    assert titles(shop) == [("Emma (Penguin)", ["one:1", "two:a"])]


@pytest.fixture
def previous_version(empty_database: str) -> str:
    """Return the URL of a catalogue that the previous version loaded, migrated to the current schema."""

    def upgrade(revision: str) -> None:
        environ = {**os.environ, "DATABASE_URL": empty_database}
        subprocess.run([sys.executable, "-m", "alembic", "upgrade", revision], cwd=ROOT, env=environ, check=True)

    upgrade(BEFORE)
    with psycopg.connect(empty_database) as connection:
        connection.execute((DATA / "previous_version.sql").read_bytes())
    upgrade("head")
    return empty_database


def test_a_catalogue_of_the_previous_version_loaded_again_gives_no_new_book(
    previous_version: str, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", previous_version)

    keyed = run("load", DATA / "keyed.csv", "--json").figures
    keyless = run("load", DATA / "keyless.csv", "--json").figures

    assert (keyed["added"], keyless["added"]) == (0, 0)
    with psycopg.connect(previous_version) as connection:
        books = connection.execute("SELECT title, language, key FROM book JOIN book_source ON book_id = id").fetchall()
    # The previous version had joined these to Hamlet in English, Poems of 1890 and Data Structures in C.
    assert keyed["parted"] == 3
    assert {("Hamlet", "fr", "6"), ("Poems", "en", "8"), ("Data Structures in C++", "en", "10")} <= set(books)
    assert [run("load", DATA / name, "--json").figures["changed"] for name in ("keyed.csv", "keyless.csv")] == [0, 0]
