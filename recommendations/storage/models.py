"""The schema: books, categories, and the numbered slots that make exact uniform draws cheap.

`docs/architecture.md` explains why slots exist; the migrations create the tables declared here.
"""

import uuid

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Names every constraint by rule, so that an error can be recognised by the constraint's name."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix__%(table_name)s__%(column_0_N_name)s",
            "uq": "uq__%(table_name)s__%(column_0_N_name)s",
            "ck": "ck__%(table_name)s__%(constraint_name)s",
            "fk": "fk__%(table_name)s__%(column_0_N_name)s__%(referred_table_name)s",
            "pk": "pk__%(table_name)s",
        }
    )


class Category(Base):
    """A part of the catalogue; its shelf is the category's slots."""

    __tablename__ = "category"

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)

    slug: Mapped[str] = mapped_column(Text, unique=True)
    """The name in URLs: kebab-case, stable. Empty only for the whole catalogue."""

    name: Mapped[str] = mapped_column(Text)
    """The name for people."""

    book_count: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """How many slots hold a book. Every writer must maintain it; `python -m seed recount` corrects it."""

    high_water: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """The largest position that a slot of this category ever had. It never decreases, because it bounds page tokens."""

    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$' OR (id = 0 AND slug = '')", name="slug_is_kebab_case"),
        CheckConstraint("name <> '' OR id = 0", name="name_is_not_empty"),
        CheckConstraint("book_count >= 0", name="book_count_is_not_negative"),
        CheckConstraint("high_water >= 0", name="high_water_is_not_negative"),
        Index("ix__category__by_name", func.lower(text("name")), "slug"),
        Index("ix__category__by_book_count", text("book_count DESC"), "slug"),
    )


class Book(Base):
    """A book of the catalogue."""

    __tablename__ = "book"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)

    isbn: Mapped[str | None] = mapped_column(Text, unique=True)
    """13 digits; NULL if there is none or it is unknown."""

    title: Mapped[str] = mapped_column(Text)

    authors: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    """In the order of the title page; empty if unknown. Names hold no control characters."""

    year: Mapped[int | None] = mapped_column(Integer)
    """Of first publication unless `is_edition_year`; negative for years BC; NULL if unknown."""

    is_edition_year: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    """Whether the year is only known to be that of this edition."""

    language: Mapped[str | None] = mapped_column(Text)
    """Of the title, as a BCP 47 tag."""

    description: Mapped[str | None] = mapped_column(Text)

    cover_url: Mapped[str | None] = mapped_column(Text)

    fingerprint: Mapped[uuid.UUID] = mapped_column(Uuid)
    """A digest of the folded title and authors, which identifies a book without an ISBN."""

    __table_args__ = (
        CheckConstraint("title <> ''", name="title_is_not_empty"),
        CheckConstraint("isbn ~ '^97[89][0-9]{10}$'", name="isbn_has_13_digits"),
        Index("ix__book__authors", "authors", postgresql_using="gin"),
        Index("ix__book__fingerprint", "fingerprint", postgresql_where=text("isbn IS NULL")),
    )


class BookSource(Base):
    """The key of a book in a source that it was loaded from."""

    __tablename__ = "book_source"

    source: Mapped[str] = mapped_column(Text, primary_key=True)
    """The name of the file or of its publisher."""

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    """The source's own key for the book."""

    book_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("book.id", ondelete="CASCADE"), index=True)

    provided_fields: Mapped[int] = mapped_column(SmallInteger, server_default=text("127"))
    """Bits of the fields whose stored value this source provided. They decide what an empty field may clear.

    The bits are numbered in `seed.record.model.OPTIONAL_FIELDS`.
    """


class SourceFile(Base):
    """The file from which a source was last loaded, to detect two files with the same name."""

    __tablename__ = "source_file"

    source: Mapped[str] = mapped_column(Text, primary_key=True)
    path: Mapped[str] = mapped_column(Text)


class Slot(Base):
    """A numbered position on a category's shelf.

    An empty slot (`book_id` NULL) is legal. Each book of a category owns exactly one
    of its slots, so distinct random positions are a uniform draw at any density.
    """

    __tablename__ = "slot"

    category_id: Mapped[int] = mapped_column(Integer, ForeignKey("category.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    book_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("book.id", ondelete="SET NULL"))

    __table_args__ = (
        UniqueConstraint("book_id", "category_id"),
        CheckConstraint("position > 0", name="position_is_positive"),
        # New books take the first empty slots of a shelf.
        Index("ix__slot__empty", "category_id", "position", postgresql_where=text("book_id IS NULL")),
        # Draws use index-only scans, and a shelf that is nearly empty is read whole without its empty slots.
        Index(
            "ix__slot__filled",
            "category_id",
            "position",
            postgresql_include=["book_id"],
            postgresql_where=text("book_id IS NOT NULL"),
        ),
    )
