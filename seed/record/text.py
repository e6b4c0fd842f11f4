"""Cleaning of text from files that other programs made, for display and for comparison.

Every function here is idempotent.
"""

import html
import re
import unicodedata

# A necessary condition for mojibake, UTF-8 that was decoded as a single-byte encoding: the first
# byte of a sequence, then what Windows-1252 or ISO-8859-1 shows for a continuation byte.
_MOJIBAKE = re.compile(
    r"[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014"
    r"\u2018-\u201a\u201c-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]"
)

# A capital before a closing quotation mark (`«IRMÃ»`) looks like mojibake.
_QUOTED_CAPITAL = re.compile("(?<![\u00c2-\u00f4])\u00ab[^\u00bb]*[\u00c2-\u00de]\u00bb")

# Words of ASCII without entities and MARC's `$`, separated by single spaces: most titles, accepted four times as fast.
_PLAIN = re.compile(r"[!-#%'-~]+(?: [!-#%'-~]+)*")

# Controls, surrogates, entities, MARC's `$`, bidi and invisible characters, white space to collapse:
# most text has none of them and is returned unchanged.
_SUSPECT = re.compile(
    rf"{_MOJIBAKE.pattern}|"
    r"[\x00-\x1f\x7f-\xa0&$\u00ad\u061c\u1680\u2000-\u200b\u2028-\u202f\u205f-\u206f\u3000\ud800-\udfff\ufeff]|  |^ | $"
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_MARC_SUBFIELD = re.compile(r"(?:(?<=[\s:;/,.=])|^)\$[a-z](?=\s|$|[A-Z])|(?<=\s[:;/=])\$[bc](?=[a-z])")
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u2060-\u2064\u206a-\u206f\ufeff\ud800-\udfff]"
)
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_LINE = re.compile(r"\r\n?|[\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_OPENERS = {"\u202a": "\u202c", "\u202b": "\u202c", "\u202d": "\u202c", "\u202e": "\u202c"} | dict.fromkeys(
    "\u2066\u2067\u2068", "\u2069"
)
_NOT_A_LETTER = re.compile(r"[\W_]")
# At the end of a word these signs distinguish titles: "C", "C++" and "C#"; "A+"; "Prelude in C\u266f".
_FINAL_SIGNS = re.compile(r"(?<=[^\W_])[+#\u266d\u266f]+(?![^\W_])")
_SIGN_NAMES = str.maketrans({"+": "plus", "#": "sharp", "\u266f": "sharp", "\u266d": "flat"})
_LOWER_CASE = bytes(range(128)).lower() + bytes(range(128, 256))
_NOT_LETTERS = bytes(code for code in range(128) if not chr(code).isalnum())

# Accents, Hebrew points, Arabic vowel marks and variation selectors. Vowel signs of Indic scripts and Thai are letters.
_ACCENT = re.compile(
    r"[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670"
    r"\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]"
)
_IGNORED = re.compile(r"['`\u02bc\u2019\ufe00-\ufe0f]")

_MAX_ROUNDS = 9
"""Text may have been encoded twice or three times; deeper nesting is abuse."""


def clean_line(text: str) -> str:
    """Return the text as one line: NFC, without controls, entities and MARC codes, white space collapsed."""
    if not text or _PLAIN.fullmatch(text):
        return text
    if not _SUSPECT.search(text) and (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return text
    return _clean_repeatedly(text, lines=False)


def clean_paragraphs(text: str) -> str:
    """Return the text cleaned like `clean_line`, with its line breaks as newlines."""
    if not _SUSPECT.search(text) and (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return text
    return _clean_repeatedly(text, lines=True)


def decode_entities(text: str) -> str:
    """Return the text with its HTML entities decoded, also those that were encoded several times."""
    for _ in range(_MAX_ROUNDS):
        decoded = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
        if decoded == text:
            break
        text = decoded
    return text


def folded(text: str) -> str:
    """Return only the letters and digits, without case and accents, for comparison.

    `+`, `#` and musical accidentals at the end of a word are spelled out. Text without letters and digits (a title such
    as `?`) is returned unchanged.
    """
    if not text.isascii():
        text = _ACCENT.sub("", unicodedata.normalize("NFKD", text))
    if "+" in text or "#" in text or not text.isascii():
        text = _spelled_signs(text)
    if text.isascii():
        # A fifth of the time of a regular expression.
        return text.encode().translate(_LOWER_CASE, _NOT_LETTERS).decode() or text
    return _NOT_A_LETTER.sub(_mark, text).casefold() or text


def category_key(name: str) -> str:
    """Return a key that is equal for names that differ only in case and punctuation."""
    plain = _IGNORED.sub("", _spelled_signs(unicodedata.normalize("NFKC", name))).casefold()
    return " ".join(_NOT_A_LETTER.sub(lambda sign: _mark(sign) or " ", plain).split()) or name


def _spelled_signs(text: str) -> str:
    return _FINAL_SIGNS.sub(lambda signs: signs[0].translate(_SIGN_NAMES), text)


def _mark(sign: re.Match[str]) -> str:
    """Return a sign if it is a combining mark, as the vowels of many scripts are; else an empty text."""
    return sign[0] if unicodedata.category(sign[0]) in {"Mn", "Mc"} else ""


def _clean_repeatedly(text: str, *, lines: bool) -> str:
    # A step can expose what an earlier one removes (`&amp;amp;`), so all are repeated until nothing changes.
    # Each round shortens the text or only composes it, so the loop ends.
    rounds = 0
    while (cleaned := _clean_once(text, lines=lines)) != text:
        rounds += 1
        text = cleaned if rounds < _MAX_ROUNDS else cleaned.replace("&", "")
    return text


def _clean_once(text: str, *, lines: bool) -> str:
    if _MOJIBAKE.search(text) and not _QUOTED_CAPITAL.search(text):
        # Its import takes a tenth of a second, and most files need none of it.
        from ftfy import fix_encoding  # noqa: PLC0415

        text = fix_encoding(text)
    text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    text = _INVISIBLE.sub("", text)
    text = _MARC_SUBFIELD.sub("", text)
    if _BIDI.search(text) and not _is_balanced(text):
        text = _BIDI.sub("", text)
    text = unicodedata.normalize("NFC", text)
    if lines:
        return "\n".join(" ".join(line.split()) for line in _LINE.split(text)).strip("\n")
    return " ".join(text.split())


def _is_balanced(text: str) -> bool:
    """Return whether every bidi embedding and isolate is closed, in order (Unicode Standard Annex 9)."""
    expected: list[str] = []
    for control in _BIDI.findall(text):
        if control in _OPENERS:
            expected.append(_OPENERS[control])
        elif not expected or expected.pop() != control:
            return False
    return not expected
