"""The marketplace's settings, which the entry point reads from the environment."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from environs import Env, EnvValidationError

from marketplace.branding.shop import Shop
from marketplace.setting_parsers import PARSERS

_MAX_DEFAULT_WORKERS = 4
_TLS_SETTINGS = ("MARKETPLACE_TLS_CERT", "MARKETPLACE_TLS_KEY", "MARKETPLACE_TLS_CA")


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
        workers: The number of worker processes, at least 1. Under load, the first takes 130 MB together with its
            parent, each further one 60 MB. MARKETPLACE_WORKERS, the number of usable cores, at most 4.
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
        metrics_listen: The address to serve metrics at, host:port; empty serves none. MARKETPLACE_METRICS_LISTEN,
            127.0.0.1:9465.
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
    metrics_listen: str = ""


def from_environment() -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsError: If any value is invalid; the message lists all invalid values.
    """
    env = _reader()
    target = env.target("RECOMMENDATIONS_TARGET", "127.0.0.1:50051")
    listen = env.address("MARKETPLACE_LISTEN", "127.0.0.1:5000")
    workers = env.positive("MARKETPLACE_WORKERS", str(default_workers()))
    threads = env.positive("MARKETPLACE_THREADS", "64")
    hosts: list[str] | None = env.list("MARKETPLACE_TRUSTED_HOSTS", [])
    public_url = env.origin("MARKETPLACE_PUBLIC_URL", "")
    cover_hosts = env.hosts("MARKETPLACE_COVER_HOSTS", "")
    log_format = env.log_format("MARKETPLACE_LOG_FORMAT", "auto")
    url_prefix = env.prefix("MARKETPLACE_URL_PREFIX", "")
    trusted_proxies = env.digit("MARKETPLACE_TRUSTED_PROXIES", "0")
    from_file = env.shop_file("MARKETPLACE_SHOP_FILE", "")
    from_text = env.shop_text("MARKETPLACE_SHOP", "")
    metrics_listen = env.optional_address("MARKETPLACE_METRICS_LISTEN", "127.0.0.1:9465")
    tls = [Path(path) if (path := env.str(name, "")) else None for name in _TLS_SETTINGS]
    _check(env, tls)
    return Settings(
        recommendations_target=target,
        listen_host=listen[0],
        listen_port=listen[1],
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
        metrics_listen=metrics_listen,
    )


def wants_traces() -> bool:
    """Return whether `OTEL_EXPORTER_OTLP_ENDPOINT` is set; the exporter reads this and the other variables itself."""
    return bool(os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"))


def default_workers() -> int:
    """Return the number of cores that this process may use, at most 4."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(_MAX_DEFAULT_WORKERS, usable)


def _reader() -> Env:
    env = Env(eager=False)
    for kind, parse in PARSERS.items():
        env.add_parser(kind, parse)
    return env


def _check(env: Env, tls: list[Path | None]) -> None:
    try:
        env.seal()
    except EnvValidationError as error:
        messages = cast("dict[str, list[str]]", error.error_messages)
        lines = [f"{name}: {' '.join(texts)}" for name, texts in messages.items()]
        raise SettingsError("\n".join(lines)) from error
    if any(tls) and not all(tls):
        raise SettingsError(f"{', '.join(_TLS_SETTINGS)}: must be set together or not at all")
