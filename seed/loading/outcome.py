"""What a load did, in numbers."""

from collections import Counter
from dataclasses import dataclass, field

import sqlalchemy as sa

from seed.loading.categories import Categories
from seed.loading.identity import Identities
from seed.loading.prune import Pruned
from seed.loading.staging import Intake
from seed.record.names import MORE_BOOKS_SLUG


@dataclass(frozen=True)
class Outcome:
    """The figures of a load. The report prints them, and `--json` uses their names."""

    read: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    joined: int = 0
    parted: int = 0
    """Rows that shared a book with other keys and have one of their own now."""
    removed: int = 0
    keys_added: int = 0
    """Keys by which the source had not named a book before."""
    keys_removed: int = 0
    rejected: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    skipped: int = 0
    skips: Counter[str] = field(default_factory=Counter)
    isbns_taken: int = 0
    categories: int = 0
    categories_added: int = 0
    categories_left_out: int = 0
    """Categories of the file that the limits exclude."""
    large_categories: int = 0
    """Categories of the file with TYPICAL_MIN_BOOKS or more books."""
    without_category: int = 0
    """Books of the file that are in the category "More books"."""
    unreadable: int = 0
    """Rejected rows at which the file is damaged, so that books may be missing."""
    readings: Counter[str] = field(default_factory=Counter)
    """State of reading → number of books."""

    @property
    def written(self) -> int:
        """How many books the load wrote or removed."""
        return self.added + self.parted + self.changed + self.removed

    @property
    def is_unchanged(self) -> bool:
        """Whether the catalogue is what it was before."""
        return not (self.added or self.parted or self.changed or self.removed or self.keys_added or self.keys_removed)


def outcome_of(  # noqa: PLR0913 - the results of the load's steps
    connection: sa.Connection,
    *,
    intake: Intake,
    identities: Identities,
    pruned: Pruned,
    keys_added: int,
    categories: Categories,
) -> Outcome:
    """Count what the temporary tables hold, and combine it with the results of the earlier steps."""
    counts = connection.execute(
        sa.text("""
            SELECT (SELECT count(DISTINCT book_id) FROM matched_row) AS books,
                   (SELECT count(DISTINCT book_id) FROM matched_row WHERE is_new) AS added,
                   (SELECT count(*) FROM (SELECT book_id FROM changed_book UNION SELECT book_id FROM moved_book) AS c)
                       AS changed,
                   (SELECT count(DISTINCT category_id) FROM staged_category) AS categories,
                   (SELECT count(*) FROM matched_row JOIN slot USING (book_id)
                    WHERE category_id = (SELECT id FROM category WHERE slug = :more_books)) AS without_category
        """),
        {"more_books": MORE_BOOKS_SLUG},
    ).one()
    return Outcome(
        read=intake.read,
        added=counts.added - identities.parted,
        parted=identities.parted,
        changed=counts.changed,
        unchanged=counts.books - counts.added - counts.changed,
        joined=identities.joined,
        removed=pruned.books,
        keys_added=keys_added,
        keys_removed=pruned.keys,
        rejected=intake.rejected,
        reasons=intake.reasons,
        skipped=intake.skipped.total(),
        skips=intake.skipped,
        isbns_taken=identities.isbns_taken,
        categories=counts.categories,
        categories_added=categories.added,
        categories_left_out=categories.left_out,
        large_categories=categories.large,
        without_category=counts.without_category,
        unreadable=intake.unreadable,
        readings=intake.readings,
    )
