"""The marketplace's settings, read once from the environment by its entry point."""

import re
from dataclasses import dataclass
from typing import cast

from environs import Env, EnvError, EnvValidationError

_ADDRESS = re.compile(r"(?:\[(?P<ipv6>[0-9A-Fa-f:.%]+)\]|(?P<name>[^\s:/\[\]]+)):(?P<port>[0-9]{1,5})")
_LARGEST_PORT = 65_535
# No wildcards, and as browsers write them: a name of another script as xn--….
_NAME = r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)"
_HOST = re.compile(rf"(?P<name>{_NAME}(?:\.{_NAME})*|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{{1,5}}))?")


class SettingsError(Exception):
    """The environment holds values that cannot be used; one line for each of them."""


@dataclass(frozen=True)
class Settings:
    """What the marketplace can be told.

    Attributes:
        recommendations_target: Where the recommendations service answers: host:port or a gRPC target
            such as dns:///recommendations:50051. RECOMMENDATIONS_TARGET, 127.0.0.1:50051.
        listen_host: The name or address to listen at. The host of MARKETPLACE_LISTEN, 127.0.0.1:5000.
        listen_port: The TCP port to listen at, 1 to 65535. The port of MARKETPLACE_LISTEN.
        workers: How many processes answer requests, at least 1. MARKETPLACE_WORKERS, 1.
        threads: How many requests each process answers at the same time, at least 1. MARKETPLACE_THREADS, 64.
        trusted_hosts: The Host headers to answer; empty answers all. A name that begins with a dot
            stands for its subdomains too. MARKETPLACE_TRUSTED_HOSTS, separated by commas, empty.
        public_url: Scheme and host (and port) that shoppers know the shop by, such as https://books.example,
            without a slash at its end; empty takes what each request says. MARKETPLACE_PUBLIC_URL, empty.
        cover_hosts: The hosts (and ports) whose pictures may be shown as covers, in lower case; empty shows
            drawn covers alone. MARKETPLACE_COVER_HOSTS, separated by commas, empty.
        log_format: json (a JSON object in each line), text, or auto: text on a terminal, else json.
            MARKETPLACE_LOG_FORMAT, auto.
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


def from_environment() -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsError: If any value cannot be used; it names all of them at once.
    """
    env = Env(eager=False)
    env.add_parser("target", _target)
    env.add_parser("address", _address)
    env.add_parser("positive", _positive)
    env.add_parser("origin", _origin)
    env.add_parser("hosts", _hosts)
    env.add_parser("log_format", _log_format)
    target = env.target("RECOMMENDATIONS_TARGET", "127.0.0.1:50051")
    listen = env.address("MARKETPLACE_LISTEN", "127.0.0.1:5000")
    workers = env.positive("MARKETPLACE_WORKERS", "1")
    threads = env.positive("MARKETPLACE_THREADS", "64")
    hosts: list[str] | None = env.list("MARKETPLACE_TRUSTED_HOSTS", [])
    public_url = env.origin("MARKETPLACE_PUBLIC_URL", "")
    cover_hosts = env.hosts("MARKETPLACE_COVER_HOSTS", "")
    log_format = env.log_format("MARKETPLACE_LOG_FORMAT", "auto")
    try:
        env.seal()
    except EnvValidationError as error:
        found = cast("dict[str, list[str]]", error.error_messages)
        mistakes = [f"{name}: {' '.join(messages)}" for name, messages in found.items()]
        raise SettingsError("\n".join(mistakes)) from error
    host, port = listen
    return Settings(target, host, port, workers, threads, tuple(hosts or ()), public_url, cover_hosts, log_format)


def _target(text: str) -> str:
    """Return a gRPC target; host:port, or with a scheme whatever gRPC knows."""
    # gRPC would take a name without a port for port 443, and fail a request later with a riddle.
    if "://" not in text and not text.startswith(("dns:", "ipv4:", "ipv6:", "unix:")):
        _address(text)
    return text


def _address(text: str) -> tuple[str, int]:
    match = _ADDRESS.fullmatch(text)
    port = int(match["port"]) if match else 0
    if not match or not 1 <= port <= _LARGEST_PORT:
        raise EnvError(f"must be host:port with a port from 1 to {_LARGEST_PORT}, such as 127.0.0.1:5000, not {text!r}")
    return match["ipv6"] or match["name"], port


def _positive(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text) or int(text) < 1:
        raise EnvError(f"must be a whole number from 1 to 9999, not {text!r}")
    return int(text)


def _log_format(text: str) -> str:
    if text not in {"auto", "json", "text"}:
        raise EnvError(f"must be auto, json or text, not {text!r}")
    return text


def _origin(text: str) -> str:
    """Return the address without a slash at its end, in lower case."""
    scheme, _, host = text.lower().removesuffix("/").partition("://")
    if text and not (scheme in {"http", "https"} and _is_host(host)):
        raise EnvError(
            f"must be http:// or https:// and a host without a path, such as https://books.example, not {text!r}"
        )
    return text.lower().removesuffix("/")


def _hosts(text: str) -> tuple[str, ...]:
    hosts = tuple(filter(None, (host.strip() for host in text.lower().split(","))))
    # A policy of contents cannot name IPv6 addresses.
    wrong = [host for host in hosts if host.startswith("[") or not _is_host(host)]
    if wrong:
        raise EnvError(
            f"must be host names without a wildcard, such as covers.example, not {', '.join(map(repr, wrong))}"
        )
    return hosts


def _is_host(text: str) -> bool:
    match = _HOST.fullmatch(text)
    return match is not None and 1 <= int(match["port"] or 1) <= _LARGEST_PORT
