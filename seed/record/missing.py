"""What programs write where there is no value."""

MISSING = frozenset(
    ["-", "--", "\u2013", "\u2014", "#N/A", "N/A", "NA", "NULL", "NaN", "None", "\\N", "n/a", "nan", "null", "(null)"]
)
"""Marks of databases, spreadsheets and pandas. A title may be one of them: *Null* is a book."""
