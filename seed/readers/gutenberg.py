"""Project Gutenberg's catalogue, `pg_catalog.csv`, as https://www.gutenberg.org/ebooks/offline_catalogs.html offers it.

Its `Issued` is the day the text was put online, not the book's year, so years stay unknown.
"""

import re
from collections.abc import Iterator

from seed.readers import ReadOptions
from seed.readers.dialect import given_dialect
from seed.readers.table import columns_of, open_table
from seed.readers.text_file import Lines
from seed.record.book import Raw, Rejection, Skipped

_COLUMNS = ("Text#", "Type", "Title", "Language", "Authors", "LoCC", "Bookshelves")
_KINDS = {"Collection", "Dataset", "Image", "MovingImage", "Sound", "StillImage"}
"""What there is besides texts; anything else is not named, so that the report stays short."""

_SHELF = re.compile(r"(?:Browsing|Category): (.+)")
_ROLE = re.compile(r"\s*\[([^\]]*)\]\s*$")
_DATES = re.compile(
    r"\d{1,4}\??(?: BCE?)?-|-\d{1,4}\??(?: BCE?)?|\b(?:active|century|approximately|born|died)\b|^\d{1,4}\??$"
)
_EXPANSION = re.compile(r"\s*\([^)]*\)")
_SUFFIXES = {"Jr.", "Sr.", "II", "III", "IV"}
_PEERS = {"Baron", "Baroness", "Viscount", "Viscountess", "Earl of", "Countess of", "Marquis of", "Duke of"}
"""Stand behind a name in which the family's is mostly said twice: `Lytton, Edward Bulwer Lytton, Baron`."""

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


def read(lines: Lines, options: ReadOptions) -> Iterator[Raw | Rejection | Skipped]:
    """Yield the texts of the catalogue; sounds, images and data sets are skipped.

    Categories are the shelves called `Browsing: …` or `Category: …`; for a text on none of
    them, the main classes of its LoCC.
    """
    header, rows = open_table(lines, given_dialect(options))
    places = columns_of(header, _COLUMNS, lines.name)
    for row in rows:
        if isinstance(row, Rejection):
            yield row
            continue
        line, text, fields = row
        number, kind, title, language, authors, classes, shelves = (fields[place] for place in places)
        if kind != "Text":
            yield Skipped(line, f"not a text but: {kind if kind in _KINDS else 'something else'}")
            continue
        yield Raw(
            line=line,
            text=text,
            key=number,
            title=title,
            language=language,
            authors=author_names(authors),
            categories=_categories(shelves, classes) or ([options.category] if options.category else []),
        )


def author_names(text: str) -> list[str]:
    """Return the authors in the order of speech: `Austen, Jane, 1775-1817` is Jane Austen.

    People with a role in brackets (translators, illustrators …) count only where there is no one else.
    """
    people = [person.strip() for person in text.split(";") if person.strip()]
    authors = [person for person in people if not _ROLE.search(person)]
    return [_spoken(_ROLE.sub("", person)) for person in authors or people]


def _spoken(person: str) -> str:
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
    named = [found[1] for shelf in shelves.split(";") if (found := _SHELF.fullmatch(shelf.strip()))]
    return named or [
        _CLASSES[initial] for code in classes.split(";") if (initial := code.strip()[:1].upper()) in _CLASSES
    ]
