"""Authors' names in URLs: any text as one path segment."""

from urllib.parse import unquote

from werkzeug.routing import BaseConverter


class AuthorConverter(BaseConverter):
    """Percent-encodes twice what URL parsers change in a path: slashes (%252F), and the dots of names like ".."."""

    def to_python(self, value: str) -> str:
        """Decode the name from its segment."""
        return unquote(value)

    def to_url(self, value: str) -> str:
        """Encode the name as a segment."""
        encoded = value.replace("%", "%25").replace("/", "%2F")
        return super().to_url(encoded if encoded.strip(".") else encoded.replace(".", "%2E"))
