# ruff: noqa: E501 - the lines are those of the formats
import csv
import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seed.readers.errors import UnreadableFileError
from seed.readers.formats import FORMATS, detect_format
from seed.readers.gutenberg import author_names
from seed.readers.open_file import open_lines
from seed.readers.protocol import ReadOptions
from seed.readers.text_file import Lines
from seed.record.model import Header, RawRecord, Rejection, Skipped

STEADY = settings(deadline=None, derandomize=True, database=None)
GUTENBERG = """\
Text#,Type,Issued,Title,Language,Authors,Subjects,LoCC,Bookshelves
2,Text,1972-12-01,"The United States Bill of Rights\r
The Ten Original Amendments",en,United States,Civil rights,JK; KF,Politics; Browsing: Politics; Category: Law
11,Text,2008-06-27,Alice's Adventures in Wonderland,en,"Carroll, Lewis, 1832-1898; Tenniel, John [Illustrator]",F,PR; PZ,
116,Sound,1998-01-01,Motion,en,,,QB,
"""

GOODREADS = (
    'Book Id,Title,Author,Author l-f,Additional Authors,ISBN,ISBN13,My Rating,Year Published,Original Publication Year,Date Read,Bookshelves,Exclusive Shelf\n'
    '2767052,"The Hunger Games (The Hunger Games, #1)",Suzanne Collins,"Collins, Suzanne",,"=""0439023483""","=""9780439023481""",0,2010,2008,,"to-read, dystopia, young-adult",to-read\n'
    '12067,Good Omens,Terry Pratchett,"Pratchett, Terry","Neil Gaiman, Someone Else","=""""","=""""",5,2006,1990,,,read\n'
)  # fmt: skip

OPENLIBRARY = (
    '/type/work\t/works/OL1W\t3\t2020-01-01\t{"title": "Emma", "subtitle": "a novel", "subjects": ["Courtship", "Love"],'
    ' "first_publish_date": "December 1815", "covers": [7], "description": {"type": "/type/text", "value": "About Emma"}}\n'
    '/type/redirect\t/works/OL2W\t1\t2020-01-01\t{"location": "/works/OL1W"}\n'
    "/type/work\t/works/OL3W\t1\t2020-01-01\t{broken\n"
    "/type/work\tfew\n"
    '/type/edition\t/books/OL1M\t1\t2020-01-01\t{"title": "Ema", "isbn_13": ["9780439023481"], "isbn_10": ["0439023483"],'
    ' "languages": [{"key": "/languages/cze"}], "covers": [-1]}\n'
)

JSONL = (
    '{"key": 1, "title": "Good Omens", "authors": ["Terry Pratchett", "Neil Gaiman"], "year": 1990, "categories": "A;B"}\n'
    "\n"
    "[1]\n"
    "{'no': 'JSON'}\n"
    '{"title": "Emma", "authors": "Jane Austen", "isbn": "9780439023481", "year": true, "description": null}\n'
)


def read(text: str, **options: str) -> list[RawRecord | Rejection | Skipped]:
    lines = Lines(io.BytesIO(text.encode()), name="some file")
    given = ReadOptions(**options)  # type: ignore[arg-type]
    return [entry for entry in FORMATS[detect_format(lines, given)](lines, given) if not isinstance(entry, Header)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (GUTENBERG, "gutenberg"),
        (GOODREADS, "goodreads"),
        (OPENLIBRARY, "openlibrary"),
        (JSONL, "jsonl"),
        ("title\n", "csv"),
    ],
)
def test_detects_the_format(text: str, kind: str) -> None:
    for beginning in ("", "\ufeff"):
        lines = Lines(io.BytesIO((beginning + text).encode()), name="some file")
        assert detect_format(lines, ReadOptions()) == kind


