"""BCP 47 language tags from the codes and names that catalogues use.

`language_names.tsv` has a line per language: the tag, then its ISO 639-2 and 639-3 codes, its English and its native
name, and its names in twelve other languages. They come from the Unicode CLDR (by Babel 2.18) and ISO 639 (by
pycountry 26.2).
"""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

_NAMES = Path(__file__).with_name("language_names.tsv")
_TAG = re.compile(r"(?P<language>[a-z]{2,3})(?:-(?P<script>[a-z]{4}))?(?:-(?P<region>[a-z]{2}|\d{3}))?", re.IGNORECASE)
_UNDETERMINED = {"und", "mis", "zxx", "unk", "nan", "n/a"}
_PREFIX = re.compile(r"^/languages/")
_SEPARATOR = re.compile(r"[;,|/&+]")
_QUALIFIER = re.compile(r"\s*[(\[].*$")


@lru_cache(maxsize=4096)
def language_tag(text: str) -> str | None:
    """Return the BCP 47 tag of a language's code or name, or None if it is unknown.

    Of several languages (`en; fr`) the first one counts. Any code of two or three letters is accepted; a code of
    ISO 639-2 or 639-3 becomes the shorter one of ISO 639-1, as BCP 47 requires.
    """
    if text == "NA":  # R's mark of what is missing, not Nauruan
        return None
    text = _PREFIX.sub("", text.strip().strip("[]'\"").strip())
    for candidate in (text, _SEPARATOR.split(text, maxsplit=1)[0]):
        if named := _tags_by_name().get(_normalised(candidate)) or _tags_by_name().get(
            _normalised(_QUALIFIER.sub("", candidate))
        ):
            return named
    match = _TAG.fullmatch(_SEPARATOR.split(text, maxsplit=1)[0].strip().replace("_", "-"))
    if match is None or match["language"].lower() in _UNDETERMINED:
        return None
    language = match["language"].lower()
    parts = [_tags_by_name().get(language, language)]
    if match["script"]:
        parts.append(match["script"].title())
    if match["region"]:
        parts.append(match["region"].upper())
    return "-".join(parts)


def _normalised(name: str) -> str:
    return unicodedata.normalize("NFC", " ".join(name.split())).casefold()


@lru_cache(maxsize=1)
def _tags_by_name() -> dict[str, str]:
    tags: dict[str, str] = {}
    for line in _NAMES.read_text(encoding="utf-8").splitlines():
        tag, names = line.split("\t")
        tags |= {_normalised(name): tag for name in names.split("|")}
    return tags
