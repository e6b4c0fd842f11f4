"""The names that people and programs give columns: one table of synonyms.

Names are compared without case, accents, spaces and punctuation. A name also matches with a prefix or suffix of
`AFFIXES` (`Book Title`, `Author Name`) or a number at its end (`Author 2`).
"""

import re
import unicodedata

from seed.record.language import language_tag

YEAR_OF_EDITION = "year of the edition"
"""The field of a column with the year of the edition; a column `year` has that of first publication."""

# English first, then German, French, Spanish, Italian, Portuguese, Dutch, Scandinavian, Polish, Czech, Russian,
# Japanese and Chinese.
SYNONYMS = {
    "key": "key id bookid itemid recordid textid uuid",
    "title": "title booktitle maintitle book books producttitle productname itemname libro livre buch boek bok bog"
    " kniha ksiazka книга fulltitle name bookname titel buchtitel titre titulo titolo tittel tytul tytuł nazev"
    " название заглавие 書名 书名 タイトル 标题",
    "authors": "author authors writer writers creator creators byauthor authortext primaryauthor mainauthor"
    " authorlastfirst authorlf authorsort secondaryauthor additionalauthor additionalauthors coauthor coauthors autor"
    " autora autorea autoroa autoren verfasser verfasserin auteur auteurs autores autore autori schrijver schrijvers"
    " forfatter forfattere forfattare autorzy autori автор авторы 著者 作者",
    "year": "year originalyear originalpublicationyear originalpublicationdate firstpublished firstpublishyear"
    " firstpublicationyear firstpublishdate yearfirstpublished yearwritten jahr annee ano anno jaar ar rok год 年",
    YEAR_OF_EDITION: "publicationyear publicationdate published publishedyear publisheddate publishdate"
    " publishyear yearpublished yearofpublication datepublished dateofpublication pubdate pubyear releasedate"
    " releaseyear erscheinungsjahr erscheinungsdatum erscheinung anneedepublication datedepublication anneeparution"
    " dateparution anodepublicacion fechadepublicacion annodipubblicazione annopubblicazione datadipubblicazione"
    " anodepublicacao datadepublicacao jaarvanuitgave verschijningsjaar publiceringsar utgivningsar udgivelsesar"
    " utgivelsesar rokwydania rokvydani годиздания датаиздания 出版年 出版日 出版日期 発行年 発売日",
    "isbn": "isbn isbn13 isbn10 isbns isbnuid ean eanisbn13 upcisbn10 isbnean isbnnumber isbncode isbnnummer barcode"
    " asin industryidentifiers",
    "language": "language languages lang inlanguage languagecode langcode sprache langue langues idioma idiomas lingua"
    " lingue taal sprak sprog jezyk jazyk язык 言語 语言",
    "description": "description body abstractnote summary synopsis blurb abstract annotation overview beschreibung"
    " zusammenfassung inhalt klappentext resume descriptif descripcion resumen sinopsis descrizione trama riassunto"
    " descricao resumo sinopse samenvatting omschrijving sammanfattning beskrivning resume beskrivelse opis popis"
    " описание аннотация 内容紹介 简介",
    "cover_url": "coverurl cover coverimage coverlink imageurl image imagelink imageurll imageurlm imageurls picture"
    " thumbnail titelbild couverture portada copertina capa omslag обложка",
    "categories": "categories category tags tag genres genre subjects subject keywords shelves bookshelves topics"
    " topic kategorie kategorien schlagworte schlagworter schlagwort gattung genres categorie categoria categorias"
    " motscles etiquettes sujets etiquetas materias temas genero generos tema etichette generi genere argomenti"
    " categorieen trefwoorden onderwerpen nyckelord kategori kategorier gatunek gatunki zanr zanry жанр жанры"
    " категория ジャンル 分类 标签 manualtags",
}

SORTED_AUTHORS = frozenset({"authorlastfirst", "authorlf", "authorsort"})
"""Columns that usually repeat the authors of another column, with the surname first."""

_TAGS = (
    "tags tag manualtags keywords shelves bookshelves schlagworte schlagworter motscles etiquettes etiquetas etichette"
    " trefwoorden nyckelord"
)
TAGS = frozenset(_TAGS.split())
"""Columns whose values are also separated by commas, because their values are words and not headings."""

ITEM_TYPE = "itemtype"
"""A column with the kind of material, such as `book` or `webpage`; Zotero has it."""

_OTHER_MATERIALS = (
    "attachment note journalArticle magazineArticle newspaperArticle conferencePaper encyclopediaArticle blogPost"
    " forumPost webpage film videoRecording tvBroadcast radioBroadcast audioRecording podcast artwork map patent"
    " presentation computerProgram email letter interview instantMessage statute case hearing bill"
)
OTHER_MATERIALS = frozenset(_OTHER_MATERIALS.split())
"""Zotero's types of what is not a book: https://www.zotero.org/support/kb/item_types_and_fields."""

AFFIXES = ("book", "main", "primary", "item", "the", "names", "name", "list", "s")

_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\d+$")
_REMARK = re.compile(
    r"\s*[(\[]([^()\[\]]*)[)\]]\s*$|[\s_.-]+(en|eng|de|ger|fr|fre|es|spa|it|ita|nl|pt|ru)$", re.IGNORECASE
)
_REMARKS = frozenset({"main", "full", "text", "number", "optional", "required"})
_MAX_UNIT_LENGTH = 4
_MAX_NAME_LENGTH = 200


def normalise(name: str) -> str:
    """Return a column's name without case, accents, spaces and punctuation."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return _NOT_ALPHANUMERIC.sub("", "".join(sign for sign in decomposed if not unicodedata.combining(sign)))


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
