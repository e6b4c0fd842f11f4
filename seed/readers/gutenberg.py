"""Project Gutenberg's catalogue, `pg_catalog.csv`, from https://www.gutenberg.org/ebooks/offline_catalogs.html.

Its `Issued` is the day on which the text went online, not the book's year, so years stay unknown.
"""

import re
from collections.abc import Iterator

from seed.readers.dialect import default_dialect
from seed.readers.protocol import ReadOptions
from seed.readers.table import column_indexes, open_table
from seed.readers.text_file import Lines
from seed.record.model import RawRecord, Rejection, Skipped

_COLUMNS = ("Text#", "Type", "Title", "Language", "Authors", "LoCC", "Bookshelves")
_OTHER_TYPES = {"Collection", "Dataset", "Image", "MovingImage", "Sound", "StillImage"}
"""Types other than texts. The report does not name unknown types, so that it stays short."""

_SHELF = re.compile(r"(?:Browsing|Category): (.+)")
_ROLE = re.compile(r"\s*\[([^\]]*)\]\s*$")
_DATES = re.compile(
    r"\d{1,4}\??(?: BCE?)?-|-\d{1,4}\??(?: BCE?)?|\b(?:active|century|approximately|born|died)\b|^\d{1,4}\??$"
)
_EXPANSION = re.compile(r"\s*\([^)]*\)")
_SUFFIXES = {"Jr.", "Sr.", "II", "III", "IV"}
_PEERS = {"Baron", "Baroness", "Viscount", "Viscountess", "Earl of", "Countess of", "Marquis of", "Duke of"}
"""Titles after a name that usually repeats the family name: `Lytton, Edward Bulwer Lytton, Baron`."""

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


def read(lines: Lines, options: ReadOptions) -> Iterator[RawRecord | Rejection | Skipped]:
    """Yield the texts of the catalogue; sounds, images and data sets are skipped.

    Categories are the shelves `Browsing: …` and `Category: …`; for a text without one, the
    main classes of its LoCC.
    """
    header, rows = open_table(lines, default_dialect(options))
    indexes = column_indexes(header, _COLUMNS, lines.name)
    for row in rows:
        if isinstance(row, Rejection):
            yield row
            continue
        line, text, fields = row
        number, kind, title, language, authors, classes, shelves = (fields[index] for index in indexes)
        if kind != "Text":
            yield Skipped(line, f"not a text: {kind if kind in _OTHER_TYPES else 'another type'}")
            continue
        yield RawRecord(
            line=line,
            text=text,
            key=number,
            title=title,
            language=language,
            authors=author_names(authors),
            categories=_categories(shelves, classes) or ([options.category] if options.category else []),
        )


def author_names(text: str) -> list[str]:
    """Return the authors with given names first: `Austen, Jane, 1775-1817` is Jane Austen.

    People with a role in brackets (translators, illustrators …) count only if there is nobody else.
    """
    people = [person.strip() for person in text.split(";") if person.strip()]
    authors = [person for person in people if not _ROLE.search(person)]
    return [_given_name_first(_ROLE.sub("", person)) for person in authors or people]


def _given_name_first(person: str) -> str:
    parts = [part.strip() for part in _EXPANSION.sub("", person).split(",")]
    parts = [part for part in parts if part and not _DATES.search(part)]
    if len(parts) < 2:  # noqa: PLR2004
        return " ".join(parts) or person
    family, given, *titles = parts
    if given[0].islower() and " " in given:  # Lucian, of Samosata
        return f"{family} {given}"
    if " of " in given:  # Marcus Aurelius, Emperor of Rome
        return family
    if _PEERS.intersection(titles) and given.split()[-1] == family.split()[0]:
        return given
    return " ".join([given, family, *(title for title in titles if title in _SUFFIXES)])


def _categories(shelves: str, classes: str) -> list[str]:
    names = [match[1] for shelf in shelves.split(";") if (match := _SHELF.fullmatch(shelf.strip()))]
    return names or [
        _CLASSES[initial] for code in classes.split(";") if (initial := code.strip()[:1].upper()) in _CLASSES
    ]
