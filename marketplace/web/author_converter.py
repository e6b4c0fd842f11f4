"""Authors' names in URLs: any text as one segment of a path."""

from urllib.parse import unquote

from werkzeug.routing import BaseConverter


class AuthorConverter(BaseConverter):
    """Encodes what a path would change (slashes, and names of dots alone) a second time, as %252F."""

    def to_python(self, value: str) -> str:
        """Return the name in a segment."""
        return unquote(value)

    def to_url(self, value: str) -> str:
        """Return the segment of a name."""
        encoded = value.replace("%", "%25").replace("/", "%2F")
        return super().to_url(encoded if encoded.strip(".") else encoded.replace(".", "%2E"))
