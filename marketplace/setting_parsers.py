"""Parses the values of settings. Each parser raises EnvError with the rule that the value breaks."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from environs import EnvError

from marketplace.branding.shop import Shop, load_shop
from marketplace.branding.shop_file import ShopFileError

_ADDRESS = re.compile(r"(?:\[(?P<ipv6>[0-9A-Fa-f:.%]+)\]|(?P<name>[^\s:/\[\]]+)):(?P<port>[0-9]{1,5})")
_MAX_PORT = 65_535
# Host names as browsers send them, without wildcards; internationalised names in their xn-- form.
_NAME = r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)"
_HOST = re.compile(rf"(?P<name>{_NAME}(?:\.{_NAME})*|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{{1,5}}))?")


def parse_target(text: str) -> str:
    """Return a gRPC target: host:port, or any target with a scheme."""
    # Without a port, gRPC would use 443 and fail much later.
    if "://" not in text and not text.startswith(("dns:", "ipv4:", "ipv6:", "unix:")):
        parse_address(text)
    return text


def parse_address(text: str) -> tuple[str, int]:
    """Return the host and the port."""
    match = _ADDRESS.fullmatch(text)
    port = int(match["port"]) if match else 0
    if not match or not 1 <= port <= _MAX_PORT:
        raise EnvError(f"must be host:port with a port from 1 to {_MAX_PORT}, such as 127.0.0.1:5000, not {text!r}")
    return match["ipv6"] or match["name"], port


def parse_optional_address(text: str) -> str:
    """Return host:port, or an empty text."""
    if text:
        parse_address(text)
    return text


def parse_positive(text: str) -> int:
    """Return an integer from 1 to 9999."""
    if not re.fullmatch(r"[0-9]{1,4}", text) or int(text) < 1:
        raise EnvError(f"must be an integer from 1 to 9999, not {text!r}")
    return int(text)


def parse_log_format(text: str) -> str:
    """Return auto, json or text."""
    if text not in {"auto", "json", "text"}:
        raise EnvError(f"must be auto, json or text, not {text!r}")
    return text


def parse_prefix(text: str) -> str:
    """Return the path without a slash at its end."""
    prefix = text.rstrip("/")
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*", prefix):
        raise EnvError(f"must be a path such as /books, not {text!r}")
    return prefix


def parse_digit(text: str) -> int:
    """Return an integer from 0 to 9."""
    if not re.fullmatch(r"[0-9]", text):
        raise EnvError(f"must be a whole number from 0 to 9, not {text!r}")
    return int(text)


def parse_shop_file(text: str) -> Shop | None:
    """Return the shop that the file describes; None without a file."""
    if not text:
        return None
    path = Path(text)
    try:
        return load_shop(path.read_text("utf-8"), path.parent)
    except OSError as error:
        raise EnvError(f"cannot read {text}: {error.strerror}") from error
    except (ShopFileError, UnicodeDecodeError) as error:
        raise EnvError(f"{text}: {error}") from error


def parse_shop_text(text: str) -> Shop | None:
    """Return the shop that the text describes; None for an empty text."""
    try:
        return load_shop(text, Path()) if text else None
    except ShopFileError as error:
        raise EnvError(str(error)) from error


def parse_origin(text: str) -> str:
    """Return the URL in lower case, without a trailing slash."""
    scheme, _, host = text.lower().removesuffix("/").partition("://")
    if text and not (scheme in {"http", "https"} and _is_host(host)):
        raise EnvError(
            f"must be http:// or https:// and a host without a path, such as https://books.example, not {text!r}"
        )
    return text.lower().removesuffix("/")


def parse_hosts(text: str) -> tuple[str, ...]:
    """Return lower-case hosts from a list separated by commas."""
    hosts = tuple(filter(None, (host.strip() for host in text.lower().split(","))))
    # A content security policy cannot contain IPv6 addresses.
    invalid = [host for host in hosts if host.startswith("[") or not _is_host(host)]
    if invalid:
        raise EnvError(
            f"must be host names without a wildcard, such as covers.example, not {', '.join(map(repr, invalid))}"
        )
    return hosts


def _is_host(text: str) -> bool:
    match = _HOST.fullmatch(text)
    return match is not None and 1 <= int(match["port"] or 1) <= _MAX_PORT


PARSERS: dict[str, Callable[[str], Any]] = {
    "target": parse_target,
    "address": parse_address,
    "optional_address": parse_optional_address,
    "positive": parse_positive,
    "log_format": parse_log_format,
    "prefix": parse_prefix,
    "digit": parse_digit,
    "shop_file": parse_shop_file,
    "shop_text": parse_shop_text,
    "origin": parse_origin,
    "hosts": parse_hosts,
}
