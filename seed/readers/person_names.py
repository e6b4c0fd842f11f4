"""Names of persons in the order of libraries (`Austen, Jane, 1775-1817`), turned to that of speech."""

import re

_DATES = re.compile(
    r"\d{1,4}\??(?: BCE?)?-|-\d{1,4}\??(?: BCE?)?|\b(?:active|century|approximately|born|died)\b|^\d{1,4}\??$"
)
_HEADING = re.compile(r"^[^,]+,.*, (?:(?:b|ca|active|born|approximately)\.? )?\d{3,4}\??-(?:\d{3,4}\??)?\.?$")
_EXPANSION = re.compile(r"\s*\([^)]*\)")
_SUFFIXES = {"Jr.", "Sr.", "II", "III", "IV"}
_PEERS = {"Baron", "Baroness", "Viscount", "Viscountess", "Earl of", "Countess of", "Marquis of", "Duke of"}
"""Titles after a name that usually repeats the family name: `Lytton, Edward Bulwer Lytton, Baron`."""


def has_dates(person: str) -> bool:
    """Return whether a name ends in years of birth and death, as only the headings of libraries do."""
    return bool(_HEADING.search(person))


def given_name_first(person: str) -> str:
    """Return the name as it is spoken, without dates and expansions: `Austen, Jane, 1775-1817` is Jane Austen."""
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
