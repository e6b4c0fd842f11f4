"""The bits that stand for optional fields in `book_source.provided_fields` and in the staging table."""

from collections.abc import Iterable

from seed.record.model import OPTIONAL_FIELDS

BITS = {field: 1 << number for number, field in enumerate(OPTIONAL_FIELDS)}


def field_mask(fields: Iterable[str]) -> int:
    """Return the bits of fields."""
    return sum(BITS[field] for field in fields)
