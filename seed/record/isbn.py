"""International Standard Book Numbers, validated and converted to 13 digits.

The check digits follow the ISBN Users' Manual of the International ISBN Agency,
seventh edition, appendix 1.
"""

import re

_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
_LABEL = re.compile(r"ISBN(?:[- ]?1[03](?!\d))?", re.IGNORECASE)
_NOT_A_DIGIT = re.compile(r"[^0-9Xx]")

_MIN_LENGTH = 6
"""In the registered ranges no ISBN-10 begins with more than four zeros; shorter numbers with a
valid check digit are more likely to be something else."""


class LostISBNError(ValueError):
    """A spreadsheet has rounded the number."""


class InvalidISBNError(ValueError):
    """The text is not an ISBN, or its check digit is wrong."""


def isbn_13(text: str) -> tuple[str, bool]:
    """Return the 13 digits of an ISBN, and whether leading zeros had to be restored.

    Hyphens, spaces and words around the number are ignored. A number of fewer than ten digits
    is an ISBN-10 that lost its leading zeros in a spreadsheet, if its check digit is right.

    Raises:
        LostISBNError: if the text is in scientific notation, such as `9.78043902348e+12`.
        InvalidISBNError: if it is not an ISBN, or its check digit is wrong.
    """
    if is_isbn_13(text):
        return text, False
    if _SCIENTIFIC.fullmatch(text):
        raise LostISBNError(text)
    number = _NOT_A_DIGIT.sub("", _LABEL.sub("", text).removesuffix(".0")).upper()
    if is_isbn_13(number):
        return number, False
    padded = number.zfill(10)
    if _MIN_LENGTH <= len(number) <= len(padded) == 10 and _is_isbn_10(padded):  # noqa: PLR2004
        body = "978" + padded[:9]
        return body + _check_13(body), len(number) < len(padded)
    raise InvalidISBNError(text)


def is_isbn_13(text: str) -> bool:
    """Return whether a text is exactly the 13 digits of a valid ISBN."""
    if not (len(text) == 13 and text.startswith(("978", "979")) and text.isascii() and text.isdecimal()):  # noqa: PLR2004
        return False
    # ASCII digits begin at 48, and the weights sum up to 25, so the offset is a multiple of ten.
    codes = text.encode()
    return (sum(codes[::2]) + 3 * sum(codes[1::2])) % 10 == 0


def _check_13(body: str) -> str:
    total = sum(map(int, body[::2])) + 3 * sum(map(int, body[1::2]))
    return str(-total % 10)


def _is_isbn_10(number: str) -> bool:
    if not number[:9].isdecimal() or not number[:9].strip("0"):
        return False
    last = 10 if number[9] == "X" else int(number[9])
    return (sum((10 - place) * int(digit) for place, digit in enumerate(number[:9])) + last) % 11 == 0
