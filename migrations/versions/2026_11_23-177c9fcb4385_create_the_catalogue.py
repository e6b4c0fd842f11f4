"""Create the catalogue: books, categories, and the numbered slots of their shelves."""

import sqlalchemy as sa
from alembic import op

revision = "177c9fcb4385"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "book",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("isbn", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("authors", sa.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("cover_url", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.Uuid(), nullable=False),
        sa.CheckConstraint("isbn ~ '^97[89][0-9]{10}$'", name=op.f("ck__book__isbn_has_13_digits")),
        sa.CheckConstraint("title <> ''", name=op.f("ck__book__title_is_not_empty")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__book")),
        sa.UniqueConstraint("isbn", name=op.f("uq__book__isbn")),
    )
    op.create_index(
        "ix__book__fingerprint", "book", ["fingerprint"], unique=False, postgresql_where=sa.text("isbn IS NULL")
    )
    op.create_table(
        "category",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("book_count", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("high_water", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("name <> '' OR id = 0", name=op.f("ck__category__name_is_not_empty")),
        sa.CheckConstraint(
            "slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' OR (id = 0 AND slug = '')", name=op.f("ck__category__slug_is_kebab_case")
        ),
        sa.CheckConstraint("book_count >= 0", name=op.f("ck__category__book_count_is_not_negative")),
        sa.CheckConstraint("high_water >= 0", name=op.f("ck__category__high_water_is_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk__category")),
        sa.UniqueConstraint("slug", name=op.f("uq__category__slug")),
    )
    op.create_index(
        "ix__category__by_book_count", "category", [sa.literal_column("book_count DESC"), "slug"], unique=False
    )
    op.create_index("ix__category__by_name", "category", [sa.literal_column("lower(name)"), "slug"], unique=False)
    op.create_table(
        "book_source",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("book_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["book_id"], ["book.id"], name=op.f("fk__book_source__book_id__book"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk__book_source")),
    )
    op.create_index(op.f("ix__book_source__book_id"), "book_source", ["book_id"], unique=False)
    op.create_table(
        "slot",
        sa.Column("category_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("book_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("position > 0", name=op.f("ck__slot__position_is_positive")),
        sa.ForeignKeyConstraint(["book_id"], ["book.id"], name=op.f("fk__slot__book_id__book"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["category_id"], ["category.id"], name=op.f("fk__slot__category_id__category"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("category_id", "position", name=op.f("pk__slot")),
        sa.UniqueConstraint("book_id", "category_id", name=op.f("uq__slot__book_id_category_id")),
    )
    op.create_index(
        "ix__slot__empty",
        "slot",
        ["category_id", "position"],
        unique=False,
        postgresql_where=sa.text("book_id IS NULL"),
    )
    op.create_index(
        "ix__slot__filled",
        "slot",
        ["category_id", "position"],
        unique=False,
        postgresql_include=["book_id"],
        postgresql_where=sa.text("book_id IS NOT NULL"),
    )
    # The shelf of the whole catalogue belongs to the schema: the service relies on its id.
    op.execute("INSERT INTO category (id, slug, name) VALUES (0, '', '')")


def downgrade() -> None:
    op.drop_index("ix__slot__filled", table_name="slot", postgresql_where=sa.text("book_id IS NOT NULL"))
    op.drop_index("ix__slot__empty", table_name="slot", postgresql_where=sa.text("book_id IS NULL"))
    op.drop_table("slot")
    op.drop_index(op.f("ix__book_source__book_id"), table_name="book_source")
    op.drop_table("book_source")
    op.drop_index("ix__category__by_name", table_name="category")
    op.drop_index("ix__category__by_book_count", table_name="category")
    op.drop_table("category")
    op.drop_index("ix__book__fingerprint", table_name="book", postgresql_where=sa.text("isbn IS NULL"))
    op.drop_table("book")
