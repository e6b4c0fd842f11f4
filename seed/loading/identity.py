"""Decides which book each staged row means: one of the catalogue, or a new one.

A row matches by its key in `book_source`, otherwise by ISBN, otherwise by its fingerprint among books without an
ISBN. `docs/catalogue.md` explains the rules to users.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from seed.loading.deduplication import merge_rows_of_one_book, merge_rows_of_one_key
from seed.loading.isbn_claims import settle_isbn_claims
from seed.loading.matching import Matcher
from seed.loading.prune import find_pruned
from seed.loading.tables import analyze


@dataclass(frozen=True)
class Identities:
    """What the decisions were."""

    joined: int
    """Rows that meant the same book as an earlier row of the file."""
    isbns_taken: int
    """Rows that lost their ISBN, because another book has it."""


def identify(connection: sa.Connection, *, source: str, sync: bool) -> Identities:
    """Fill `matched_row` for every row, and leave one row of `staged_book` per book.

    New books have ids by then, but are not stored yet.
    """
    matcher = Matcher(connection, source=source, sync=sync)
    joined = merge_rows_of_one_key(connection)
    if sync:
        find_pruned(connection, source)
    matcher.match_by_key()
    matcher.match_by_isbn()
    isbns_taken = settle_isbn_claims(connection)
    matcher.match_by_fingerprint()
    matcher.add_new_books()
    joined += merge_rows_of_one_book(connection)
    analyze(connection, "matched_row")
    return Identities(joined, isbns_taken)
