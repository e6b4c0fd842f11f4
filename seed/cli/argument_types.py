"""Types of command-line arguments. Each raises ArgumentTypeError with a message for the user."""

import argparse

from seed.readers.protocol import FIELDS


def count(text: str) -> int:
    """Parse a whole number that is not negative; `1,000` and `1_000` are allowed."""
    digits = text.replace("_", "").replace(",", "")
    if not digits.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(digits)


def nonempty_text(text: str) -> str:
    """Parse a text that is not empty."""
    if not text:
        raise argparse.ArgumentTypeError("must not be empty")
    return text


def character(text: str) -> str:
    r"""Parse a delimiter or escape character; `\t` is a tab."""
    text = "\t" if text == "\\t" else text
    if len(text) != 1 or text in '\r\n"':
        raise argparse.ArgumentTypeError("must be one character other than a quote or a line break")
    return text


def quote_character(text: str) -> str:
    """Parse a quote character; `none` gives the empty string."""
    if text == "none":
        return ""
    if len(text) != 1 or text in "\r\n":
        raise argparse.ArgumentTypeError("must be one character, or none")
    return text


def column(text: str) -> tuple[str, str]:
    """Parse `FIELD=NAME`, our field and the name of the file's column."""
    field, _, name = text.partition("=")
    if field not in FIELDS or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not FIELD=NAME; the fields are {', '.join(FIELDS)}")
    return field, name
