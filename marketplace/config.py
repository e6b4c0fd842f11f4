"""The marketplace's settings, which the entry point reads from the environment."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from environs import Env, EnvError, EnvValidationError

from marketplace.branding.shop import Shop, load_shop
from marketplace.branding.shop_file import ShopFileError

_ADDRESS = re.compile(r"(?:\[(?P<ipv6>[0-9A-Fa-f:.%]+)\]|(?P<name>[^\s:/\[\]]+)):(?P<port>[0-9]{1,5})")
_MAX_PORT = 65_535
_TLS_SETTINGS = ("MARKETPLACE_TLS_CERT", "MARKETPLACE_TLS_KEY", "MARKETPLACE_TLS_CA")
# Host names as browsers send them, without wildcards; internationalised names in their xn-- form.
_NAME = r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)"
_HOST = re.compile(rf"(?P<name>{_NAME}(?:\.{_NAME})*|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{{1,5}}))?")


class SettingsError(Exception):
    """Invalid settings, one per line."""


@dataclass(frozen=True)
class Settings:
    """The marketplace's settings.

    Attributes:
        recommendations_target: The address of the recommendations service: host:port or a gRPC target
            such as dns:///recommendations:50051. RECOMMENDATIONS_TARGET, 127.0.0.1:50051.
        listen_host: The name or address to listen on. The host of MARKETPLACE_LISTEN, 127.0.0.1:5000.
        listen_port: The TCP port to listen on, 1 to 65535. The port of MARKETPLACE_LISTEN.
        workers: The number of worker processes, at least 1. MARKETPLACE_WORKERS, 1.
        threads: The number of requests that each process handles concurrently, at least 1. MARKETPLACE_THREADS, 64.
        trusted_hosts: The accepted Host headers; empty accepts all. A name that begins with a dot
            includes its subdomains. MARKETPLACE_TRUSTED_HOSTS, separated by commas, empty.
        public_url: The shop's public scheme, host and port, such as https://books.example, without a trailing
            slash; empty uses those of each request. MARKETPLACE_PUBLIC_URL, empty.
        cover_hosts: The lower-case hosts (and ports) from which covers may be loaded; empty shows only
            generated covers. MARKETPLACE_COVER_HOSTS, separated by commas, empty.
        log_format: json (one object per line), text, or auto: text on a terminal, else json.
            MARKETPLACE_LOG_FORMAT, auto.
        url_prefix: The path below which shoppers find the shop, such as /books; empty: none.
            MARKETPLACE_URL_PREFIX, empty.
        trusted_proxies: How many proxies in front set X-Forwarded-For, -Proto and -Host, 0 to 9.
            MARKETPLACE_TRUSTED_PROXIES, 0.
        shop: The owner's settings: the file MARKETPLACE_SHOP_FILE, or its text in MARKETPLACE_SHOP.
        tls_cert: The PEM file of the certificate that the recommendations service sees; None means plain text.
            MARKETPLACE_TLS_CERT, empty.
        tls_key: The PEM file of its key. MARKETPLACE_TLS_KEY, empty.
        tls_ca: The PEM file of the authority that signs the service's certificate. MARKETPLACE_TLS_CA, empty.
    """

    recommendations_target: str
    listen_host: str
    listen_port: int
    workers: int
    threads: int
    trusted_hosts: tuple[str, ...]
    public_url: str = ""
    cover_hosts: tuple[str, ...] = ()
    log_format: str = "auto"
    url_prefix: str = ""
    trusted_proxies: int = 0
    shop: Shop = field(default_factory=Shop)
    tls_cert: Path | None = None
    tls_key: Path | None = None
    tls_ca: Path | None = None


def from_environment() -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsError: If any value is invalid; it lists all of them.
    """
    env = Env(eager=False)
    env.add_parser("target", _target)
    env.add_parser("address", _address)
    env.add_parser("positive", _positive)
    env.add_parser("origin", _origin)
    env.add_parser("hosts", _hosts)
    env.add_parser("log_format", _log_format)
    env.add_parser("prefix", _prefix)
    env.add_parser("digit", _digit)
    env.add_parser("shop_file", _shop_file)
    env.add_parser("shop_text", _shop_text)
    target = env.target("RECOMMENDATIONS_TARGET", "127.0.0.1:50051")
    listen = env.address("MARKETPLACE_LISTEN", "127.0.0.1:5000")
    workers = env.positive("MARKETPLACE_WORKERS", "1")
    threads = env.positive("MARKETPLACE_THREADS", "64")
    hosts: list[str] | None = env.list("MARKETPLACE_TRUSTED_HOSTS", [])
    public_url = env.origin("MARKETPLACE_PUBLIC_URL", "")
    cover_hosts = env.hosts("MARKETPLACE_COVER_HOSTS", "")
    log_format = env.log_format("MARKETPLACE_LOG_FORMAT", "auto")
    url_prefix = env.prefix("MARKETPLACE_URL_PREFIX", "")
    trusted_proxies = env.digit("MARKETPLACE_TRUSTED_PROXIES", "0")
    from_file = env.shop_file("MARKETPLACE_SHOP_FILE", "")
    from_text = env.shop_text("MARKETPLACE_SHOP", "")
    tls = [Path(path) if (path := env.str(name, "")) else None for name in _TLS_SETTINGS]
    try:
        env.seal()
    except EnvValidationError as error:
        messages = cast("dict[str, list[str]]", error.error_messages)
        lines = [f"{name}: {' '.join(texts)}" for name, texts in messages.items()]
        raise SettingsError("\n".join(lines)) from error
    if any(tls) and not all(tls):
        raise SettingsError(f"{', '.join(_TLS_SETTINGS)}: must be set together or not at all")
    host, port = listen
    return Settings(
        recommendations_target=target,
        listen_host=host,
        listen_port=port,
        workers=workers,
        threads=threads,
        trusted_hosts=tuple(hosts or ()),
        public_url=public_url,
        cover_hosts=cover_hosts,
        log_format=log_format,
        url_prefix=url_prefix,
        trusted_proxies=trusted_proxies,
        shop=from_file or from_text or Shop(),
        tls_cert=tls[0],
        tls_key=tls[1],
        tls_ca=tls[2],
    )


