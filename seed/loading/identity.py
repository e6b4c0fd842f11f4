"""Decides which book each staged row means: one of the catalogue, or a new one.

A row matches by its key in `book_source`, otherwise by ISBN, otherwise by title and authors among books without an
ISBN. `docs/catalogue.md` explains the rules to users.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from seed.loading.deduplication import merge_rows_of_one_book, merge_rows_of_one_key, separate_title_only_rows
from seed.loading.isbn_claims import settle_isbn_claims
from seed.loading.matching import add_new_books, collect_unmatched, match_by_isbn, match_by_key
from seed.loading.overlay import retain_fields, retain_isbns
from seed.loading.parting import find_shared_books, part_rows
from seed.loading.prune import find_pruned
from seed.loading.staging import SEPARATOR
from seed.loading.tables import analyze
from seed.loading.title_matching import match_by_title


@dataclass(frozen=True)
class Identities:
    """The counts of the decisions."""

    joined: int
    """Rows that meant the same book as an earlier row of the file."""
    parted: int
    """Rows that shared a book with other keys and no longer do."""
    isbns_taken: int
    """Rows that lost their ISBN, because another book has it."""


def identify(connection: sa.Connection, *, source: str, sync: bool, overwrite: bool) -> Identities:
    """Fill `matched_row` for every row, and leave one row of `staged_book` per book.

    Fields that their books retain are filled in. New books get their ids, but are not stored yet.
    """
    separate_title_only_rows(connection)
    joined = merge_rows_of_one_key(connection)
    if sync:
        find_pruned(connection, source)
    match_by_key(connection, source)
    find_shared_books(connection, source)
    parted = part_rows(connection, source)
    retain_isbns(connection, overwrite=overwrite)
    collect_unmatched(connection)
    matched = match_by_isbn(connection, source=source, sync=sync)
    isbns_taken = settle_isbn_claims(connection)
    if matched or isbns_taken:
        collect_unmatched(connection)
    if match_by_title(connection, source=source, sync=sync):
        collect_unmatched(connection)
    add_new_books(connection)
    joined += merge_rows_of_one_book(connection)
    analyze(connection, "matched_row")
    find_shared_books(connection, source)
    retain_fields(connection, overwrite=overwrite, separator=SEPARATOR)
    return Identities(joined, parted, isbns_taken)
