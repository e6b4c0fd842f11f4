"""URL templates with placeholders for a book's values, such as https://catalogue.example/isbn/{isbn}."""

import re
import string
from collections.abc import Collection, Mapping
from urllib.parse import quote

_HTTPS_HOST = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?(?=/)")
_MAX_VALUE_LENGTH = 300


class URLTemplateError(Exception):
    """The template is not an https URL, or has a placeholder that is not allowed."""


def check_url_template(template: str, allowed: Collection[str]) -> None:
    """Reject a template whose placeholders could change the scheme or the host, or have no value.

    Raises:
        URLTemplateError: If the template is invalid.
    """
    if not _HTTPS_HOST.match(template) or re.search(r"\s", template):
        raise URLTemplateError(
            f"must begin with https://, a host and a slash, such as https://catalogue.example/, not {template!r}"
        )
    try:
        parsed = list(string.Formatter().parse(template))
    except ValueError as error:
        raise URLTemplateError(f"has unpaired braces: {template!r}") from error
    for _, name, form, conversion in parsed:
        if name is not None and (name not in allowed or form or conversion):
            raise URLTemplateError(f"may have {', '.join(f'{{{each}}}' for each in sorted(allowed))}, not {{{name}}}")


def fill_url_template(template: str, values: Mapping[str, str]) -> str | None:
    """Return the URL with all values percent-encoded; None if a required value is empty."""
    needed = {name for _, name, _, _ in string.Formatter().parse(template) if name}
    if not all(values.get(name) for name in needed):
        return None
    return template.format_map({name: quote(values[name][:_MAX_VALUE_LENGTH], safe="") for name in needed})


def origin_of(template: str) -> str:
    """Return the scheme and the host of a checked template."""
    match = _HTTPS_HOST.match(template)
    return match[0].lower() if match else ""
