"""A request whose query string may contain any bytes."""

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_ASCII = "".join(map(chr, range(128)))


class LenientRequest(Request):
    """Percent-encodes the non-ASCII bytes of a query string. Werkzeug fails if they are not UTF-8."""

    def __init__(self, environ: "WSGIEnvironment", *args: Any, **options: Any) -> None:
        query = environ.get("QUERY_STRING", "")
        if not query.isascii():
            environ["QUERY_STRING"] = quote(query, safe=_ASCII, encoding="latin-1")
        super().__init__(environ, *args, **options)
