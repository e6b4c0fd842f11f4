# ruff: noqa: RUF001 - signs that look like others are the point
"""Which encoding a text has, judged by all of its bytes; a text that could be misread is refused.

Nearly every file is UTF-8 or has a byte order mark. Any bytes are valid Windows-1252, so that encoding is only assumed
when each word fits the letters of one Western European language.
"""

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from seed.readers.encoding_guess import MAX_EXAMPLES, describe_guess, undecodable_lines

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins with the mark of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAX_WORDS = 50_000
"""With more words outside UTF-8, the rest of the file is not examined."""

_MIN_ZERO_SHARE = 0.4
_SAMPLE_BYTES = 1 << 12
_NOT_TEXT = {"Cc", "Cn", "Co", "Cs"}

# Letters of a Western European language beyond ASCII, one language a line: German, French, Spanish, Portuguese,
# Italian, Swedish and Finnish, Danish and Norwegian, Icelandic, Dutch, Catalan.
_ALPHABETS = [
    frozenset(letters + letters.upper())
    for letters in ("äöüßé", "àâæçéèêëîïôœùûüÿ", "áéíóúüñ", "áâãàçéêíóôõúü", "àèéìíîòóù", "åäöéü", "æøåéóäö",
                    "áðéíóúýþæö", "éëïöüáèêóú", "àçèéíïòóúü")
]  # fmt: skip
_SIGNS = frozenset("«»‘’“”„‚–—…·¡¿°ºª§€£©®™•´¨ \N{NO-BREAK SPACE}‹›½¼²³×")
_NEVER_IN_A_WORD = frozenset("°ºª§€£©®™½¼²³×¡¿«»")
_WORD = re.compile(r"[^\W_]*[\udc80-\udcff](?:[^\W_]|['’\udc80-\udcff])*")
_MAX_RUN = 2
"""Western European words have at most two such letters in a row."""


class Survey(NamedTuple):
    """What the bytes of a file say about its text."""

    encoding: str
    has_damage: bool = False
    """Whether a UTF-8 text has bytes that are neither UTF-8 nor plausible Windows-1252."""


class UnknownEncodingError(ValueError):
    """The encoding cannot be determined. The message names the line, a guess and the remedy."""


def detect_mark(beginning: bytes) -> str | None:
    """Return the encoding by the byte order mark, or by the zero bytes of UTF-16 and UTF-32 without one."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if beginning.startswith(mark):
            return encoding
    sample = beginning[:_SAMPLE_BYTES]
    columns = [sample[place::4].count(0) / max(len(sample[place::4]), 1) for place in range(4)]
    for encoding, zeros in (("utf-32-le", (2, 3)), ("utf-32-be", (0, 1))):
        if all(columns[place] > _MIN_ZERO_SHARE for place in zeros) and _decodes(beginning, encoding, 4):
            return encoding
    # A byte order is wrong if it makes line breaks and commas into characters that do not exist.
    if 0 in sample:
        return next((encoding for encoding in ("utf-16-le", "utf-16-be") if _decodes(beginning, encoding, 2)), None)
    return None


def survey(chunks: Iterable[bytes]) -> Survey:
    """Return the encoding of a text that has no byte order mark: UTF-8, or Windows-1252 if every word fits.

    Raises:
        UnknownEncodingError: if it is neither.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    escaping = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    words: Counter[str] = Counter()
    lines, multibyte, examples, is_valid = 1, 0, list[tuple[int, bytes]](), True
    for chunk in chunks:
        if is_valid:
            escaping.setstate(decoder.getstate())
            try:
                multibyte += len(chunk) - len(decoder.decode(chunk))
            except UnicodeDecodeError:
                is_valid = False
            else:
                lines += chunk.count(b"\n")
                continue
        text = escaping.decode(chunk)
        multibyte += len(chunk) - len(text)
        words.update(_WORD.findall(text))
        examples += undecodable_lines(text, lines, MAX_EXAMPLES - len(examples))
        lines += text.count("\n")
        if len(words) > _MAX_WORDS:
            break
    if is_valid and decoder.getstate()[0]:  # the file ends within a character
        return Survey("utf-8", has_damage=True)
    return _verdict(words, multibyte, examples)


def _verdict(words: Counter[str], multibyte: int, examples: list[tuple[int, bytes]]) -> Survey:
    if not words:
        return Survey("utf-8")
    if all(map(_is_western, words)):
        return Survey("utf-8" if multibyte else "windows-1252")
    if multibyte > 2 * words.total():
        return Survey("utf-8", has_damage=True)
    raise UnknownEncodingError(describe_guess(examples))


def _is_western(word: str) -> bool:
    try:
        decoded = word.encode("utf-8", "surrogateescape").decode("windows-1252" if _is_plain(word) else "utf-8")
    except UnicodeDecodeError:
        return False
    letters = {sign for sign in decoded if not sign.isascii()}
    if not letters - _SIGNS:
        # Signs stand beside words, not within them.
        return not (letters & _NEVER_IN_A_WORD and re.search(r"[a-z][^\x00-\x7f][a-z]", decoded))
    if re.search(rf"[^\x00-\x7f]{{{_MAX_RUN + 1}}}", re.sub(f"[{''.join(_SIGNS)}]", "", decoded)):
        return False
    if letters & _NEVER_IN_A_WORD and re.search(rf"\w[{''.join(_NEVER_IN_A_WORD)}]\w", decoded):
        return False
    return any(letters - _SIGNS <= alphabet for alphabet in _ALPHABETS)


def _is_plain(word: str) -> bool:
    return all(sign.isascii() or "\udc80" <= sign <= "\udcff" for sign in word)


def _decodes(beginning: bytes, encoding: str, width: int) -> bool:
    sample = beginning[: _SAMPLE_BYTES // width * width]
    try:
        text = sample[: len(sample) // width * width].decode(encoding)
    except UnicodeDecodeError as error:
        if error.end < len(sample) - width:
            return False
        text = sample[: error.start].decode(encoding)
    is_text = all(sign in "\t\r\n\f\ufeff" or unicodedata.category(sign) not in _NOT_TEXT for sign in text)
    return is_text and ("\n" in text or "\r" in text)
