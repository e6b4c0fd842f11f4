"""Descriptions in HTML as plain text."""

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
