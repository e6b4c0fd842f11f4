"""The fields of a MARC 21 record: https://www.loc.gov/marc/bibliographic/."""

from pymarc import Field, Record

from seed.readers.person_names import given_name_first

_AUTHOR_ROLES = {"author", "aut", "joint author", "writer"}
PUNCTUATION = " /:;,=."


def texts(record: Record, *tags: str) -> list[str]:
    """Return all subfields `a` of these fields."""
    return [text for field in record.get_fields(*tags) for text in field.get_subfields("a")]


def subjects(record: Record) -> list[str]:
    """Return topics and genres, without their subdivisions."""
    return [text.rstrip(PUNCTUATION) for text in texts(record, "650", "655")]


def title(record: Record) -> str:
    """Return the title with its subtitle, and the number and name of a part."""
    field = record.get("245")
    if field is None:
        return ""
    parts = [text.strip().rstrip(PUNCTUATION) for text in field.get_subfields("a", "b", "n", "p")]
    return ": ".join(filter(None, parts[:2])) + "".join(f". {part}" for part in parts[2:] if part)


def authors(record: Record) -> list[str]:
    """Return the main author and further ones; editors and translators only if there is nobody else."""
    main = record.get_fields("100", "110", "111")
    added = record.get_fields("700", "710")
    authors = [*main, *(field for field in added if not _roles(field) or _roles(field) & _AUTHOR_ROLES)]
    return [_name(field) for field in authors or added]


def _roles(field: Field) -> set[str]:
    return {role.strip(PUNCTUATION).casefold() for role in field.get_subfields("e", "4")}


def _name(field: Field) -> str:
    name = (field.get("a") or "").strip().rstrip(" ,/:;")
    return given_name_first(name) if field.tag in {"100", "700"} else name.rstrip(".")


def year(record: Record) -> tuple[str, bool]:
    """Return the year, and whether it is the edition's: a reprint (type r) also has that of the original."""
    fixed = control(record, "008")
    dates, kind = (fixed[7:11], fixed[11:15]), fixed[6:7]
    if kind == "r" and dates[1].isdigit():
        return dates[1], False
    if dates[0].isdigit():
        return dates[0], True
    published = [text for field in record.get_fields("264", "260") for text in field.get_subfields("c")]
    return next(iter(published), ""), True


def language(record: Record) -> str:
    """Return the code of the language."""
    code = control(record, "008")[35:38].strip(" |")
    field = record.get("041")
    return code or (field.get("a") or "" if field else "")


def control(record: Record, tag: str) -> str:
    """Return the data of a control field; an empty text if the record has none."""
    field = record.get(tag)
    return (field.data or "") if field else ""
