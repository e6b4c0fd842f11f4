"""Put the books that are in no category into the category "More books"."""

from alembic import op

revision = "8c41f2d7e905"
down_revision = "6a1d0e83c7b2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A load takes this lock before it fills shelves, so none can add books during this revision.
    op.execute("SELECT FROM category WHERE id = 0 FOR NO KEY UPDATE")
    op.execute("""
        INSERT INTO category (slug, name)
        SELECT 'more-books', 'More books'
        WHERE EXISTS (
            SELECT FROM book WHERE NOT EXISTS (SELECT FROM slot WHERE book_id = book.id AND category_id <> 0)
        )
        ON CONFLICT (slug) DO NOTHING
    """)
    op.execute("""
        INSERT INTO slot (category_id, position, book_id)
        SELECT category.id, last_position + row_number() OVER (ORDER BY book.id), book.id
        FROM category, LATERAL (
            SELECT coalesce(max(position), 0) AS last_position FROM slot WHERE category_id = category.id
        ) AS shelf_end, book
        WHERE slug = 'more-books'
          AND NOT EXISTS (SELECT FROM slot WHERE book_id = book.id AND category_id <> 0)
    """)
    op.execute("""
        UPDATE category
        SET book_count = (SELECT count(book_id) FROM slot WHERE category_id = category.id),
            high_water = greatest(
                high_water, (SELECT coalesce(max(position), 0) FROM slot WHERE category_id = category.id)
            )
        WHERE slug = 'more-books'
    """)


def downgrade() -> None:
    op.execute("DELETE FROM category WHERE slug = 'more-books'")
