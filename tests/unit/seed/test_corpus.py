"""Hundreds of generated files: each is loaded right, or refused with a sentence; none is silently wrong."""

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seed.readers.errors import UnreadableFileError
from seed.readers.formats import FORMATS, detect_format
from seed.readers.protocol import ReadOptions
from seed.readers.text_file import Lines
from seed.record.cleaning import Cleaner
from seed.record.model import RawRecord, Record, Rejection

STEADY = settings(deadline=None, derandomize=True, database=None, max_examples=200)

# Language → the header (key, title, author, year of the edition, categories) and titles with authors.
HEADERS = {
    "en": ("Book Id", "Title", "Author(s)", "Publication Year", "Genres"),
    "de": ("Id", "Titel", "Autor", "Erscheinungsjahr", "Schlagwörter"),
    "fr": ("ID", "Titre", "Auteur", "Année de publication", "Mots-clés"),
    "es": ("id", "TÍTULO", "Autores", "Año de publicación", "Género"),
    "pl": ("id", "Tytuł", "Autor", "Rok wydania", "Gatunek"),
    "ru": ("id", "Название", "Автор", "Год издания", "Жанр"),
    "ja": ("id", "書名", "著者", "出版年", "ジャンル"),
}
TITLES = {
    "en": [("Wuthering Heights", "Emily Brontë"), ('The "Best", of all', "A. N. Other"), ("Naïve; or not", "Zoë")],
    "de": [("Über den Fluß", "Günter Müller"), ("Das Schloß", "Käthe Groß")],
    "fr": [("Les Misérables", "Victor Hugo"), ("À la recherche", "Gérard Noël"), ("L’Étranger", "René")],
    "es": [("Cien años", "Gabriel García Márquez"), ("La sombra, el viento", "Begoña Ruíz")],
    "pl": [("Zażółć gęślą jaźń", "Bolesław Prus"), ("Żeglarz", "Święta Łucja")],
    "ru": [("Война и мир", "Лев Толстой"), ("Мастер; и Маргарита", "Михаил Булгаков")],
    "ja": [("吾輩は猫である", "夏目漱石"), ("坊っちゃん", "夏目漱石"), ("ノルウェイの森", "村上春樹")],
}
ENCODINGS = {
    "en": ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "cp1252"],
    "de": ["utf-8", "cp1252", "iso8859-1", "cp850"],
    "fr": ["utf-8-sig", "cp1252", "mac-roman"],
    "es": ["utf-16-le", "cp1252"],
    "pl": ["utf-8", "cp1250", "iso8859-2"],
    "ru": ["utf-8", "cp1251", "koi8-r", "utf-16-be", "utf-32-be"],
    "ja": ["utf-8", "cp932", "euc-jp", "utf-16"],
}
DELIMITERS = [",", ";", "\t"]
LINE_ENDS = ["\n", "\r\n"]
DAMAGES = ["none", "sep", "blank lines", "missing field", "unclosed quote"]


class Specimen(NamedTuple):
    language: str
    encoding: str
    delimiter: str
    line_end: str
    quoting: int
    damage: str

    def rows(self) -> list[tuple[str, ...]]:
        books = itertools.islice(itertools.cycle(TITLES[self.language]), 12)
        return [
            (str(number), f"{title} {number}", author, str(1990 + number), "A; B")
            for number, (title, author) in enumerate(books, start=1)
        ]

    def data(self) -> bytes:
        file = io.StringIO(newline="")
        writer = csv.writer(
            file,
            delimiter=self.delimiter,
            lineterminator=self.line_end,
            quoting=self.quoting,  # type: ignore[arg-type]
        )
        writer.writerows([HEADERS[self.language], *self.rows()])
        lines = file.getvalue().split(self.line_end)
        if self.damage == "sep":
            lines.insert(0, f"sep={self.delimiter}")
        elif self.damage == "blank lines":
            lines = ["", "", *lines[:5], "", *lines[5:]]
        elif self.damage == "missing field":
            lines[5] = lines[5].rpartition(self.delimiter)[0]
        elif self.damage == "unclosed quote":
            lines[5] = self.delimiter.join(["5", '"Unclosed', "Somebody", "1995", "A"])
        return self.line_end.join(lines).encode(self.encoding)


