"""What people did for a book, as shops and libraries write it behind their names: `Hugh Thomson (Illustrator)`."""

import re
from collections.abc import Iterator, Sequence

_AUTHORS = (
    "author writer by editor edited ed eds compiler comp compiled selected retold adapted written"
    " creator autor autora autoren auteur autore autrice verfasser"
    " verfasserin herausgeber herausgeberin hrsg hg redacteur editeur curatore forfatter schrijver"
)
_OTHERS = (
    "illustrator illustrated illus ill translator translated trans transl tr narrator narrated reader read photographer"
    " photos artist designer foreword introduction introducer intro preface afterword contributor illustrateur"
    " illustratrice illustratore ubersetzer ubersetzerin ubers übersetzer übersetzerin übers traducteur traductrice"
    " traductor traductora traduttore vertaler vorwort sprecher sprecherin erzahler erzähler"
)
_IS_AUTHOR = frozenset(_AUTHORS.split())
_ROLE = rf"(?:{'|'.join([*_AUTHORS.split(), *_OTHERS.split()])})s?\.?(?: by)?"
_IN_BRACKETS = re.compile(
    rf"[(\[]\s*({_ROLE}(?:\s*(?:[,/&]|and)\s*{_ROLE})*)\s*[)\]]\s*(?:(?:[,&/]|and\b)\s*)?", re.IGNORECASE
)
_VERB = (
    "(?:illustrated|translated|edited|compiled|selected|retold|adapted|written|narrated|read|introduced|photographed"
    "|foreword|introduction|preface|afterword|illustrations|pictures|photographs)"
)
_BEFORE_NAME = re.compile(
    rf"(?:^|[,;]? )(?:with (?:an? )?)?({_VERB}(?:(?:,| and| &) {_VERB})*) by (?=\S)", re.IGNORECASE
)
_BY = re.compile(r"^ ?[Bb]y (?=[^\W\d_a-z])", re.MULTILINE)


def without_roles(names: Sequence[str]) -> tuple[Sequence[str], int]:
    """Return the names without roles, and how many illustrators, translators and narrators that leaves out.

    They are left out if the book has an author or an editor.
    """
    text = names[0] if len(names) == 1 else "\n".join(names)
    # Most names have none of these, and this takes a third of the time of a regular expression.
    if "(" not in text and "[" not in text and ("y " not in text or not _names_roles(text)):
        return names, 0
    people = [person for name in names for person in _people(name)]
    authors = [name for name, is_author in people if is_author]
    if not authors:
        return [name for name, _ in people], 0
    return authors, len(people) - len(authors)


def _names_roles(text: str) -> bool:
    return bool(_BY.search(text) or (" by " in text and _BEFORE_NAME.search(text)))


def _people(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the people of a text, and whether each is an author."""
    first, *others = _BEFORE_NAME.split(_BY.sub("", text))
    if first.strip() or not others:
        yield from _people_with_roles(first)
    for roles, names in zip(others[::2], others[1::2], strict=True):
        yield from ((name, is_author and _is_author(roles)) for name, is_author in _people_with_roles(names))


def _people_with_roles(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the people of a text with roles behind names; a name follows behind a role and a comma."""
    *parts, rest = _IN_BRACKETS.split(text)
    for name, roles in zip(parts[::2], parts[1::2], strict=True):
        yield name, _is_author(roles)
    if rest.strip() or not parts:
        yield rest, True


def _is_author(roles: str) -> bool:
    words = re.findall(r"\w+", roles.lower())
    return any(word in _IS_AUTHOR or word.removesuffix("s") in _IS_AUTHOR for word in words if word != "by")
