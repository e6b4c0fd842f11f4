"""Text as other people's files hold it, made fit to be shown and compared.

Every function here gives the same again when it is given what it gave.
"""

import html
import re
import unicodedata

# UTF-8 that was read as Windows-1252: a first byte, then what that encoding shows for a further one.
_FURTHER = (
    r"[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014"
    r"\u2018-\u201a\u201c-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]"
)
_MOJIBAKE = rf"[\u00c2-\u00f4]{_FURTHER}"

# What proves it: the first bytes of European languages or of typographic signs. A capital may well stand
# before an apostrophe, an ellipsis or a dash (`SMÅ…`), so after a letter these prove nothing.
_PROOF = re.compile(
    rf"(?<![A-Za-z])[\u00c2-\u00c5\u00d0\u00d1]{_FURTHER}|"
    rf"[\u00c2-\u00c5\u00d0\u00d1](?![\u2013\u2014\u2019\u2026]){_FURTHER}|\u00e2[\u20ac\u201a\u201e]"
)
_PROOF_BY_NUMBER = 3
"""So many letters of other scripts in one text are no chance either."""

# Words of ASCII without entities and MARC's `$`, one space between them: most titles, told four times as fast.
_PLAIN = re.compile(r"[!-#%'-~]+(?: [!-#%'-~]+)*")

# Controls, surrogates, entities, MARC's `$`, bidi and invisible characters, white space to fold:
# text without any of them, and most is, is left alone.
_SUSPECT = re.compile(
    rf"{_MOJIBAKE}|"
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
_NOT_LETTERS = re.compile(r"[\W_]+")

# Accents, Hebrew points, Arabic vowel marks, and what chooses a form; the vowel signs of Indic and Thai are letters.
_ACCENT = re.compile(
    r"[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670"
    r"\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]"
)
_SILENT = re.compile(r"['`\u02bc\u2019\ufe00-\ufe0f]")

_ROUNDS = 9
"""Entities within entities come from text that was encoded twice or thrice; deeper ones are nonsense."""


def clean_line(text: str) -> str:
    """Return the text as one line: NFC, without controls, entities or MARC leftovers, white space folded."""
    if not text or _PLAIN.fullmatch(text):
        return text
    if not _SUSPECT.search(text) and (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return text
    return _settled(text, lines=False)


def clean_paragraphs(text: str) -> str:
    """Return the text cleaned as `clean_line` does, its line breaks kept as single newlines."""
    if not _SUSPECT.search(text) and (text.isascii() or unicodedata.is_normalized("NFC", text)):
        return text
    return _settled(text, lines=True)


def folded(text: str) -> str:
    """Return the text's letters and digits alone, without case and accents, for comparing.

    Text without any (a title such as `?`) is returned as it is.
    """
    if text.isascii():
        return _NOT_LETTERS.sub("", text).casefold() or text
    text = _ACCENT.sub("", unicodedata.normalize("NFKD", text))
    return _NOT_A_LETTER.sub(_mark, text).casefold() or text


def category_key(name: str) -> str:
    """Return what two names of one category have in common: they differ in case and punctuation alone."""
    plain = _SILENT.sub("", unicodedata.normalize("NFKC", name)).casefold()
    return " ".join(_NOT_A_LETTER.sub(lambda sign: _mark(sign) or " ", plain).split()) or name


def _mark(sign: re.Match[str]) -> str:
    """Return a sign if it belongs to the letter before it, as the vowels of many scripts do; else nothing."""
    return sign[0] if unicodedata.category(sign[0]) in {"Mn", "Mc"} else ""


def _settled(text: str, *, lines: bool) -> str:
    # A step can lay bare what an earlier one removes (`&amp;amp;`), so they are repeated;
    # each round shortens the text or only composes it, so that ends.
    rounds = 0
    while (cleaned := _once(text, lines=lines)) != text:
        rounds += 1
        text = cleaned if rounds < _ROUNDS else cleaned.replace("&", "")
    return text


def _once(text: str, *, lines: bool) -> str:
    text = _unscrambled(text)
    text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    text = _INVISIBLE.sub("", text)
    text = _MARC_SUBFIELD.sub("", text)
    if _BIDI.search(text) and not _is_balanced(text):
        text = _BIDI.sub("", text)
    text = unicodedata.normalize("NFC", text)
    if lines:
        return "\n".join(" ".join(line.split()) for line in _LINE.split(text)).strip("\n")
    return " ".join(text.split())


def _unscrambled(text: str) -> str:
    """Undo mojibake (`CafÃ©`), if all of the text was UTF-8 that was read as Windows-1252 or ISO-8859-1."""
    if not _PROOF.search(text) and len(re.findall(_MOJIBAKE, text)) < _PROOF_BY_NUMBER:
        return text
    try:
        return b"".join(letter.encode("latin-1" if letter < "\u0100" else "windows-1252") for letter in text).decode()
    except UnicodeError:
        return text


def _is_balanced(text: str) -> bool:
    """Tell whether every bidi embedding and isolate is closed, in order (Unicode Standard Annex 9)."""
    awaited: list[str] = []
    for control in _BIDI.findall(text):
        if control in _OPENERS:
            awaited.append(_OPENERS[control])
        elif not awaited or awaited.pop() != control:
            return False
    return not awaited