def specimens() -> Iterator[Specimen]:
    combinations = [
        (language, encoding, delimiter)
        for language, encodings in ENCODINGS.items()
        for encoding, delimiter in itertools.product(encodings, DELIMITERS)
    ]
    for number, (language, encoding, delimiter) in enumerate(combinations):
        for step in range(3):
            # Every damage, quoting and line end occurs with every encoding, but not in every combination.
            index = number + step * 2
            quoting = (csv.QUOTE_MINIMAL, csv.QUOTE_ALL)[(number + step) % 2]
            damage = DAMAGES[index % len(DAMAGES)]
            yield Specimen(language, encoding, delimiter, LINE_ENDS[index % 2], quoting, damage)


def load(data: bytes) -> list[Record | Rejection]:
    lines = Lines(io.BytesIO(data), name="some.csv")
    entries = FORMATS[detect_format(lines, ReadOptions())](lines, ReadOptions())
    cleaned = Cleaner(this_year=2026, notes=Counter()).clean_all(entries)
    return [entry for entry in cleaned if isinstance(entry, Record | Rejection)]


def test_there_are_over_200_files() -> None:
    assert len(set(specimens())) > 200


@pytest.mark.parametrize("encoding", sorted({encoding for encodings in ENCODINGS.values() for encoding in encodings}))
def test_every_file_is_loaded_right_or_refused(encoding: str) -> None:
    for specimen in specimens():
        if specimen.encoding == encoding:
            entries = load_or_refuse(specimen)
            if entries is not None:
                assert_right(specimen, entries)


def load_or_refuse(specimen: Specimen) -> list[Record | Rejection] | None:
    """Return the entries, or None if the sentence of the refusal names the line, the reason and the remedy."""
    message = ""
    try:
        return load(specimen.data())
    except UnreadableFileError as error:
        message = str(error)
    assert not specimen.encoding.startswith("utf"), (specimen, message)
    assert re.search(r"some\.csv, line \d+ is not UTF-8 .*--encoding", message), (specimen, message)
    return None


def assert_right(specimen: Specimen, entries: list[Record | Rejection]) -> None:
    """Assert that each entry is a book as it was written, or names its line as damaged."""
    written = {row[0]: row for row in specimen.rows()}
    damaged = {"5"} if specimen.damage in {"missing field", "unclosed quote"} else set()
    books = {entry.key: entry for entry in entries if isinstance(entry, Record)}
    rejections = [entry for entry in entries if isinstance(entry, Rejection)]

    assert books.keys() == written.keys() - damaged, specimen
    assert len(rejections) == len(damaged), (specimen, rejections)
    assert all(rejection.line == 6 and rejection.reason for rejection in rejections), (specimen, rejections)
    for key, book in books.items():
        _, title, author, year, _ = written[key]
        assert (book.title, book.authors, book.year) == (title, (author,), int(year)), specimen
        assert book.is_edition_year, specimen
        assert book.categories == ("A", "B"), specimen


FIELD = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cn", "Co", "Cs", "Zs", "Zl", "Zp", "Cf"]),
    min_size=1,
    max_size=8,
)


@STEADY
@given(
    st.lists(st.tuples(FIELD, FIELD), min_size=1, max_size=8),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-32-le"]),
    st.sampled_from(DELIMITERS),
    st.sampled_from(LINE_ENDS),
)
def test_any_text_in_unicode_is_read_back(
    rows: list[tuple[str, str]], encoding: str, delimiter: str, line_end: str
) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, delimiter=delimiter, lineterminator=line_end)
    writer.writerows([("key", "title"), *rows])
    lines = Lines(io.BytesIO(file.getvalue().encode(encoding)), name="some.csv")

    entries = list(FORMATS["csv"](lines, ReadOptions(quote='"', delimiter=delimiter)))

    assert [(entry.key, entry.title) for entry in entries if isinstance(entry, RawRecord)] == rows
