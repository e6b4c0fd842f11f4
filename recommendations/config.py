"""The service's settings, read once from the environment; `.env.example` lists them."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import sqlalchemy as sa
from environs import Env, EnvValidationError, validate

from recommendations.storage.engine import DatabaseAddressError, database_url, uses_pooler

ADDRESS = r".+:\d{1,5}$"
LOG_FORMATS = ("auto", "json", "text")
TLS_SETTINGS = ("TLS_CERT", "TLS_KEY", "TLS_CA")


class SettingsError(ValueError):
    """One or more settings are invalid; the message has one line for each."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of the service."""

    database_url: sa.URL
    """From `DATABASE_URL` and, if it is set, `DATABASE_PASSWORD_FILE`."""

    listen: str
    """`RECOMMENDATIONS_LISTEN`: the address to serve gRPC at, as host:port."""

    reflection: bool
    """`RECOMMENDATIONS_REFLECTION`: whether to serve gRPC reflection."""

    statement_timeout_ms: int
    """`RECOMMENDATIONS_STATEMENT_TIMEOUT_MS`: PostgreSQL cancels a statement after this time."""

    drain_s: float
    """`RECOMMENDATIONS_DRAIN_S`: how long to report NOT_SERVING at SIGTERM before the listener closes."""

    stop_grace_s: float
    """`RECOMMENDATIONS_STOP_GRACE_S`: how long running calls may take to finish after that."""

    log_format: str
    """`RECOMMENDATIONS_LOG_FORMAT`: json (one object per line), text, or auto: text on a terminal, else json."""

    password_file: Path | None = None
    """`DATABASE_PASSWORD_FILE`: read again for each connection."""

    tls_cert: Path | None = None
    """`RECOMMENDATIONS_TLS_CERT`: PEM file of the server's certificate; without it the service does not use TLS."""

    tls_key: Path | None = None
    """`RECOMMENDATIONS_TLS_KEY`: PEM file of the certificate's private key."""

    tls_ca: Path | None = None
    """`RECOMMENDATIONS_TLS_CA`: PEM file of the authority that signs the clients' certificates."""

    metrics_listen: str = ""
    """`RECOMMENDATIONS_METRICS_LISTEN`: the address to serve metrics at, as host:port; empty serves none."""

    max_lag_s: float = 10.0
    """`RECOMMENDATIONS_MAX_LAG_S`: how far a standby may lag before the service avoids it."""

    pooled: bool = False
    """`DATABASE_POOLER`: whether the service connects through a pooler in transaction mode."""

    tutorial_api: bool = False
    """`RECOMMENDATIONS_TUTORIAL_API`: whether to serve the tutorial's `/Recommendations/Recommend`, too."""


def _mistakes(env: Env) -> list[str]:
    try:
        env.seal()
    except EnvValidationError as error:
        by_name = cast("dict[str, list[str]]", error.error_messages)
        return [f"{name}: {' '.join(messages)}" for name, messages in by_name.items()]
    return []


def from_environment() -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsError: lists all invalid settings, one per line.
    """
    env = Env(eager=False)
    invalid = []
    address = None
    try:
        address = database_url(os.environ)
    except DatabaseAddressError as error:
        invalid.append(str(error))
    with env.prefixed("RECOMMENDATIONS_"):
        listen = env.str("LISTEN", "127.0.0.1:50051", validate=validate.Regexp(ADDRESS, error="not host:port"))
        metrics_listen = env.str(
            "METRICS_LISTEN", "127.0.0.1:9464", validate=validate.Regexp(f"$|{ADDRESS}", error="not host:port")
        )
        reflection = env.bool("REFLECTION", default=False)
        tutorial_api = env.bool("TUTORIAL_API", default=False)
        statement_timeout_ms = env.int("STATEMENT_TIMEOUT_MS", 2_000, validate=validate.Range(min=1, max=2**31 - 1))
        drain_s = env.float("DRAIN_S", 0.2, validate=validate.Range(min=0))
        stop_grace_s = env.float("STOP_GRACE_S", 5.0, validate=validate.Range(min=0))
        max_lag_s = env.float("MAX_LAG_S", 10.0, validate=validate.Range(min=1))
        tls = [_path(env.str(name, "")) for name in TLS_SETTINGS]
        log_format = env.str("LOG_FORMAT", "auto", validate=validate.OneOf(LOG_FORMATS, error="not one of {choices}"))
    invalid += _mistakes(env)
    if any(tls) and not all(tls):
        invalid.append("RECOMMENDATIONS_TLS_CERT, _TLS_KEY and _TLS_CA must be set together or not at all.")
    if invalid or address is None:
        raise SettingsError("\n".join(invalid))
    return Settings(
        *(address, listen, reflection, statement_timeout_ms, drain_s, stop_grace_s, log_format),
        _path(os.environ.get("DATABASE_PASSWORD_FILE", "")),
        *(tls[0], tls[1], tls[2]),
        metrics_listen,
        max_lag_s=max_lag_s,
        pooled=uses_pooler(os.environ),
        tutorial_api=tutorial_api,
    )


def wants_traces() -> bool:
    """Return whether `OTEL_EXPORTER_OTLP_ENDPOINT` is set; the exporter reads this and the other variables itself."""
    return bool(os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"))


def _path(text: str) -> Path | None:
    return Path(text) if text else None
