"""A load that the server ends while it reads, and text that the database cannot store."""

import json
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

Run = Callable[..., Any]

OURS = "pg_stat_activity WHERE application_name = 'bookstall seed' AND datname = current_database()"
MANY = 20_000
"""Rows that exceed every buffer, so that COPY is running while it waits for more."""


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        ("pg_cancel_backend", "The database refused: canceling statement due to user request. Nothing was written."),
        ("pg_terminate_backend", "The database cannot be reached: "),
    ],
)
def test_an_ended_copy_is_reported_in_one_sentence_and_nothing_is_written(  # noqa: PLR0913, PLR0917 - fixtures
    engine: sa.Engine, wait_for: Run, spawn: Run, shop: Run, function: str, sentence: str
) -> None:
    seeding = spawn("load", "-", "--quiet", "--source", "mine", stdin=subprocess.PIPE)
    seeding.stdin.write("key,title\n" + "".join(f"{number},Book {number}\n" for number in range(MANY)))
    seeding.stdin.flush()
    wait_for(f"SELECT count(*) = 1 FROM {OURS} AND state = 'active' AND query LIKE 'COPY staged_book%'")
    with engine.connect() as connection:
        connection.execute(sa.text(f"SELECT {function}(pid) FROM {OURS}"))

    _, err = seeding.communicate(timeout=60)

    assert seeding.returncode == 1
    assert err.startswith(sentence)
    assert err.endswith("Nothing was written.\n")
    assert err.count("\n") == 1
    assert shop() == []


def test_every_text_can_be_stored(load: Run, sound: Run) -> None:
    rng = random.Random(4)
    names = ("title", "authors", "year", "isbn", "language", "description", "categories")
    strange = [*map(chr, range(0x250)), *"\u200b\u202e\u2066\ud800\udfff\ufeff\ufffe\U0010ffff", "&#0;", "&#x1b;"]
    books = [
        {"key": number, "cover_url": f"https://{rng.choice(strange)}"}
        | {name: "".join(rng.choices(strange, k=rng.randrange(9))) for name in names}
        for number in range(2_000)
    ]

    figures, again = (load("\n".join(map(json.dumps, books)), name="books.jsonl").figures for _ in range(2))

    assert figures["added"] + figures["joined"] + figures["rejected"] == 2_000
    assert figures["added"] > 1_000
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, figures["added"])
    sound()


def test_every_sequence_of_bytes_can_be_stored(run: Run, sound: Run, tmp_path: Path) -> None:
    rng = random.Random(4)
    path = tmp_path / "books.csv"
    rows = (rng.randbytes(9) + b",a," + rng.randbytes(4) for _ in range(999))
    path.write_bytes(b"\n".join([b"title,authors,cover_url", *rows]))

    refused = run("load", path, "--json")
    forced = run("load", path, "--json", "--encoding", "iso-8859-1")

    assert (refused.status, refused.err.count("\n")) == (1, 1)
    assert forced.figures["added"] > 100
    sound()


@pytest.mark.parametrize(
    "url", ["https://e.example/\0.jpg", "https://e.example/\ud800.jpg", "https://e.example/\x1b[1m"]
)
def test_a_cover_url_with_a_control_character_is_dropped(load: Run, shop: Run, url: str) -> None:
    result = load(json.dumps({"title": "Emma", "cover_url": url}), name="books.jsonl")

    assert (result.status, result.figures["notes"]) == (0, {"cover address that is not a URL": 1})
    assert [book["cover_url"] for book in shop()] == [None]
