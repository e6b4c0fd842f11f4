"""Remember which source provided each field, the year of an edition, and each source's file; refold C++ and C#."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "5c1d0f7ab3e2"
down_revision = "177c9fcb4385"
branch_labels = None
depends_on = None

_BATCH = 5_000

# Titles or names that the new folding changes: those with `+`, `#` or accidentals, also in their compatibility forms.
_AFFECTED = r"[+#\u266d\u266f\u207a\u208a\ufb29\ufe5f\ufe62\uff03\uff0b]"

# The folding as of this revision, copied because a migration must not change with the code.
_NOT_LETTERS = re.compile(r"[\W_]")
_FINAL_SIGNS = re.compile(r"(?<=[^\W_])[+#\u266d\u266f]+(?![^\W_])")
_SIGN_NAMES = str.maketrans({"+": "plus", "#": "sharp", "\u266f": "sharp", "\u266d": "flat"})
_ACCENT = re.compile(
    r"[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670"
    r"\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]"
)


def upgrade() -> None:
    op.add_column("book", sa.Column("is_edition_year", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    # For books that are already stored, the source of each field is unknown, so each of their sources counts.
    op.add_column(
        "book_source", sa.Column("provided_fields", sa.SmallInteger(), server_default=sa.text("127"), nullable=False)
    )
    op.create_table(
        "source_file",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk__source_file")),
    )
    _refold(op.get_bind())


def downgrade() -> None:
    # Fingerprints stay: the previous version recomputes one when it loads the book again.
    op.drop_table("source_file")
    op.drop_column("book_source", "provided_fields")
    op.drop_column("book", "is_edition_year")


def _refold(connection: sa.Connection) -> None:
    """Recompute the fingerprints that folding changes, and the keys that were made from them."""
    after = 0
    while batch := connection.execute(
        sa.text("""
            SELECT id, title, authors, fingerprint FROM book
            WHERE id > :after AND (title ~ :affected OR array_to_string(authors, ' ') ~ :affected)
            ORDER BY id LIMIT :limit
        """),
        {"after": after, "affected": _AFFECTED, "limit": _BATCH},
    ).all():
        connection.execute(
            sa.text("UPDATE book SET fingerprint = CAST(:new AS uuid) WHERE id = :id"),
            [{"id": book.id, "new": _fingerprint(book.title, book.authors)} for book in batch],
        )
        # Only a key that is this book's old fingerprint changes; other keys of the book stay.
        connection.execute(
            sa.text("UPDATE book_source SET key = :new WHERE book_id = :id AND key = :old"),
            [_new_key(book) for book in batch],
        )
        after = batch[-1].id


def _new_key(book: sa.Row[Any]) -> dict[str, object]:
    new = f"fingerprint:{_fingerprint(book.title, book.authors)}"
    return {"id": book.id, "old": f"fingerprint:{book.fingerprint.hex}", "new": new}


def _fingerprint(title: str, authors: Sequence[str]) -> str:
    parts = "\x1f".join([_folded(title), *sorted(map(_folded, authors))])
    return hashlib.blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _folded(text: str) -> str:
    plain = _ACCENT.sub("", unicodedata.normalize("NFKD", text))
    plain = _FINAL_SIGNS.sub(lambda signs: signs[0].translate(_SIGN_NAMES), plain)
    return _NOT_LETTERS.sub(_mark, plain).casefold() or plain


def _mark(sign: re.Match[str]) -> str:
    return sign[0] if unicodedata.category(sign[0]) in {"Mn", "Mc"} else ""
