"""International Standard Book Numbers, checked and kept in their form of 13 digits.

The check digits follow the ISBN Users' Manual of the International ISBN Agency,
seventh edition, appendix 1.
"""

import re

_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
_LABEL = re.compile(r"ISBN(?:[- ]?1[03](?!\d))?", re.IGNORECASE)
_NOT_OF_A_NUMBER = re.compile(r"[^0-9Xx]")

_SHORTEST = 6
"""No ISBN-10 begins with more than four zeros, as far as the ranges in use go; shorter numbers
that pass the check digit are more likely to be something else."""


class LostISBNError(ValueError):
    """A spreadsheet has rounded the number away."""


class InvalidISBNError(ValueError):
    """The text is no ISBN, or its check digit is wrong."""


def isbn_13(text: str) -> tuple[str, bool]:
    """Return the 13 digits of an ISBN, and whether leading zeros had to be restored.

    Hyphens, spaces and words around the number are ignored. A number of fewer than ten
    digits is an ISBN-10 that a spreadsheet robbed of its leading zeros, if its check digit
    says so.

    Raises:
        LostISBNError: if the text is in scientific notation, such as `9.78043902348e+12`.
        InvalidISBNError: if it is no ISBN, or its check digit is wrong.
    """
    if is_isbn_13(text):
        return text, False
    if _SCIENTIFIC.fullmatch(text):
        raise LostISBNError(text)
    number = _NOT_OF_A_NUMBER.sub("", _LABEL.sub("", text).removesuffix(".0")).upper()
    if is_isbn_13(number):
        return number, False
    padded = number.zfill(10)
    if _SHORTEST <= len(number) <= len(padded) == 10 and _is_isbn_10(padded):  # noqa: PLR2004
        body = "978" + padded[:9]
        return body + _check_13(body), len(number) < len(padded)
    raise InvalidISBNError(text)


def is_isbn_13(text: str) -> bool:
    """Tell whether a text is the 13 digits of an ISBN and nothing else."""
    if not (len(text) == 13 and text.startswith(("978", "979")) and text.isascii() and text.isdecimal()):  # noqa: PLR2004
        return False
    # ASCII's digits begin at 48, which the weights, 25 in all, make a multiple of ten.
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
