# ruff: noqa: E501 - tables of cases, with letters of many scripts
"""The command `export`: `load` reads back what it writes, without loss."""

import csv
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

Run = Callable[..., Any]
Shop = Callable[[], list[dict[str, Any]]]

GOOD = "key,title,authors,year,isbn,categories\n1,Emma,Jane Austen,1815,9780141439587,Classics; Romance\n"
BAD = "2,,Nobody,1900,,Classics\n3,too,few\n"


AWKWARD = [
    {"key": "1", "title": 'A "quoted", title; with\ta backslash\\', "authors": ["O'Neil, \"X\"", "Doe, Jr."], "year": -720},
    {"key": "2", "title": "Привет &amp; 北京", "isbn": "9780141439587", "language": "eng", "description": 'One\n\ntwo, "three"'},
    {"key": "3", "title": "\u202bשלום\u202c", "cover_url": "https://covers.example/a,b;c.jpg", "categories": ["R & D", "Sci, Fi"]},
    {"title": "No key", "authors": ["Somebody"]},
    {"title": "=1+1"},
]  # fmt: skip


@pytest.mark.parametrize("name", ["out.csv", "out.csv.gz"])
def test_an_export_loads_back_without_loss(  # noqa: PLR0913, PLR0917 - fixtures
    load: Run, run: Run, shop: Shop, engine: sa.Engine, tmp_path: Path, name: str
) -> None:
    load("\n".join(map(json.dumps, AWKWARD)), name="awkward.jsonl")
    before = shop()
    assert run("export", tmp_path / name).status == 0
    with engine.begin() as connection:
        connection.execute(sa.text("TRUNCATE book, slot, book_source"))
        connection.execute(sa.text("DELETE FROM category WHERE id <> 0"))
        connection.execute(sa.text("UPDATE category SET book_count = 0"))

    run("load", tmp_path / name, "--source", "awkward")

    assert [book | {"id": 0} for book in shop()] == [book | {"id": 0} for book in before]
    run("export", tmp_path / ("again " + name))
    assert _decompressed(tmp_path / name) == _decompressed(tmp_path / ("again " + name))


def _decompressed(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def test_an_export_of_several_sources_keeps_their_keys_apart(load: Run, run: Run, tmp_path: Path) -> None:
    load("key,title,authors\n1,Emma,Jane Austen\n", name="one.csv")
    load("key,title,authors\n1,Ulysses,James Joyce\n", name="two.csv")

    run("export", tmp_path / "all.csv")

    with (tmp_path / "all.csv").open(newline="") as file:
        assert [row["key"] for row in csv.DictReader(file)] == ["one:1", "two:1"]


def test_an_export_keeps_books_that_no_source_names(
    load: Run, run: Run, shop: Shop, engine: sa.Engine, tmp_path: Path
) -> None:
    load("key,title,authors\nb:c,Emma,Jane Austen\n", "--source", "a")
    load("key,title,authors\nc,Ulysses,James Joyce\n", "--source", "a:b")
    load(f"key,title,authors\n{'k' * 500},Persuasion,Jane Austen\n", "--source", "a%3Ab")
    with engine.begin() as connection:
        add = "INSERT INTO book (title, fingerprint) VALUES ('Mine', gen_random_uuid()) RETURNING id"
        mine = connection.scalar(sa.text(add))
    load(f"key,title\n{mine},Dune\n", "--source", "a")
    before = [book["title"] for book in shop()]

    run("export", tmp_path / "all.csv")
    with engine.begin() as connection:
        connection.execute(sa.text("TRUNCATE book, slot, book_source"))
        connection.execute(sa.text("UPDATE category SET book_count = 0"))
    figures = run("load", tmp_path / "all.csv", "--json").figures

    assert (figures["added"], figures["joined"], figures["rejected"]) == (5, 0, 0)
    assert [book["title"] for book in shop()] == before
    assert {book["title"]: book["keys"][0][:12] for book in shop()} == {
        "Emma": "all:a:b:c", "Ulysses": "all:a%3Ab:c", "Persuasion": "all:a%253Ab:", "Mine": f"all::{mine}",
        "Dune": f"all:a:{mine}",
    }  # fmt: skip


def test_loading_an_export_into_the_same_catalogue_changes_nothing(
    load: Run, run: Run, shop: Shop, tmp_path: Path
) -> None:
    load(GOOD + "2,Persuasion,Jane Austen,,,\n")
    before = shop()
    run("export", tmp_path / "books.csv")

    figures = run("load", tmp_path / "books.csv", "--json").figures

    assert (figures["unchanged"], figures["added"], figures["changed"]) == (2, 0, 0)
    assert shop() == before


def test_exports_to_standard_output_even_if_the_reader_stops(load: Run, spawn: Run) -> None:
    load("title\n" + "".join(f"Book {number}\n" for number in range(20_000)))

    whole = spawn("export", "-")
    out, err = whole.communicate(timeout=60)
    assert (out.count("\n"), whole.returncode) == (20_001, 0)
    assert err == "20,000 books written to standard output.\n"

    stopped = spawn("export", "-")
    stopped.stdout.readline()
    stopped.stdout.close()
    assert stopped.wait(timeout=60) == 1
    assert stopped.stderr.read() == ""


def test_an_export_keeps_which_years_are_those_of_editions(
    load: Run, run: Run, tmp_path: Path, engine: sa.Engine
) -> None:
    load("key,title,year,published\n1,Emma,1815,\n2,Dune,,1984\n", name="years.csv")

    run("export", tmp_path / "out.csv")
    run("load", tmp_path / "out.csv", "--source", "years", "--overwrite")

    with (tmp_path / "out.csv").open(newline="") as file:
        assert [(row["year"], row["published"]) for row in csv.DictReader(file)] == [("1815", ""), ("", "1984")]
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT year, is_edition_year FROM book ORDER BY id")).all()
    assert [tuple(row) for row in rows] == [(1815, False), (1984, True)]
