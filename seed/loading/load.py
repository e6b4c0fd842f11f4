"""One load: staged, identified, stored and shelved in one transaction, by set-based statements."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from seed.loading.categories import find_categories
from seed.loading.identity import Identities, identify
from seed.loading.prune import remove_vanished
from seed.loading.slots import shelve
from seed.loading.staging import SEPARATOR, Intake, create_staging, stage
from seed.record.model import Record, Rejection, Skipped


class LoadRefusedError(ValueError):
    """The file is not loaded, and nothing is written; the message is one sentence."""


@dataclass
class Outcome:
    """What a load did."""

    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    joined: int = 0
    removed: int = 0
    keys_added: int = 0
    """Keys under which the source had not known a book yet."""
    keys_removed: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    skipped: int = 0
    skips: Counter[str] = field(default_factory=Counter)
    isbns_taken: int = 0
    categories: int = 0
    categories_added: int = 0

    @property
    def is_nothing(self) -> bool:
        """Whether the catalogue is what it was."""
        return not (self.added or self.changed or self.removed or self.keys_added or self.keys_removed)


@dataclass(frozen=True)
class Job:
    """How a file is to be loaded."""

    source: str
    """The name under which the records' keys are remembered."""
    sync: bool = False
    """Also take away this source's keys that the file no longer has, and books that no source names any more."""
    on_rejection: Callable[[Rejection], None] = lambda _: None
    """Called at once for each refused row; what it raises ends the load."""
    on_staged: Callable[[Intake], None] = lambda _: None
    """Called when all is read and nothing written; what it raises ends the load."""
    on_step: Callable[[str], None] = lambda _: None
    """Called with a few words before each long step that follows."""


def load(connection: sa.Connection, found: Iterable[Record | Rejection | Skipped], job: Job) -> Outcome:
    """Bring records into the catalogue, and return what that did. Commits nothing.

    Args:
        connection: in a transaction, holding the lock of `seed.loading.connection`.
        found: records and rejections, read as the load goes on.
        job: how.

    Raises:
        LoadRefusedError: if the file cannot tell what `sync` should take away.
    """
    create_staging(connection)
    intake = stage(connection, found, on_rejection=job.on_rejection)
    job.on_staged(intake)
    if job.sync:
        _check_completeness(intake)
    categories_added = find_categories(connection)
    job.on_step("Finding out which book is which")
    identities = identify(connection, source=job.source, sync=job.sync)
    job.on_step("Storing the books")
    # What goes goes first, since it may have an ISBN that another book gets.
    keys_removed, removed = remove_vanished(connection, job.source) if job.sync else (0, 0)
    _store_books(connection)
    keys_added = _store_keys(connection, job.source)
    job.on_step("Giving them their places on the shelves")
    shelve(connection)
    outcome = _outcome(connection, intake, identities)
    return replace(
        outcome, removed=removed, keys_added=keys_added, keys_removed=keys_removed, categories_added=categories_added
    )


def _check_completeness(intake: Intake) -> None:
    if intake.read == intake.rejected + intake.skipped.total():
        raise LoadRefusedError("The file holds no book, and --sync would take away all books of its source.")
    if intake.unnamed:
        raise LoadRefusedError(
            f"{intake.unnamed} refused rows do not tell which book they mean, and --sync would take those away."
        )


_FIELDS = "isbn, title, authors, year, language, description, cover_url, fingerprint"

_INCOMING_FIELDS = """
    isbn, title, string_to_array(authors, :separator), year, language, description, cover_url, fingerprint
"""


def _store_books(connection: sa.Connection) -> None:
    """Insert the new books; update those whose fields differ and name them in the temporary table `changed`."""
    connection.execute(
        sa.text(f"""
            CREATE TEMPORARY TABLE changed ON COMMIT DROP AS
            SELECT found.book_id, incoming.line
            FROM incoming JOIN found USING (line) JOIN book ON book.id = found.book_id
            WHERE NOT is_new
              AND (book.isbn, book.title, book.authors, book.year, book.language, book.description,
                   book.cover_url, book.fingerprint) IS DISTINCT FROM ({_qualified()})
        """),
        {"separator": SEPARATOR},
    )
    # ISBNs that move from one book to another must be free before they are given.
    connection.execute(
        sa.text("""
            UPDATE book SET isbn = NULL FROM changed JOIN incoming USING (line)
            WHERE book.id = changed.book_id AND book.isbn <> coalesce(incoming.isbn, '')
        """)
    )
    connection.execute(
        sa.text(f"""
            UPDATE book SET ({_FIELDS}) = ROW ({_qualified()})
            FROM changed JOIN incoming USING (line) WHERE book.id = changed.book_id
        """),
        {"separator": SEPARATOR},
    )
    connection.execute(
        sa.text(f"""
            INSERT INTO book (id, {_FIELDS})
            SELECT book_id, {_INCOMING_FIELDS} FROM incoming JOIN found USING (line) WHERE is_new
        """),
        {"separator": SEPARATOR},
    )


def _qualified() -> str:
    return """
        incoming.isbn, incoming.title, string_to_array(incoming.authors, :separator), incoming.year,
        incoming.language, incoming.description, incoming.cover_url, incoming.fingerprint
    """


def _store_keys(connection: sa.Connection, source: str) -> int:
    return connection.execute(
        sa.text(
            "INSERT INTO book_source (source, key, book_id) SELECT :source, key, book_id FROM found WHERE NOT by_key"
        ),
        {"source": source},
    ).rowcount


def _outcome(connection: sa.Connection, intake: Intake, identities: Identities) -> Outcome:
    counts = connection.execute(
        sa.text("""
            SELECT (SELECT count(DISTINCT book_id) FROM found) AS books,
                   (SELECT count(DISTINCT book_id) FROM found WHERE is_new) AS added,
                   (SELECT count(*) FROM (SELECT book_id FROM changed UNION SELECT book_id FROM moved) AS c) AS changed,
                   (SELECT count(DISTINCT category_id) FROM shelf) AS categories
        """)
    ).one()
    return Outcome(
        read=intake.read,
        added=counts.added,
        changed=counts.changed,
        unchanged=counts.books - counts.added - counts.changed,
        joined=identities.joined,
        rejected=intake.rejected,
        reasons=intake.reasons,
        skipped=intake.skipped.total(),
        skips=intake.skipped,
        isbns_taken=identities.isbns_taken,
        categories=counts.categories,
    )