def test_reads_project_gutenbergs_catalogue() -> None:
    bill, alice, motion = read(GUTENBERG)

    assert isinstance(bill, RawRecord)
    assert (bill.line, bill.key, bill.language, bill.year) == (2, "2", "en", "")
    assert (bill.authors, bill.categories) == (["United States"], ["Politics", "Law"])
    assert isinstance(alice, RawRecord)
    assert (alice.line, alice.authors, alice.categories) == (4, ["Lewis Carroll"], ["Language & Literature"] * 2)
    assert motion == Skipped(5, "not a text: Sound")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Kennedy, John F. (John Fitzgerald), 1917-1963", ["John F. Kennedy"]),
        ("King, Martin Luther, Jr., 1929-1968", ["Martin Luther King Jr."]),
        ("Doyle, Arthur Conan, Sir, 1859-1930", ["Arthur Conan Doyle"]),
        ("Homer, 751? BCE-651? BCE", ["Homer"]),
        ("Malory, Thomas, Sir, active 15th century", ["Thomas Malory"]),
        ("Lytton, Edward Bulwer Lytton, Baron, 1803-1873", ["Edward Bulwer Lytton"]),
        ("Baden-Powell of Gilwell, Robert Baden-Powell, Baron, 1857-1941", ["Robert Baden-Powell"]),
        ("Abbott, Edwin Abbott, 1838-1926", ["Edwin Abbott Abbott"]),
        ("Lucian, of Samosata, 120-180", ["Lucian of Samosata"]),
        ("Leonardo, da Vinci, 1452-1519", ["Leonardo da Vinci"]),
        ("Marcus Aurelius, Emperor of Rome, 121-180", ["Marcus Aurelius"]),
        ("Prévost, abbé, 1697-1763", ["abbé Prévost"]),
        ("Augustine, Saint, Bishop of Hippo, 354-430", ["Saint Augustine"]),
        ("United States", ["United States"]),
        ("Andersen, H. C.; Craik, Dinah [Editor]", ["H. C. Andersen"]),
        ("Craik, Dinah, 1826-1887 [Editor]", ["Dinah Craik"]),
        ("", []),
    ],
)
def test_puts_given_names_of_gutenberg_authors_first(text: str, names: list[str]) -> None:
    assert author_names(text) == names


def test_reads_a_goodreads_export() -> None:
    hunger, omens = read(GOODREADS, category="Unsorted")

    assert isinstance(hunger, RawRecord)
    assert (hunger.key, hunger.isbns, hunger.year) == ("2767052", ["9780439023481", "0439023483"], "2008")
    assert hunger.categories == ["dystopia", "young-adult"]
    assert isinstance(omens, RawRecord)
    assert [name.strip() for name in omens.authors] == ["Terry Pratchett", "Neil Gaiman", "Someone Else"]
    assert (omens.isbns, omens.categories) == (["", ""], ["Unsorted"])


@pytest.mark.parametrize(("text", "kind"), [(GUTENBERG, "gutenberg"), (GOODREADS, "goodreads")])
def test_reads_a_publishers_catalogue_with_a_given_delimiter(text: str, kind: str) -> None:
    saved = io.StringIO(newline="")
    csv.writer(saved, delimiter=";").writerows(csv.reader(io.StringIO(text, newline="")))
    lines = Lines(io.BytesIO(saved.getvalue().encode()), name="some file")

    entries = [item for item in FORMATS[kind](lines, ReadOptions(delimiter=";")) if not isinstance(item, Header)]

    assert [item._replace(text="") if isinstance(item, RawRecord) else item for item in entries] == [
        item._replace(text="") if isinstance(item, RawRecord) else item for item in read(text)
    ]


