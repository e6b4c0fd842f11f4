"""Index the authors of books, so that draws from one author's books are fast."""

from alembic import op

revision = "6a1d0e83c7b2"
down_revision = "5c1d0f7ab3e2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A concurrent build blocks no reader or writer, but cannot run in a transaction. An interrupted build leaves an
    # invalid index of this name. It waits for running transactions, such as a seed's, so the lock timeout is longer.
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '10min'")
        op.drop_index("ix__book__authors", table_name="book", if_exists=True, postgresql_concurrently=True)
        op.create_index(
            "ix__book__authors", "book", ["authors"], unique=False, postgresql_using="gin", postgresql_concurrently=True
        )
        op.execute("SET lock_timeout = '4s'")


def downgrade() -> None:
    with op.get_context().autocommit_block():
        op.drop_index("ix__book__authors", table_name="book", if_exists=True, postgresql_concurrently=True)
