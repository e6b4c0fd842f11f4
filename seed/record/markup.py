"""Descriptions in HTML, and titles and names in LaTeX, as plain text."""

import re
import unicodedata
from html.parser import HTMLParser

_BLOCKS = {"p", "div", "br", "li", "ul", "ol", "h1", "h2", "h3", "h4", "blockquote", "tr"}
_HIDDEN = {"script", "style"}


def strip_markup(text: str) -> str:
    """Return the text of HTML, with line breaks between its blocks; other text is returned unchanged."""
    if "<" not in text or ">" not in text:
        return text
    parser = _TextParser()
    parser.feed(text)
    parser.close()
    return "".join(parser.parts).strip()


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


class _TextParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self._hidden += tag in _HIDDEN
        if tag in _BLOCKS and self.parts and self.parts[-1] != "\n":
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _HIDDEN and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)