def test_reads_an_open_library_dump() -> None:
    emma, redirect, broken, few, edition = read(OPENLIBRARY)

    assert isinstance(emma, RawRecord)
    assert (emma.key, emma.title, emma.year) == ("/works/OL1W", "Emma: a novel", "December 1815")
    assert (emma.categories, emma.description) == (["Courtship", "Love"], "About Emma")
    assert emma.cover_url == "https://covers.openlibrary.org/b/id/7-M.jpg"
    assert redirect == Skipped(2, "not a book: /type/redirect")
    assert isinstance(broken, Rejection)
    assert (broken.line, broken.reason, broken.key) == (3, "not JSON", "/works/OL3W")
    assert isinstance(few, Rejection)
    assert isinstance(edition, RawRecord)
    assert (edition.isbns, edition.language) == (["9780439023481", "0439023483"], "/languages/cze")
    assert edition.cover_url == ""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (GUTENBERG.replace("116,Sound", "116,{}"), "not a text"),
        (OPENLIBRARY.replace("/type/redirect", "/type/{}"), "not a book"),
    ],
)
def test_names_only_known_types_of_skipped_entries(text: str, name: str) -> None:
    skipped = [item for kind in ("Cheese", "\x1b[31mred") for item in read(text.replace("{}", kind))]

    assert {item.reason for item in skipped if isinstance(item, Skipped)} == {f"{name}: another type"}


def test_reads_json_lines() -> None:
    omens, a_list, no_json, emma = read(JSONL)

    assert isinstance(omens, RawRecord)
    assert (omens.key, omens.year, omens.categories) == ("1", "1990", ["A", "B"])
    assert omens.authors == ["Terry Pratchett", "Neil Gaiman"]
    assert isinstance(a_list, Rejection)
    assert (a_list.line, a_list.reason) == (3, "not a JSON object")
    assert isinstance(no_json, Rejection)
    assert isinstance(emma, RawRecord)
    assert (emma.line, emma.isbns, emma.year, emma.description) == (5, ["9780439023481"], "", "")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = ("key", "title", "authors", "year", "isbn", "language", "description", "cover_url", "categories", "subjects",
         "covers", "languages", "isbn_13", "first_publish_date")  # fmt: skip


@STEADY
@given(st.dictionaries(st.sampled_from(NAMES), JSON))
def test_values_of_any_type_never_crash_a_json_reader(value: dict[str, object]) -> None:
    text = json.dumps(value)

    assert len(read(text)) == 1
    assert len(read(f"/type/work\t/works/OL1W\t1\t2020\t{text}")) == 1


@STEADY
@given(st.sampled_from([GUTENBERG, GOODREADS, OPENLIBRARY, JSONL]), st.binary(max_size=200), st.integers(0, 400))
def test_any_bytes_within_a_file_are_rejections_or_one_clear_error(text: str, junk: bytes, place: int) -> None:
    data = text.encode()
    message = ""
    try:
        lines = Lines(io.BytesIO(data[:place] + junk + data[place:]), name="some file")
        for _ in FORMATS[detect_format(lines, ReadOptions())](lines, ReadOptions()):
            pass
    except UnreadableFileError as error:
        message = str(error)
    assert not message or "some file" in message


def test_decompresses_gzip_by_file_name(tmp_path: Path) -> None:
    path = tmp_path / "books.csv.gz"
    path.write_bytes(gzip.compress(b"title\nEmma\n"))

    with open_lines(str(path)) as lines:
        assert [line.strip() for line in lines] == ["title", "Emma"]


@pytest.mark.parametrize(
    "damage", [b"", b"\x1f\x8b no gzip", gzip.compress(b"title\nEmma\n" * 999)[:-20]], ids=["empty", "other", "cut"]
)
def test_damaged_gzip_is_one_clear_error(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "books.csv.gz"
    path.write_bytes(damage)

    def count() -> int:
        with open_lines(str(path)) as lines:
            return sum(1 for _ in lines)

    if damage:
        with pytest.raises(UnreadableFileError, match=r"books\.csv\.gz"):
            count()
    else:
        assert count() == 0


def test_a_missing_file_is_one_clear_error() -> None:
    with pytest.raises(UnreadableFileError, match=r"nowhere\.csv cannot be read: No such file"):
        open_lines("nowhere.csv")
