"""The command `load`: what it writes, rejects and reports."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Shop = Callable[[], list[dict[str, Any]]]

GOOD = "key,title,authors,year,isbn,categories\n1,Emma,Jane Austen,1815,9780141439587,Classics; Romance\n"
BAD = "2,,Nobody,1900,,Classics\n3,too,few\n"


def test_reports_what_it_did_in_a_table(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(GOOD + BAD + "1,Emma,Jane Austen,1815,439023483,Satire\n")

    result = run("load", tmp_path / "mine.csv")

    words = " ".join(result.out.split())
    assert result.status == 0
    assert "read 4 added 1 changed 0 unchanged 0 joined 1 removed 0 categories 3 (3 new) rejected 2" in words
    assert "1 no title" in words
    assert "1 3 fields where the header has 6" in words
    assert "1 ISBN with restored leading zeros" in words
    assert f"{tmp_path}/mine.csv, line 3: no title: 2,,Nobody,1900,,Classics" in result.err
    assert "as csv, utf-8, delimiter ','; the source is 'mine'" in result.err


def test_writes_rejected_rows_to_a_file(load: Run, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"

    figures = load(GOOD + BAD, "--rejects", rejects).figures

    with rejects.open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [
            ["line", "reason", "raw"],
            ["3", "no title", "2,,Nobody,1900,,Classics"],
            ["4", "3 fields where the header has 6", "3,too,few"],
        ]
    assert figures["rejected_by_reason"] == {"no title": 1, "3 fields where the header has 6": 1}


@pytest.mark.parametrize(
    ("options", "status"), [(["--strict"], 1), (["--max-rejects", "1"], 1), (["--max-rejects", "2"], 0)]
)
def test_too_many_rejected_rows_load_nothing(load: Run, shop: Shop, options: list[str], status: int) -> None:
    result = load(GOOD + BAD, *options)

    assert result.status == status
    assert len(shop()) == 1 - status
    assert status == 0 or "Nothing was written" in result.err


def test_a_file_whose_every_row_is_rejected_fails(load: Run) -> None:
    result = load("key,title\n1,\n")

    assert result.status == 1
    assert "every row was rejected" in result.err


def test_a_dry_run_reports_the_same_and_writes_nothing(load: Run, shop: Shop) -> None:
    dry = load(GOOD, "--dry-run").figures
    assert shop() == []

    real = load(GOOD).figures

    assert dry["dry_run"]
    changing = ("seconds", "books_per_second", "dry_run", "sample")
    assert {name: dry[name] for name in dry if name not in changing} == {
        name: real[name] for name in real if name not in changing
    }


def test_a_large_load_logs_its_steps(load: Run) -> None:
    result = load("key,title\n" + "".join(f"{number},Book {number}\n" for number in range(10_000)))

    steps = [line for line in result.err.splitlines() if line.endswith(" …")]
    assert steps == [
        "10,000 rows read; matching their categories …",
        "Matching rows with books …",
        "Storing the books …",
        "Placing them on the shelves …",
        "Loaded; vacuuming …",
    ]


def test_quiet_prints_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(GOOD + BAD)

    result = run("load", tmp_path / "mine.csv", "--quiet")

    assert (result.status, result.out, result.err) == (0, "", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ["load"],
        ["load", "x.csv", "--column", "titel=Name"],
        ["load", "x.csv", "--format", "word"],
        ["load", "x.csv", "--delimiter", "ab"],
        ["load", "x.csv", "--max-rejects", "-1"],
        ["load", "x.csv", "--quote", "''"],
        ["load", "x.csv", "--delimiter", "'", "--quote", "'"],
        ["load", "x.csv", "--delimiter", ";", "--escape", ";"],
        ["load", "x.csv", "--category-separator", ""],
        ["load", "x.csv", "--author-separator", ""],
        ["synthetic", "many"],
        ["unload"],
    ],
)
def test_wrong_usage_ends_with_2(run: Run, arguments: list[str]) -> None:
    assert run(*arguments).status == 2


def test_rejected_rows_never_overwrite_the_file_itself(run: Run, tmp_path: Path) -> None:
    path, link = tmp_path / "books.csv", tmp_path / "link.csv"
    path.write_text(GOOD)
    link.symlink_to(path)

    result = run("load", path, "--rejects", link)

    assert result.status == 2
    assert "--rejects" in result.err
    assert path.read_text() == GOOD


@pytest.mark.parametrize(
    ("options", "sentence"), [([], "nowhere.csv cannot be read"), (["--rejects", "/"], "/ cannot be written")]
)
def test_files_that_cannot_be_used_are_reported_in_one_sentence(
    run: Run, tmp_path: Path, options: list[str], sentence: str
) -> None:
    path = tmp_path / "nowhere.csv"
    if options:
        path.write_text(GOOD)

    result = run("load", path, *options)

    assert result.status == 1
    assert sentence in result.err
    assert result.err.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "text", "expected"),
    [
        (["--delimiter", "#"], "title#authors\nEmma#Jane, Austen\n", ("Emma", ["Jane, Austen"], [])),
        (["--delimiter", "\\t"], "title\tauthors\nEmma\tJane, Austen\n", ("Emma", ["Jane, Austen"], [])),
        (["--escape", "!"], 'title,authors\n"The !"E!", a","Jane"\n', ('The "E", a', ["Jane"], [])),
        (["--quote", "'"], "title,authors\n'E, \"m''a',Jane\n", ("E, \"m'a", ["Jane"], [])),
        (["--quote", "none"], 'title,authors\n"Emma,"Jane\n', ('"Emma', ['"Jane'], [])),
        (["--encoding", "windows-1251"], "title\nЖ\n", ("Р–", [], [])),
        (["--author-separator", " and "], "title,authors\nEmma,Jane and A; B\n", ("Emma", ["Jane", "A, B"], [])),
        (["--category-separator", "|"], "title,categories\nEmma,A|B\n", ("Emma", [], ["A", "B"])),
        (["--format", "csv"], "Book Id,Title,Bookshelves\n1,Emma,read; x\n", ("Emma", [], ["read", "x"])),
    ],
)  # fmt: skip
def test_options_override_detection(
    load: Run, shop: Shop, options: list[str], text: str, expected: tuple[Any, ...]
) -> None:
    assert load(text, *options).status == 0

    assert [(book["title"], book["authors"], book["categories"]) for book in shop()] == [expected]


def test_logs_how_it_reads_a_table(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("'key';'title'\n'1';'The \\'Best\\'; of all'\n")

    result = run("load", tmp_path / "mine.csv")

    assert result.status == 0
    assert "as csv, utf-8, delimiter ';', quote \"'\", escape '\\\\'; the source" in result.err


def test_a_dry_run_shows_the_first_three_books(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(GOOD + "".join(f"{n},Book {n},,,,\n" for n in range(2, 6)))

    dry, real = run("load", tmp_path / "mine.csv", "--dry-run").out, run("load", tmp_path / "mine.csv").out

    assert "    Emma · Jane Austen · First published 1815 · Classics; Romance\n    Book 2\n    Book 3\n" in dry
    assert "Emma" not in real


def test_reports_how_many_books_are_in_no_category(load: Run, run: Run, tmp_path: Path) -> None:
    assert load(GOOD + "2,Persuasion,,,,\n").figures["without_category"] == 1
    (tmp_path / "more.csv").write_text("title\nDune\n")

    assert "  Books in no category, on the shelf More books: 1" in run("load", tmp_path / "more.csv").out


def test_new_and_removed_keys_alone_are_a_change(load: Run, run: Run, tmp_path: Path) -> None:
    load("key,title,authors\n1,Emma,Jane Austen\n")
    path = tmp_path / "other.csv"

    results = []
    for key in "11223":
        path.write_text(f"key,title,authors\n{key},Emma,Jane Austen\n")
        results.append(run("load", path, "--sync").out.splitlines()[-1])

    assert results == ["Done."] + 2 * ["Nothing changed: the catalogue already has all of it.", "Done."]
