"""Descriptions in HTML, and titles and names in LaTeX, as plain text."""

import re
import unicodedata

_ATTRIBUTES = r"(?:\s+[\w:-]+=(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>]+))*"
_BLOCKS = "p|div|br|hr|li|ul|ol|dl|dt|dd|h[1-6]|blockquote|table|tr"
_INLINE = "a|b|i|u|s|q|em|strong|span|font|small|big|sup|sub|cite|code|center|td|th|tbody|img"
_BLOCK_TAGS = re.compile(rf"(?:</?(?:{_BLOCKS}){_ATTRIBUTES}\s*/?>\s*)+", re.IGNORECASE)
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE}){_ATTRIBUTES}\s*/?>", re.IGNORECASE)


def strip_tags(text: str) -> str:
    """Return the text without the tags of HTML, with a line break for those of blocks; other `<` and `>` stay."""
    return _INLINE_TAG.sub("", _BLOCK_TAGS.sub("\n", text))


_BRACES = re.compile(r"\{([^{}]+)\}")
_ACCENTED = re.compile(r"\\([\"'`^~=.]|[cvHuk](?=[{ ]))\s*\{?\\?([A-Za-z])\}?")
_ACCENTS = dict(
    zip("\"'`^~=.cvHuk", "\u0308\u0301\u0300\u0302\u0303\u0304\u0307\u0327\u030c\u030b\u0306\u0328", strict=True)
)


def strip_braces(text: str) -> str:
    """Return the text without the braces of BibTeX, which protect capitals; accents of LaTeX become letters."""
    if "\\" in text:
        text = _ACCENTED.sub(lambda match: unicodedata.normalize("NFC", match[2] + _ACCENTS[match[1]]), text)
    while (stripped := _BRACES.sub(r"\1", text)) != text:
        text = stripped
    return text
