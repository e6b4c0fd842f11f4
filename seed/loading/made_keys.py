"""The SQL condition for made keys, which rows get if their file has no keys."""

from seed.record.model import MADE_KEYS


def is_made(column: str) -> str:
    """Return the condition for a column."""
    return "(" + " OR ".join(f"starts_with({column}, '{prefix}')" for prefix in MADE_KEYS) + ")"
