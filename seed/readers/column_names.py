"""Which field a column holds, by its name: `seed.readers.synonyms` has the names that are known.

Names are compared without case, accents, spaces and punctuation. A name also matches with a prefix or suffix of
`AFFIXES` (`Book Title`, `Author Name`) or a number at its end (`Author 2`).
"""

import re
import unicodedata

from seed.readers.synonyms import SYNONYMS
from seed.record.language import language_tag

SORTED_AUTHORS = frozenset({"authorlastfirst", "authorlf", "authorsort"})
"""Columns that usually repeat the authors of another column, with the surname first."""

_VAGUE_TITLES = "book books name names itemname productname libro livre buch boek bok bog kniha"
VAGUE_TITLES = frozenset(_VAGUE_TITLES.split())
"""Columns that may also have a number in a series, or the name of something else beside a column called a title."""

_TAGS = (
    "tags tag manualtags keywords shelves bookshelves schlagworte schlagworter motscles etiquettes etiquetas etichette"
    " 标签 trefwoorden nyckelord asiasanat"
    " palabrasclave palavraschave parolechiave słowakluczowe klicovaslova ключевыеслова"
    " genres generos generi gatunki zanry жанры キーワード 关键词 키워드"
)
ITEM_TYPES = frozenset({"itemtype", "referencetype", "type"})
"""Columns with the kind of material, such as `book` or `webpage`: Zotero's, EndNote's and Mendeley's."""

_OTHER_MATERIALS = (
    "attachment note journalArticle magazineArticle newspaperArticle conferencePaper encyclopediaArticle blogPost"
    " forumPost webpage film videoRecording tvBroadcast radioBroadcast audioRecording podcast artwork map patent"
    " bookSection presentation computerProgram email letter interview instantMessage statute case hearing bill"
)
OTHER_MATERIALS = frozenset(_OTHER_MATERIALS.casefold().split())
"""Zotero's types of what is not a book, normalised: https://www.zotero.org/support/kb/item_types_and_fields."""

AFFIXES = ("dublincore", "dc", "book", "main", "primary", "item", "the", "names", "name", "list", "s")

_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_DOTLESS_I = "\u0131"
_NUMBER = re.compile(r"\d+$")
_REMARK = re.compile(
    r"\s*[(\[]([^()\[\]]*)[)\]]\s*$|[\s_.-]+(en|eng|de|ger|fr|fre|es|spa|it|ita|nl|pt|ru)$", re.IGNORECASE
)
_REMARKS = frozenset({"main", "full", "text", "number", "optional", "required"})
_MAX_UNIT_LENGTH = 4
_MAX_NAME_LENGTH = 200


def normalise(name: str) -> str:
    """Return a column's name without case, accents, spaces and punctuation."""
    decomposed = unicodedata.normalize("NFKD", name).casefold().replace(_DOTLESS_I, "i")
    return _NOT_ALPHANUMERIC.sub("", "".join(sign for sign in decomposed if not unicodedata.combining(sign)))


TAGS = frozenset(map(normalise, _TAGS.split()))
"""Columns whose values are also separated by commas, because their values are words and not headings."""

_FIELD_BY_NAME = {normalise(name): field for field, names in SYNONYMS.items() for name in names.split()}


def field_of(name: str) -> str | None:
    """Return the field that a column of this name holds, or None if the name is unknown."""
    plain = normalise(name)
    for candidate in (plain, _NUMBER.sub("", plain)):
        if field := _FIELD_BY_NAME.get(candidate) or _without_affix(candidate):
            return field
    shorter = _without_remark(name[:_MAX_NAME_LENGTH])
    return field_of(shorter) if shorter else None


def _without_remark(name: str) -> str | None:
    """Return the name without a language or a unit at its end: `TITLE (EN)`, `title_de`."""
    match = _REMARK.search(name)
    remark = (match[1] or match[2] or "").strip().casefold() if match else ""
    if (
        not match
        or not match.start()
        or not (len(remark) <= _MAX_UNIT_LENGTH or remark in _REMARKS or language_tag(remark))
    ):
        return None
    return name[: match.start()]


def _without_affix(name: str) -> str | None:
    for affix in AFFIXES:
        for shorter in (name.removeprefix(affix), name.removesuffix(affix)):
            if shorter != name and (field := _FIELD_BY_NAME.get(shorter)):
                return field
    return None
