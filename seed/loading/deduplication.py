"""The same book twice in a file: its rows become one."""

from collections.abc import Iterator

import sqlalchemy as sa

from seed.loading.staging import SEPARATOR, raw_connection
from seed.record.fingerprint import fingerprint

_FETCH_ROWS = 5_000


def join_rows_of_one_key(connection: sa.Connection) -> int:
    """Make one row of all rows with the same key; return how many are gone."""
    connection.execute(
        sa.text("""
            CREATE TEMPORARY TABLE twin ON COMMIT DROP AS
            SELECT line, min(line) OVER (PARTITION BY key) AS first_line
            FROM incoming JOIN (SELECT key FROM incoming GROUP BY key HAVING count(*) > 1) AS doubled USING (key)
        """)
    )
    return _unite(connection)


def join_rows_of_one_book(connection: sa.Connection) -> int:
    """Make one row of all rows that have found the same book; return how many are gone."""
    connection.execute(
        sa.text("""
            CREATE TEMPORARY TABLE twin ON COMMIT DROP AS
            SELECT line, min(line) OVER (PARTITION BY book_id) AS first_line
            FROM found JOIN (SELECT book_id FROM found GROUP BY book_id HAVING count(*) > 1) AS doubled USING (book_id)
        """)
    )
    return _unite(connection)


def _unite(connection: sa.Connection) -> int:
    """Make one row of all twins: authors and categories united, for the rest the first line that tells it."""
    surplus = connection.execute(sa.text("SELECT count(*) - count(DISTINCT first_line) FROM twin")).scalar_one()
    if surplus:
        connection.execute(sa.text(_UNITE), {"separator": SEPARATOR})
        connection.execute(sa.text("DELETE FROM incoming USING twin WHERE incoming.line = twin.line"))
        connection.execute(sa.text("INSERT INTO incoming SELECT * FROM united"))
        _mark_again(connection)
        connection.execute(sa.text("DROP TABLE united"))
    connection.execute(sa.text("DROP TABLE twin"))
    return int(surplus)


def _first(column: str) -> str:
    return f"(array_agg({column} ORDER BY line) FILTER (WHERE {column} IS NOT NULL))[1]"


def _all_once(column: str) -> str:
    every = f"string_to_array(string_agg(nullif({column}, ''), :separator ORDER BY line), :separator)"
    return f"""coalesce(array_to_string(ARRAY(
        SELECT name FROM unnest({every}) WITH ORDINALITY AS names (name, place) GROUP BY name ORDER BY min(place)
    ), :separator), '')"""


_UNITE = f"""
    CREATE TEMPORARY TABLE united ON COMMIT DROP AS
    SELECT first_line AS line, {_first("key")} AS key, {_first("isbn")} AS isbn, {_first("title")} AS title,
           {_all_once("authors")} AS authors, {_first("year")} AS year, {_first("language")} AS language,
           {_first("description")} AS description, {_first("cover_url")} AS cover_url,
           {_first("fingerprint")} AS fingerprint, {_all_once("categories")} AS categories
    FROM incoming JOIN twin USING (line)
    GROUP BY first_line
"""


def _mark_again(connection: sa.Connection) -> None:
    """Compute the fingerprints of united rows, whose authors may be more than each row's."""
    connection.execute(sa.text("CREATE TEMPORARY TABLE marked (line bigint, fingerprint uuid) ON COMMIT DROP"))
    with raw_connection(connection).cursor() as cursor:
        for batch in _batches(connection):
            with cursor.copy("COPY marked FROM STDIN") as copy:
                for line, title, authors in batch:
                    copy.write_row((line, fingerprint(title, filter(None, authors.split(SEPARATOR)))))
    connection.execute(
        sa.text("UPDATE incoming SET fingerprint = marked.fingerprint FROM marked WHERE incoming.line = marked.line")
    )
    connection.execute(sa.text("DROP TABLE marked"))


def _batches(connection: sa.Connection) -> Iterator[list[tuple[int, str, str]]]:
    with raw_connection(connection).cursor("united_rows") as rows:
        rows.execute("SELECT line, title, authors FROM united")
        while batch := rows.fetchmany(_FETCH_ROWS):
            yield batch
