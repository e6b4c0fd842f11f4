"""Decides which fields of stored books a file changes, also if it lacks a field or leaves it empty.

A field that the file does not have stays. An empty field clears the value that this source provided; a value of another
source stays, unless `--overwrite` is given. A field with a value replaces the stored one, except that the year of an
edition does not replace another source's year of first publication. `book_source.provided_fields` has a bit for each
field whose stored value the source provided.
"""

import sqlalchemy as sa

from seed.loading.field_bits import BITS, field_mask
from seed.loading.fingerprints import recompute_fingerprints
from seed.record.model import OPTIONAL_FIELDS

_EMPTY = {
    field: f"staged_book.{field} = ''" if field in {"authors", "categories"} else f"staged_book.{field} IS NULL"
    for field in OPTIONAL_FIELDS
}


PROVIDED = f"""
    ({" | ".join(f"CASE WHEN {_EMPTY[field]} THEN 0 ELSE {bit} END" for field, bit in BITS.items())})
    & ~staged_book.retained
"""
"""The bits of the fields for which a staged row has a value of its own."""


def _retains(field: str) -> str:
    """Return the condition under which a book keeps its own value of a field."""
    bit = BITS[field]
    others = f"NOT :overwrite AND coalesce(shared_book.provided_fields, 0) & {bit} <> 0"
    kept = f"(staged_book.present & {bit} = 0 OR ({others}))"
    if field != "year":
        return f"({_EMPTY[field]} AND {kept})"
    better = f"book.year IS NOT NULL AND NOT book.is_edition_year AND staged_book.is_edition_year AND {others}"
    return f"({_EMPTY[field]} AND {kept} OR {better})"


_FROM_MATCHED = """
    FROM matched_row JOIN book ON book.id = matched_row.book_id LEFT JOIN shared_book USING (book_id)
    WHERE matched_row.line = staged_book.line AND NOT matched_row.is_new
"""

_RETAIN_ISBNS = f"""
    UPDATE staged_book SET isbn = book.isbn, retained = retained | {BITS["isbn"]}
    {_FROM_MATCHED} AND book.isbn IS NOT NULL AND {_retains("isbn")}
"""

_SCALARS = ("year", "language", "description", "cover_url")


_ASSIGNMENTS = {
    **{field: f"CASE WHEN {_retains(field)} THEN book.{field} ELSE staged_book.{field} END" for field in _SCALARS},
    "is_edition_year": f"CASE WHEN {_retains('year')} THEN book.is_edition_year ELSE staged_book.is_edition_year END",
    "authors": f"""
        CASE WHEN {_retains("authors")} THEN array_to_string(book.authors, :separator) ELSE staged_book.authors END
    """,
    "retained": " | ".join(
        [
            "retained",
            *(
                f"CASE WHEN {_retains(field)} THEN {BITS[field]} ELSE 0 END"
                for field in (*_SCALARS, "authors", "categories")
            ),
        ]
    ),
}

_STORED = {
    "year": "book.year IS NOT NULL",
    "language": "book.language IS NOT NULL",
    "description": "book.description IS NOT NULL",
    "cover_url": "book.cover_url IS NOT NULL",
    "authors": "book.authors <> '{}'",
    "categories": f"shared_book.provided_fields & {BITS['categories']} <> 0",
}

_RETAIN_REST = f"""
    UPDATE staged_book SET {", ".join(f"{column} = {value}" for column, value in _ASSIGNMENTS.items())}
    {_FROM_MATCHED} AND ({" OR ".join(f"{stored} AND {_retains(field)}" for field, stored in _STORED.items())})
"""


# Without shared books, a file that has every field retains nothing.
_CAN_RETAIN = "SELECT EXISTS (SELECT FROM shared_book) OR EXISTS (SELECT FROM staged_book WHERE present <> :all)"


def retain_isbns(connection: sa.Connection, *, overwrite: bool) -> None:
    """Give rows the ISBN that their book keeps, before claims to ISBNs are settled."""
    connection.execute(sa.text(_RETAIN_ISBNS), {"overwrite": overwrite})


def retain_fields(connection: sa.Connection, *, overwrite: bool, separator: str) -> None:
    """Give rows all other values that their books keep, and mark the fields in `staged_book.retained`."""
    values = {"overwrite": overwrite, "separator": separator}
    if not connection.scalar(sa.text(_CAN_RETAIN), {"all": field_mask(OPTIONAL_FIELDS)}):
        return
    if connection.execute(sa.text(_RETAIN_REST), values).rowcount:
        recompute_fingerprints(connection, f"retained & {BITS['authors']} <> 0")


# A field that the file does not have keeps its bit.
_NOW_PROVIDED = f"((matched_row.provided_fields & ~staged_book.present) | ({PROVIDED}))"


def remember_provided_fields(connection: sa.Connection, source: str) -> None:
    """Bring `provided_fields` up to date for keys that are stored, before the books change."""
    connection.execute(
        sa.text(f"""
            UPDATE book_source SET provided_fields = {_NOW_PROVIDED}
            FROM matched_row JOIN staged_book USING (line)
            WHERE matched_row.by_key AND book_source.source = :source AND book_source.key = matched_row.key
              AND matched_row.provided_fields <> {_NOW_PROVIDED}
        """),
        {"source": source},
    )
    connection.execute(sa.text(_REPLACE_OTHERS), {"source": source})


_DIFFERS = " | ".join(
    f"CASE WHEN staged_book.{field} IS DISTINCT FROM book.{field} THEN {BITS[field]} ELSE 0 END"
    for field in ("isbn", *_SCALARS)
)

# The other sources of a book no longer provide the fields that this file replaces.
_REPLACE_OTHERS = f"""
    UPDATE book_source SET provided_fields = provided_fields & ~replaced.fields
    FROM (
        SELECT changed_book.book_id,
               ({PROVIDED}) & ({_DIFFERS} | CASE WHEN staged_book.fingerprint <> book.fingerprint
                                              THEN {BITS["authors"]} ELSE 0 END) AS fields
        FROM changed_book JOIN staged_book USING (line) JOIN book ON book.id = changed_book.book_id
             JOIN shared_book ON shared_book.book_id = changed_book.book_id
    ) AS replaced
    WHERE book_source.book_id = replaced.book_id AND source <> :source
      AND book_source.provided_fields & replaced.fields <> 0
"""