def _target(text: str) -> str:
    """Return a gRPC target: host:port, or any target with a scheme."""
    # gRPC would use port 443 for a name without a port and fail much later.
    if "://" not in text and not text.startswith(("dns:", "ipv4:", "ipv6:", "unix:")):
        _address(text)
    return text


def _address(text: str) -> tuple[str, int]:
    match = _ADDRESS.fullmatch(text)
    port = int(match["port"]) if match else 0
    if not match or not 1 <= port <= _MAX_PORT:
        raise EnvError(f"must be host:port with a port from 1 to {_MAX_PORT}, such as 127.0.0.1:5000, not {text!r}")
    return match["ipv6"] or match["name"], port


def _positive(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text) or int(text) < 1:
        raise EnvError(f"must be an integer from 1 to 9999, not {text!r}")
    return int(text)


def _log_format(text: str) -> str:
    if text not in {"auto", "json", "text"}:
        raise EnvError(f"must be auto, json or text, not {text!r}")
    return text


def _prefix(text: str) -> str:
    """Return the path without a slash at its end."""
    prefix = text.rstrip("/")
    if not re.fullmatch(r"(/[A-Za-z0-9._~-]+)*", prefix):
        raise EnvError(f"must be a path such as /books, not {text!r}")
    return prefix


def _digit(text: str) -> int:
    if not re.fullmatch(r"[0-9]", text):
        raise EnvError(f"must be a whole number from 0 to 9, not {text!r}")
    return int(text)


def _shop_file(text: str) -> Shop | None:
    if not text:
        return None
    path = Path(text)
    try:
        return load_shop(path.read_text("utf-8"), path.parent)
    except OSError as error:
        raise EnvError(f"cannot read {text}: {error.strerror}") from error
    except (ShopFileError, UnicodeDecodeError) as error:
        raise EnvError(f"{text}: {error}") from error


def _shop_text(text: str) -> Shop | None:
    try:
        return load_shop(text, Path()) if text else None
    except ShopFileError as error:
        raise EnvError(str(error)) from error


def _origin(text: str) -> str:
    """Return the URL in lower case, without a trailing slash."""
    scheme, _, host = text.lower().removesuffix("/").partition("://")
    if text and not (scheme in {"http", "https"} and _is_host(host)):
        raise EnvError(
            f"must be http:// or https:// and a host without a path, such as https://books.example, not {text!r}"
        )
    return text.lower().removesuffix("/")


def _hosts(text: str) -> tuple[str, ...]:
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
