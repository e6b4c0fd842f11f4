"""One load: staged, identified, stored and shelved by set-based statements in one transaction."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from seed.loading.books import store_books, store_keys
from seed.loading.categories import find_categories
from seed.loading.category_limits import NO_LIMITS, CategoryLimits
from seed.loading.identity import identify
from seed.loading.outcome import Outcome, outcome_of
from seed.loading.prune import Pruned, remove_pruned
from seed.loading.shelving import shelve
from seed.loading.staging import Intake, copy_entries
from seed.loading.tables import LOAD_TABLES, SLOT_TABLES, create_tables
from seed.record.model import Record, Rejection, Skipped


class LoadRefusedError(ValueError):
    """The file is not loaded and nothing is written. The message is one sentence."""


@dataclass(frozen=True)
class Job:
    """How to load a file."""

    source: str
    """The name under which the records' keys are remembered."""
    sync: bool = False
    """Also remove this source's keys that the file no longer has, and books that no source names any more."""
    overwrite: bool = False
    """Let empty fields also clear what other sources provided."""
    category_limits: CategoryLimits = NO_LIMITS
    on_rejection: Callable[[Rejection], None] = lambda _: None
    """Called immediately for each rejected row. An exception that it raises ends the load."""
    on_staged: Callable[[Intake], None] = lambda _: None
    """Called when the file is read and nothing is written yet. An exception that it raises ends the load."""
    on_step: Callable[[str], None] = lambda _: None
    """Called with a short description before each long step."""


def load(connection: sa.Connection, entries: Iterable[Record | Rejection | Skipped], job: Job) -> Outcome:
    """Load records into the catalogue and return the outcome. Commits nothing.

    Args:
        connection: in a transaction that holds the lock of `seed.loading.connection`.
        entries: read while the load proceeds.
        job: the options.

    Raises:
        LoadRefusedError: if the file does not determine what `sync` should remove.
    """
    create_tables(connection, *LOAD_TABLES, *SLOT_TABLES)
    intake = copy_entries(connection, entries, on_rejection=job.on_rejection)
    job.on_staged(intake)
    if job.sync:
        _check_completeness(intake)
    categories = find_categories(connection, job.category_limits)
    job.on_step("Matching rows with books")
    identities = identify(connection, source=job.source, sync=job.sync, overwrite=job.overwrite)
    job.on_step("Storing the books")
    # Removal comes first, because a removed book may have an ISBN that another book gets.
    pruned = remove_pruned(connection, job.source) if job.sync else Pruned(keys=0, books=0)
    store_books(connection, job.source)
    keys_added = store_keys(connection, job.source)
    job.on_step("Placing them on the shelves")
    shelve(connection, job.source)
    return outcome_of(
        connection,
        intake=intake,
        identities=identities,
        pruned=pruned,
        keys_added=keys_added,
        categories=categories,
    )


def _check_completeness(intake: Intake) -> None:
    if intake.read == intake.rejected + intake.skipped.total():
        raise LoadRefusedError("The file contains no book, and --sync would remove all books of its source.")
    if intake.rejected_without_key:
        raise LoadRefusedError(
            f"The keys of {intake.rejected_without_key} rejected rows are unknown, so --sync would remove their books."
        )
