# ruff: noqa: E501 - tables of cases
from collections import Counter

import pytest

from seed.loading.categories import category_slug
from seed.record.cleaning import Cleaner
from seed.record.fingerprint import fingerprint
from seed.record.language import language_tag
from seed.record.model import RawRecord, Record, Rejection
from seed.record.names import clean_names


def cleaned(**fields: object) -> Record:
    raw = RawRecord(**{"line": 7, "text": "raw", "title": "Emma"} | fields)  # type: ignore[arg-type]
    record = Cleaner(this_year=2026, notes=Counter()).clean(raw)
    assert isinstance(record, Record)
    return record


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("1815", 1815), ("1997.0", 1997), ("-720.0", -720), ("750 BC", -750), ("\u2212 30", None), ("-3000", -3000),
        ("-3001", None), ("2027", 2027), ("2028", None), ("0", None), ("soon", None), ("1850-03-01", 1850), (" 1850 ", 1850),
        ("99999", None), ("", None),
        ("+1900-00-00T00:00:00Z", 1900), ("2019-03-05T01:00:00+01:00", 2019), ("1965-06", 1965), ("c1984", 1984), ("[1922]", 1922),
        ("31.12.1999", 1999), ("March 5, 1999", 1999), ("1999/2000", 1999), ("20190305", 2019), ("1,234", None), ("199-?", None),
    ],
)  # fmt: skip
def test_accepts_years_in_range(text: str, year: int | None) -> None:
    assert cleaned(year=text).year == year


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("eng", "en"), ("en-US", "en-US"), ("en_gb", "en-GB"), ("fre", "fr"), ("fra", "fr"), ("grc", "grc"), ("mul", "mul"),
        ("en; fr", "en"), ("English", "en"), ("zh-hant-tw", "zh-Hant-TW"), ("/languages/ger", "de"), ("und", None),
        ("klingon?", None),
        ("DEUTSCH", "de"), ("Español", "es"), ("日本語", "ja"), ("schwedisch", "sv"), ("cmn", "zh"), ("English (UK)", "en"),
        ("['eng']", "en"), ("German, English", "de"), ("Ελληνικά", "el"),
    ],
)  # fmt: skip
def test_converts_known_languages_to_tags(text: str, tag: str | None) -> None:
    assert language_tag(text) == tag


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://covers.example/1.jpg", True),
        ("javascript:alert(1)", False),
        ("https://e.example/\" onload='x", False),
        ("nothing", False),
    ],
)
def test_only_web_addresses_are_covers(url: str, kept: bool) -> None:  # noqa: FBT001 - a case's expectation
    assert cleaned(cover_url=url).cover_url == (url if kept else None)


def test_names_are_cleaned_and_unique() -> None:
    record = cleaned(authors=[" Jane  Austen", "Jane Austen", "", "Doe; John"], categories=["A &amp; B", "A & B"])

    assert record.authors == ("Jane Austen", "Doe, John")
    assert record.categories == ("A & B",)


@pytest.mark.parametrize("title", ["", "  ", "\u200b", "\x00", "\u200d", "\u200e \u200f", "\u3164", "\u2800"])
def test_rejects_a_book_without_a_title(title: str) -> None:
    refused = Cleaner(this_year=2026, notes=Counter()).clean(RawRecord(7, "raw", key="k", title=title))

    assert refused == Rejection(7, "no title", "raw", "k")


def test_a_title_of_958_characters_is_kept() -> None:
    assert len(cleaned(title="x" * 958).title) == 958


def test_rejects_or_truncates_oversized_texts() -> None:
    nested = "&" + "amp;" * 1_000_000
    cleaner = Cleaner(this_year=2026, notes=Counter())

    refused = [
        cleaner.clean(RawRecord(7, "raw", key=key, title=title)) for key, title in [(nested, "Emma"), ("k", nested)]
    ]

    assert refused == [
        Rejection(7, "key longer than 500 characters", "raw"),
        Rejection(7, "title longer than 2,000 characters", "raw", "k"),
    ]
    assert len(cleaned(description="one two " * 100_000).description or "") == 99_999
    assert cleaned(language="en" + " " * 1_000_000, year="1815" + " " * 1_000_000).year == 1815


def test_truncation_leaves_no_bidi_control_open() -> None:
    name = "\u202b" + "א" * 400 + "\u202c"

    record = cleaned(authors=[name], description="\u202b" + "א" * 100_001 + "\u202c")

    assert record.authors == ("א" * 299,)
    assert record.description == "א" * 99_999


def test_a_missing_key_defaults_to_the_isbn_or_the_fingerprint() -> None:
    assert cleaned(key="7", isbns=["9780439023481"]).key == "7"
    assert cleaned(isbns=["9780439023481"]).key == "isbn:9780439023481"
    assert cleaned().key == "fingerprint:" + fingerprint("Emma", [])


def test_the_order_of_authors_does_not_change_the_fingerprint() -> None:
    assert fingerprint("Good Omens", ["Neil Gaiman", "Terry Pratchett"]) == fingerprint(
        "good omens", ["TERRY PRATCHETT", "neil gaiman"]
    )


def test_counts_repairs_and_omissions() -> None:
    notes: Counter[str] = Counter()
    cleaner = Cleaner(this_year=2026, notes=notes)

    cleaner.clean(RawRecord(1, "", title="A", isbns=["9.78e+12", "439023483"], year="0", language="?", cover_url="no"))

    assert +notes == {
        "ISBN lost in scientific notation": 1,
        "ISBN with restored leading zeros": 1,
        "invalid year": 1,
        "unknown language": 1,
        "cover address that is not a URL": 1,
    }


@pytest.mark.parametrize(
    ("name", "slug"),
    [("Science Fiction", "science-fiction"), ("Children's Books", "childrens-books"), ("Café", "cafe"), ("???", "")],
)
def test_slugs_are_kebab_case(name: str, slug: str) -> None:
    assert category_slug(name) == slug


def test_an_amazon_number_is_the_key_of_a_row_without_one() -> None:
    numbers = ["B00DN7EIGK", "B000FA5SQI"]

    assert [cleaned(isbns=[number]).key for number in numbers] == [f"asin:{number}" for number in numbers]
    assert cleaned(isbns=numbers).isbn is None
    assert cleaned(key="7", isbns=numbers).key == "7"


@pytest.mark.parametrize(
    "name", ["NULL", "null", "None", "nan", "NaN", "N/A", "n/a", "#N/A", "\\N", "-", " -- ", "\u2014"]
)
def test_a_mark_for_a_missing_name_is_no_name(name: str) -> None:
    assert clean_names([name]) == ()
    assert clean_names(["Jane Austen", name]) == ("Jane Austen",)


@pytest.mark.parametrize("name", ["Null, Jane", "Nan Goldin", "Na", "Unknown"])
def test_a_name_that_resembles_such_a_mark_stays(name: str) -> None:
    assert clean_names([name]) == (name,)
