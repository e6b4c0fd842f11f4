"""Text as other people's files hold it, made fit to be shown and compared.

Every function here gives the same again when it is given what it gave.
"""

import html
import re
import unicodedata

# UTF-8 that was read as Windows-1252: a first byte, then what that encoding shows for a further one.
_MOJIBAKE = (
    r"[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014"
    r"\u2018-\u201a\u201c-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]"
)

# Words of ASCII without entities and MARC's `$`, one space between them: most titles, told four times as fast.
_PLAIN = re.compile(r"[!-#%'-~]+(?: [!-#%'-~]+)*")

# Controls, surrogates, entities, MARC's `$`, bidi and invisible characters, white space to fold:
# text without any of them, and most is, is left alone.
_SUSPECT = re.compile(
    rf"{_MOJIBAKE}|"
    r"[\x00-\x1f\x7f-\xa0&$\u00ad\u061c\u1680\u2000-\u200b\u2028-\u202f\u205f-\u206f\u3000\ud800-\udfff\ufeff]|  |^ | $"
)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_MARC_SUBFIELD = re.compile(r"(?:(?<=[\s:;/,.=])|^)\$[a-z](?=\s|$|[A-Z])")
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u2060-\u2064\u206a-\u206f\ufeff\ud800-\udfff]"
)
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_LINE = re.compile(r"\r\n?|[\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_OPENERS = {"\u202a": "\u202c", "\u202b": "\u202c", "\u202d": "\u202c", "\u202e": "\u202c"} | dict.fromkeys(
    "\u2066\u2067\u2068", "\u2069"
)
_NOT_A_LETTER = re.compile(r"[\W_]+")
_APOSTROPHE = re.compile(r"['`\u02bc\u2019]")


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
    if not text.isascii():
        text = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return _NOT_A_LETTER.sub("", text).casefold() or text


def category_key(name: str) -> str:
    """Return what two names of one category have in common: they differ in case and punctuation alone."""
    plain = _APOSTROPHE.sub("", unicodedata.normalize("NFKC", name)).casefold()
    return _NOT_A_LETTER.sub(" ", plain).strip() or name


def _settled(text: str, *, lines: bool) -> str:
    # A step can lay bare what an earlier one removes (`&amp;amp;`), so they are repeated;
    # each round shortens the text or only composes it, so that ends.
    while (cleaned := _once(text, lines=lines)) != text:
        text = cleaned
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
    if not re.search(_MOJIBAKE, text):
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
