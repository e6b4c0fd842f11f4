"""A digest of title and authors by which books without an ISBN are recognised."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache

from seed.record.text import folded

# Authors recur, and the bound keeps memory flat.
_folded_name = lru_cache(maxsize=1 << 15)(folded)


def fingerprint(title: str, authors: Iterable[str]) -> str:
    """Return 32 hexadecimal digits.

    They are equal for titles and authors that differ only in case, accents, punctuation and the order of authors.
    """
    parts = "\x1f".join((folded(title), *sorted(map(_folded_name, authors))))
    return hashlib.blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
