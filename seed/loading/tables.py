"""The temporary tables of a load, and the rule for how statements reach PostgreSQL.

The rule, for all of `seed`:

- Statements are SQL text, run with `connection.execute(sa.text(…))`. They are set-based, so Core would only
  restate them. Values are always bound; only our own fragments are interpolated.
- psycopg's own connection (`raw_connection`) runs COPY and server-side cursors, and nothing else.
- SQLAlchemy provides the engine, the transactions and the types of errors. Nothing here uses its expressions or ORM.

`create_tables` creates the tables empty; PostgreSQL drops them when the transaction ends. A line identifies a staged
row, since a file has at most one book per line. A *placement* is a book on the shelf of one category.
"""

from typing import NamedTuple

import psycopg
import sqlalchemy as sa


class TemporaryTable(NamedTuple):
    """A table, its columns, and the modules of `seed` that write it and read it."""

    name: str
    columns: str
    written_by: frozenset[str]
    read_by: frozenset[str]


def _table(name: str, columns: str, *, written_by: str, read_by: str = "") -> TemporaryTable:
    """Declare a table; without `read_by`, only its writers read it."""
    return TemporaryTable(name, columns, frozenset(written_by.split()), frozenset((read_by or written_by).split()))


_BOOK = """
    line bigint, key text, isbn text, title text, authors text, year integer, language text, description text,
    cover_url text, fingerprint uuid, categories text, is_edition_year boolean, present smallint,
    retained smallint DEFAULT 0
"""
_PLACEMENT = "book_id bigint, category_id integer"

LOAD_TABLES = (
    # The file's books. COPY also puts rejected rows here, without a title, until staging is complete. `present` has a
    # bit for each field that the file has, `retained` one for each that keeps the value of the stored book.
    _table(
        "staged_book",
        _BOOK,
        written_by="category_limits deduplication fingerprints isbn_claims overlay staging",
        read_by="books categories category_limits deduplication fingerprints isbn_claims matching overlay parting "
        "prune shelving staging",
    ),
    # The keys of rejected rows, which `--sync` must not prune.
    _table("rejected_key", "key text", written_by="staging", read_by="prune"),
    # Rows that mean the same book, each with the first line among them.
    _table("duplicate_row", "line bigint, first_line bigint", written_by="deduplication"),
    # One row for each group of duplicates.
    _table("merged_book", _BOOK, written_by="deduplication"),
    # The new fingerprints of rows whose authors have changed since they were read.
    _table("recomputed_fingerprint", "line bigint, fingerprint uuid", written_by="fingerprints"),
    # Spellings of categories: those of the catalogue with their id and books, those of the file without id, with rows.
    _table(
        "category_name",
        "id integer, name text, key text, slug text, books bigint",
        written_by="categories category_limits",
    ),
    # Categories to add.
    _table("new_category", "key text, name text, slug text", written_by="categories"),
    # Each spelling in the file, and the category that it means.
    _table(
        "staged_category",
        "name text, category_id integer",
        written_by="categories",
        read_by="category_limits outcome shelving",
    ),
    # Keys of the source that a complete file no longer has (`--sync`).
    _table("pruned_key", "key text, book_id bigint", written_by="prune"),
    # Books that no remaining key names. A row of the file may still match one.
    _table("pruned_book", "book_id bigint", written_by="prune", read_by="isbn_claims prune"),
    # Rows whose book is known: by the source's key, otherwise recognised, or new with a reserved id.
    _table(
        "matched_row",
        "line bigint, key text, book_id bigint, by_key boolean, is_new boolean, provided_fields smallint",
        written_by="matching parting title_matching",
        read_by="books deduplication isbn_claims matching outcome overlay parting prune shelving title_matching",
    ),
    # Matched books that other sources name too, and the fields that these provided.
    _table("shared_book", "book_id bigint, provided_fields smallint", written_by="parting", read_by="overlay parting"),
    # Rows that leave the book that they shared.
    _table("parted_row", "line bigint, key text", written_by="parting"),
    # Rows that have no book yet. A made key is one that the file does not have, made from the ISBN or the title.
    _table(
        "unmatched_row",
        "line bigint, key text, isbn text, fingerprint uuid, language text, has_authors boolean, has_made_key boolean",
        written_by="matching",
        read_by="matching title_matching",
    ),
    # Books without an ISBN that have the title and authors of an unmatched row.
    _table(
        "candidate_book",
        "book_id bigint, fingerprint uuid, language text, is_named boolean",
        written_by="title_matching",
    ),
    # Rows without a key that mean the book of another row, because title and authors are the same.
    _table("follower_row", "line bigint, leader_line bigint", written_by="matching"),
    # Rows that name an ISBN which another row or another book has too. The book is NULL while unknown.
    _table("isbn_claim", "line bigint, isbn text, book_id bigint", written_by="isbn_claims"),
    # Stored books whose fields differ from their staged row.
    _table("changed_book", "book_id bigint, line bigint", written_by="books", read_by="books outcome overlay"),
    # Placements that the file names for books that were stored before; a pair may occur twice.
    _table("wanted_placement", _PLACEMENT, written_by="shelving"),
    # Placements that are only wanted (position NULL) or only present.
    _table("placement_change", f"{_PLACEMENT}, position integer", written_by="shelving"),
    # Stored books whose placements change.
    _table("moved_book", "book_id bigint", written_by="shelving", read_by="outcome shelving"),
)

SLOT_TABLES = (
    # Slots to empty, with the book that they hold.
    _table("emptied_slot", f"{_PLACEMENT}, position integer", written_by="prune shelving", read_by="slots"),
    # New placements, numbered from 1 within each category.
    _table("numbered_placement", f"{_PLACEMENT}, number bigint", written_by="slots"),
    # How many books each category gains.
    _table("category_growth", "category_id integer, books bigint", written_by="slots"),
    # The first empty slots of each growing category, numbered from 1.
    _table("free_slot", "category_id integer, position integer, number bigint", written_by="slots"),
)

SYNTHETIC_TABLES = (
    # The made-up categories, the largest first.
    _table("synthetic_category", "category_id integer, rank bigint", written_by="generator"),
)


def create_tables(connection: sa.Connection, *tables: TemporaryTable) -> None:
    """Create the tables, empty, until the end of the transaction."""
    for table in tables:
        connection.execute(sa.text(f"CREATE TEMPORARY TABLE {table.name} ({table.columns}) ON COMMIT DROP"))


def analyze(connection: sa.Connection, *names: str) -> None:
    """Give the planner the sizes of temporary tables, which autovacuum cannot see."""
    connection.execute(sa.text(f"ANALYZE {', '.join(names)}"))


def raw_connection(connection: sa.Connection) -> psycopg.Connection:
    """Return psycopg's own connection, for COPY and server-side cursors."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    return raw
