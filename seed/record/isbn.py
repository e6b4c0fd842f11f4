"""International Standard Book Numbers, validated and converted to 13 digits.

The check digits follow the ISBN Users' Manual of the International ISBN Agency,
seventh edition, appendix 1.
"""

import re
import unicodedata

_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
_LABEL = re.compile(r"\bISBN(?:[- ]?1[03](?!\d))?", re.IGNORECASE)

# Ten or thirteen characters, with hyphens or spaces between them, that neither letters nor digits adjoin. The
# lookahead makes matches overlap, so that a number is also found behind digits that do not belong to it.
_HYPHEN = "[-\u2010-\u2013 ]"
_CANDIDATE = re.compile(
    rf"(?<![0-9A-Za-z])(?=((?:9{_HYPHEN}?7{_HYPHEN}?[89]{_HYPHEN}?)?"
    rf"[0-9](?:{_HYPHEN}?[0-9]){{8}}{_HYPHEN}?[0-9Xx])(?![0-9A-Za-z]))"
)
_SEPARATORS = re.compile(_HYPHEN)
_WITHOUT_ZEROS = re.compile(r"[1-9][0-9]{6,7}[0-9Xx]")
_ASIN = re.compile(r"(?<![0-9A-Za-z])B0[0-9A-Z]{8}(?![0-9A-Za-z])")


class LostISBNError(ValueError):
    """A spreadsheet has rounded the number."""


class InvalidISBNError(ValueError):
    """The text is not an ISBN, or its check digit is wrong."""


def isbn_13(text: str) -> tuple[str, bool]:
    """Return the 13 digits of the first valid ISBN in a text, and whether leading zeros had to be restored.

    Hyphens and spaces within the number are ignored, and words around it. A plain number of 8 or 9 digits is an
    ISBN-10 that lost its leading zeros in a spreadsheet, if its check digit is right.

    Raises:
        LostISBNError: if the text is in scientific notation, such as `9.78043902348e+12`.
        InvalidISBNError: if it has no ISBN with a valid check digit.
    """
    if is_isbn_13(text):
        return text, False
    if _SCIENTIFIC.fullmatch(text):
        raise LostISBNError(text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    text = _LABEL.sub(" ", text.removesuffix(".0")).strip()
    for match in _CANDIDATE.finditer(text):
        number = _SEPARATORS.sub("", match[1]).upper()
        if is_isbn_13(number):
            return number, False
        if _is_isbn_10(number):
            return _from_isbn_10(number), False
    padded = text.upper().zfill(10)
    if _WITHOUT_ZEROS.fullmatch(text) and _is_isbn_10(padded):
        return _from_isbn_10(padded), True
    raise InvalidISBNError(text)


def is_isbn_13(text: str) -> bool:
    """Return whether a text is exactly the 13 digits of a valid ISBN."""
    if not (len(text) == 13 and text.startswith(("978", "979")) and text.isascii() and text.isdecimal()):  # noqa: PLR2004
        return False
    # ASCII digits begin at 48, and the weights sum up to 25, so the offset is a multiple of ten.
    codes = text.encode()
    return (sum(codes[::2]) + 3 * sum(codes[1::2])) % 10 == 0


def find_asin(text: str) -> str | None:
    """Return the first Amazon number of a text that is not also an ISBN: `B0` and eight more characters."""
    match = _ASIN.search(text)
    return match[0] if match else None


def _from_isbn_10(number: str) -> str:
    body = "978" + number[:9]
    total = sum(map(int, body[::2])) + 3 * sum(map(int, body[1::2]))
    return body + str(-total % 10)


def _is_isbn_10(number: str) -> bool:
    if len(number) != 10 or not number[:9].isdecimal() or not number[:9].strip("0"):  # noqa: PLR2004
        return False
    last = 10 if number[9] == "X" else int(number[9])
    return (sum((10 - place) * int(digit) for place, digit in enumerate(number[:9])) + last) % 11 == 0
