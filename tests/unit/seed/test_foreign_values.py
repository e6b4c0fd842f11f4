"""Values as other programs write them: markers of what is missing, HTML, flags, and the punctuation of libraries."""

from collections import Counter

import pytest

from tests.support.ordinary_files import books, entries


@pytest.mark.parametrize("marker", ["\\N", "NULL", "nan", "N/A", "-", " None "])
def test_a_marker_of_what_is_missing_is_no_value(marker: str) -> None:
    notes: Counter[str] = Counter()
    header = "id,title,author,year,isbn,language,description,cover,genre"
    text = f"{header}\n" + "".join(f"{marker},{title}{f',{marker}' * 7}\n" for title in ("Emma", "Dune"))

    emma, dune = books(text)

    assert emma.key != dune.key
    assert (emma.year, emma.isbn, emma.language, emma.description, emma.categories) == (None, None, None, None, ())
    entries(text, notes)
    assert not +notes


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("<p>A comedy of <em>manners</em>.</p><p>In <b>3</b> volumes.</p>", "A comedy of manners.\nIn 3 volumes."),
        ("One<br/>two<BR>three", "One\ntwo\nthree"),
        ("&lt;div class=&quot;x&quot;&gt;Kept&lt;/div&gt;", "Kept"),
        ('<a href="https://shop.example/?a=1&b=2">A link</a>', "A link"),
        ("If a <b and c> d", "If a <b and c> d"),
        ("Templates: vector<int>, <title>", "Templates: vector<int>, <title>"),
    ],
)  # fmt: skip
def test_a_description_in_html_becomes_text(field: str, text: str) -> None:
    quoted = field.replace('"', '""')
    (book,) = books(f'title,Body (HTML)\nEmma,"{quoted}"\n')
    again = (book.description or "").replace('"', '""')

    assert book.description == text
    assert books(f'title,description\nEmma,"{again}"\n')[0].description == text


@pytest.mark.parametrize("field", ["<" * 200_000, "<b" + " " * 200_000, "<b " + "a=b " * 50_000, "<b>" * 60_000])
def test_long_runs_of_markup_take_no_quadratic_time(field: str) -> None:
    (book,) = books(f'title,description\nEmma,"{field}"\n')

    assert book.title == "Emma"


@pytest.mark.parametrize("flag", ["1", "0", "-1"])
def test_a_flag_is_no_year(flag: str) -> None:
    (book,) = books(f"Name,Published\nEmma,{flag}\n")

    assert book.year is None


def test_the_first_year_of_a_work_may_have_one_digit() -> None:
    (book,) = books("title,year\nArs amatoria,1\n")

    assert book.year == 1


@pytest.mark.parametrize(
    ("field", "title"),
    [
        ("Emma /", "Emma"), ("Emma :", "Emma"), ("Emma = / ", "Emma"), ("Either/Or", "Either/Or"), ("/", "/"),
        ("<i>Emma</i>: a <b>novel</b>", "Emma: a novel"), ("a <b and c>", "a <b and c>"), ("<p>", "<p>"),
    ],
)  # fmt: skip
def test_a_title_has_no_tags_and_no_punctuation_of_a_catalogue(field: str, title: str) -> None:
    (book,) = books(f"title,author\n{field},Someone\n")

    assert book.title == title


@pytest.mark.parametrize(
    "field",
    [
        "https://shop.example/a.jpg, https://shop.example/b.jpg",
        "https://shop.example/a.jpg|https://shop.example/b.jpg",
        "cover.jpg (https://shop.example/a.jpg)",
    ],
)
def test_of_several_addresses_of_a_cover_the_first_counts(field: str) -> None:
    (book,) = books(f'title,Images\nEmma,"{field}"\n')

    assert book.cover_url == "https://shop.example/a.jpg"


def test_the_mark_of_r_for_what_is_missing_is_no_part_of_a_name() -> None:
    header = "Title,Author 1 First,Author 1 Last,Author 2 First,Author 2 Last,Language,Tags"
    (book,) = books(f"{header}\nEmma,Jane,Austen,NA,NA,NA,NA\n")

    assert (book.authors, book.language, book.categories) == (("Jane Austen",), None, ())
