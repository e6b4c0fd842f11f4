"""Project Gutenberg's catalogue, `pg_catalog.csv`, from https://www.gutenberg.org/ebooks/offline_catalogs.html.

Its `Issued` is the day on which the text went online, not the book's year, so years stay unknown.
"""

import re
from collections.abc import Iterator

from seed.readers.export_table import Entry, read_export
from seed.readers.person_names import given_name_first
from seed.readers.protocol import ReadOptions
from seed.readers.text_file import Lines
from seed.record.model import Header, RawRecord, Rejection, Skipped

SIGNATURE = {"Text#", "Type", "LoCC", "Bookshelves"}
_COLUMNS = {
    "Text#": "key", "Type": "kind", "Title": "title", "Language": "language", "Authors": "authors",
    "LoCC": "categories", "Bookshelves": "categories",
}  # fmt: skip
_OTHER_TYPES = {"Collection", "Dataset", "Image", "MovingImage", "Sound", "StillImage"}
"""Types other than texts. The report does not name unknown types, so that it stays short."""

_SHELF = re.compile(r"(?:Browsing|Category): (.+)")
_ROLE = re.compile(r"\s*\[([^\]]*)\]\s*$")
# The main classes of the Library of Congress Classification, https://www.loc.gov/catdir/cpso/lcco/
_CLASSES = {
    "A": "General Works",
    "B": "Philosophy, Psychology & Religion",
    "C": "Archaeology & Genealogy",
    "D": "History",
    "E": "History of the Americas",
    "F": "History of the Americas",
    "G": "Geography & Anthropology",
    "H": "Social Sciences",
    "J": "Political Science",
    "K": "Law",
    "L": "Education",
    "M": "Music",
    "N": "Fine Arts",
    "P": "Language & Literature",
    "Q": "Science",
    "R": "Medicine",
    "S": "Agriculture",
    "T": "Technology",
    "U": "Military Science",
    "V": "Naval Science",
    "Z": "Books & Libraries",
}


def read(lines: Lines, options: ReadOptions) -> Iterator[RawRecord | Rejection | Skipped | Header]:
    """Yield the texts of the catalogue; sounds, images and data sets are skipped.

    Categories are the shelves `Browsing: …` and `Category: …`; for a text without one, the
    main classes of its LoCC.
    """
    return read_export(lines, options, _COLUMNS, _to_record)


def _to_record(entry: Entry) -> RawRecord | Skipped:
    kind = entry.value("Type")
    if kind != "Text":
        return Skipped(entry.line, f"not a text: {kind if kind in _OTHER_TYPES else 'another type'}")
    return RawRecord(
        line=entry.line,
        text=entry.text,
        key=entry.value("Text#"),
        title=entry.value("Title"),
        language=entry.value("Language"),
        authors=author_names(entry.value("Authors")),
        categories=_categories(entry.value("Bookshelves"), entry.value("LoCC")),
        present=frozenset({"authors", "language", "categories"}),
    )


def author_names(text: str) -> list[str]:
    """Return the authors with given names first: `Austen, Jane, 1775-1817` is Jane Austen.

    People with a role in brackets (translators, illustrators …) count only if there is nobody else.
    """
    people = [person.strip() for person in text.split(";") if person.strip()]
    authors = [person for person in people if not _ROLE.search(person)]
    return [given_name_first(_ROLE.sub("", person)) for person in authors or people]


def _categories(shelves: str, classes: str) -> list[str]:
    names = [match[1] for shelf in shelves.split(";") if (match := _SHELF.fullmatch(shelf.strip()))]
    return names or [
        _CLASSES[initial] for code in classes.split(";") if (initial := code.strip()[:1].upper()) in _CLASSES
    ]
