"""Blocks or fails the statements that read books, but not those of the health probe.

The table `book` is renamed, and a view takes its name. The view calls a function for each row that it returns, so a
statement for no rows, such as the probe's, never calls it. The function is declared STABLE, because PostgreSQL would
otherwise call it for each row of the table.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.shelves import Shop

LOCK_KEY = 4711
IN_THIS_DATABASE = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
"""A condition on `pg_locks`: other tests use other databases of the same server."""
SECRET = "the secret is swordfish"

_VIEW = """
ALTER TABLE book RENAME TO book_behind;
CREATE FUNCTION obstacle(id bigint, title text) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM pg_advisory_lock_shared(4711);
  PERFORM pg_advisory_unlock_shared(4711);
  IF title = 'bad' THEN RAISE EXCEPTION 'the secret is swordfish, the book is %', id; END IF;
  IF title = 'conflict' THEN
    RAISE EXCEPTION 'canceling statement due to conflict with recovery' USING ERRCODE = '40001';
  END IF;
  IF title = 'slow' THEN PERFORM pg_sleep(1.5); END IF;
  RETURN title;
END $$;
DO $$
BEGIN
  EXECUTE (
    SELECT 'CREATE VIEW book AS SELECT ' || string_agg(
      CASE attname WHEN 'title' THEN 'obstacle(id, title) AS title' ELSE quote_ident(attname) END, ', ' ORDER BY attnum
    ) || ' FROM book_behind'
    FROM pg_attribute WHERE attrelid = 'book_behind'::regclass AND attnum > 0 AND NOT attisdropped
  );
END $$;
"""


def put_obstacle(shop: Shop) -> None:
    """Make readers of a book wait while `stalled`.

    A book with the title 'bad' cannot be read, 'conflict' fails like a conflict with recovery on a standby, and 'slow'
    takes 1.5 s.
    """
    shop.connection.execute(_VIEW)


@contextmanager
def stalled(shop: Shop) -> Iterator[None]:
    """Block every statement that reads a book until the block ends."""
    shop.number("SELECT 1 FROM pg_advisory_lock(%s)", LOCK_KEY)
    try:
        yield
    finally:
        shop.number("SELECT 1 FROM pg_advisory_unlock(%s)", LOCK_KEY)


def wait_for_waiters(shop: Shop, count: int = 1) -> None:
    """Wait until `count` statements wait at the obstacle."""
    waiting = f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND {IN_THIS_DATABASE}"
    while shop.number(waiting) < count:
        pass
