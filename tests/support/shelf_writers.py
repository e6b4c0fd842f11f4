"""Writers that change a shelf beside running draws, by the rules that every writer must follow."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from typing import Protocol

import psycopg
import sqlalchemy as sa

from seed.maintenance.compact import compact

_FILL = """
WITH gap AS (
  SELECT position FROM slot WHERE category_id = %(shelf)s AND book_id IS NULL LIMIT 1 FOR UPDATE SKIP LOCKED
), made AS (
  INSERT INTO book (title, fingerprint) SELECT 'churn', gen_random_uuid() FROM gap RETURNING id
)
UPDATE slot SET book_id = made.id FROM gap, made
WHERE slot.category_id = %(shelf)s AND slot.position = gap.position
"""
_GROW = """
WITH grown AS (UPDATE category SET high_water = high_water + 1 WHERE id = %(shelf)s RETURNING high_water),
made AS (INSERT INTO book (title, fingerprint) VALUES ('churn', gen_random_uuid()) RETURNING id)
INSERT INTO slot (category_id, position, book_id) SELECT %(shelf)s, high_water, made.id FROM grown, made
"""
# A random one of some dozens of books. This test does not judge its distribution, so the slow ORDER BY will do.
_DELETE = """
DELETE FROM book WHERE id = (
  SELECT book.id FROM slot JOIN book ON book.id = slot.book_id
  WHERE slot.category_id = %(shelf)s AND book.title = 'churn' ORDER BY random() LIMIT 1 FOR UPDATE OF book SKIP LOCKED
)
"""
_GAP = """
SELECT position FROM slot WHERE category_id = %(shelf)s AND book_id IS NULL
ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_LAST = "SELECT position, book_id FROM slot WHERE category_id = %(shelf)s ORDER BY position DESC LIMIT 1"
_KEEP = "SELECT 1 FROM book WHERE id = %(book)s FOR KEY SHARE SKIP LOCKED"
_TAKE = """
DELETE FROM slot WHERE (category_id, position) = (
  SELECT category_id, position FROM slot WHERE category_id = %(shelf)s AND position = %(last)s
  AND book_id IS NOT DISTINCT FROM %(book)s FOR UPDATE SKIP LOCKED
)
"""
_MOVE = "UPDATE slot SET book_id = %(book)s WHERE category_id = %(shelf)s AND position = %(gap)s"


class Writer:
    """Inserts and deletes books of one shelf, and moves its last book into a gap, in small transactions.

    Args:
        url: the database.
        shelf: the id of the category.
        seed: of the random choice between these changes.
        compacts: whether it moves books.
        pause_s: the wait after each change. Without one, two writers use a processor core or more, and whatever is
            measured beside them waits for it.
    """

    def __init__(self, url: str, shelf: int, seed: int, *, compacts: bool = True, pause_s: float = 0.0) -> None:
        self._url = url
        self._shelf = {"shelf": shelf}
        self._random = Random(seed)
        self._kinds = [self._insert, self._delete, *([self._compact] if compacts else [])]
        self._pause_s = pause_s
        self.changes = 0

    def work_until(self, stopped: threading.Event) -> None:
        """Write until stopped."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            while not stopped.wait(self._pause_s):
                with connection.transaction():
                    self._random.choice(self._kinds)(connection)
                self.changes += 1

    def _insert(self, connection: psycopg.Connection) -> None:
        if not connection.execute(_FILL, self._shelf).rowcount:
            connection.execute(_GROW, self._shelf)

    def _delete(self, connection: psycopg.Connection) -> None:
        connection.execute(_DELETE, self._shelf)

    def _compact(self, connection: psycopg.Connection) -> None:
        # Lock the book before its slots, as a DELETE of the book does; never wait for a lock.
        last, book = connection.execute(_LAST, self._shelf).fetchone() or (0, None)
        values = {**self._shelf, "last": last, "book": book}
        if book and not connection.execute(_KEEP, values).rowcount:
            return
        (gap,) = connection.execute(_GAP, self._shelf).fetchone() or (last,)
        if gap < last and connection.execute(_TAKE, values).rowcount and book:
            connection.execute(_MOVE, {**values, "gap": gap})


class Compactor:
    """Compacts all shelves again and again, as `python -m seed compact` does."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self.changes = 0

    def work_until(self, stopped: threading.Event) -> None:
        """Compact until stopped."""
        while not stopped.is_set():
            result = compact(self._engine, log=print)
            self.changes += result.moved + result.deleted


class Works(Protocol):
    """A writer beside draws."""

    changes: int

    def work_until(self, stopped: threading.Event) -> None:
        """Write until stopped."""


@contextmanager
def writing(writers: Sequence[Works]) -> Iterator[Callable[[], None]]:
    """Run the writers beside the block; give a function that raises the error of one that failed."""
    stopped, errors = threading.Event(), list[BaseException]()

    def run(writer: Works) -> None:
        try:
            writer.work_until(stopped)
        except BaseException as error:  # noqa: BLE001  # `check` raises it
            errors.append(error)

    def check() -> None:
        if errors:
            raise errors[0]

    threads = [threading.Thread(target=run, args=[writer]) for writer in writers]
    for thread in threads:
        thread.start()
    try:
        yield check
    finally:
        stopped.set()
        for thread in threads:
            thread.join()
    check()
