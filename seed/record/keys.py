"""The key of a book for which its file has none."""

from collections.abc import Sequence

from seed.record.isbn import find_asin
from seed.record.model import ASIN_KEY, FINGERPRINT_KEY, ISBN_KEY


def default_key(
    isbn: str | None, candidates: Sequence[str], mark: str, authors: Sequence[str], language: str | None
) -> str:
    """Return a key made of the ISBN, of an Amazon number among the candidates for one, or else of the fingerprint.

    Translations differ; a title alone identifies nothing in any language.
    """
    if isbn:
        return ISBN_KEY + isbn
    if asin := next(filter(None, map(find_asin, candidates)), None):
        return ASIN_KEY + asin
    return f"{FINGERPRINT_KEY}{mark}:{language}" if authors and language else FINGERPRINT_KEY + mark
