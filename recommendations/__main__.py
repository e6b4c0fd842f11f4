"""`python -m recommendations`: reads the settings and serves until SIGTERM or SIGINT."""

import os

# gRPC reads this when it is imported. With the listener of its older event loop a call takes 10 to 15 % less processor
# time, because it passes through fewer threads (`python -m benchmarks.profiling`, context switches).
os.environ.setdefault("GRPC_EXPERIMENTS", "-event_engine_listener")
# gRPC core writes its own log to standard error, unescaped and blocking, with text that clients send.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

import asyncio
import gc
import logging
import secrets
import signal
import sys
from typing import TYPE_CHECKING

import sqlalchemy as sa
import uvloop

from recommendations import config
from recommendations.app import running
from recommendations.domain.shuffle import SEED_BITS
from recommendations.rpc.listeners import raise_descriptor_limit
from recommendations.rpc.server import ServerSettings
from recommendations.rpc.tls import ReloadingCredentials, TlsError, TlsFiles
from recommendations.storage.async_engine import Database, create_database
from recommendations.storage.pooler import expect_pooler
from recommendations.storage.traced_statements import trace_statements
from recommendations.telemetry import log_setup
from recommendations.telemetry.call_log import CallLog
from recommendations.telemetry.metrics_endpoint import serve_metrics
from recommendations.telemetry.service_metrics import ServiceMetrics
from recommendations.telemetry.stack_dump import dump_on_signal

if TYPE_CHECKING:
    from recommendations.telemetry.tracing import Tracing

GC_THRESHOLD = 20_000
"""New objects between two garbage collections. Python's default, 700, collects at every second call and takes 30 times
as long."""

_log = logging.getLogger("recommendations")


def build_database(settings: config.Settings, tracing: "Tracing | None" = None) -> Database:
    """Build the engine of read-only, unpooled connections with short timeouts."""
    session: dict[str, str | int] = {
        "statement_timeout": settings.statement_timeout_ms,
        "default_transaction_read_only": "on",
        "jit": "off",
        # Every query finds its rows by an index, even where the planner prefers to scan a small table.
        "enable_seqscan": "off",
    }
    database = create_database(
        settings.database_url,
        application_name="bookstall recommendations",
        settings=None if settings.pooled else session,
        password_file=settings.password_file,
        isolation_level="AUTOCOMMIT",
        poolclass=sa.NullPool,
        # A returned connection is closed at once; resetting a lost one would log an error.
        pool_reset_on_return=None,
    )
    for each in filter(None, (database, database.primary)):
        if settings.pooled:
            expect_pooler(each.engine, session)
        if tracing:
            trace_statements(each.engine, tracing.statement)
    return database


async def serve(settings: config.Settings, call_log: CallLog, server: ServerSettings) -> None:
    """Serve until SIGTERM or SIGINT, then stop gracefully."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    dump_on_signal(asyncio.get_running_loop())
    async with running(
        build_database(settings, server.tracing),
        settings.listen,
        lambda: secrets.randbits(SEED_BITS),
        call_log,
        server,
    ) as service:
        _log.info("listening at %s", settings.listen)
        if server.metrics:
            serve_metrics(settings.metrics_listen, server.metrics.text, "RECOMMENDATIONS_METRICS_LISTEN")
        # Start-up objects never die, so keep them out of garbage collection. Collect rarely: reference counting frees
        # nearly everything.
        gc.freeze()
        gc.set_threshold(GC_THRESHOLD)
        await stop.wait()
        _log.info("stopping: finishing running calls")
        await service.stop_gracefully(settings.drain_s, settings.stop_grace_s)


def main() -> int:
    """Run the service; return the exit status."""
    log_setup.open_standard_streams()
    raise_descriptor_limit()
    try:
        settings = config.from_environment()
    except config.SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    json_log = log_setup.is_json(settings.log_format, sys.stderr)
    writer = log_setup.configure(json_log=json_log)
    metrics = ServiceMetrics() if settings.metrics_listen else None
    tracing = _tracing() if config.wants_traces() else None
    observers = [*([metrics.observe_calls] if metrics else []), *([tracing.end_calls] if tracing else [])]
    call_log = CallLog(writer.write, in_json=json_log, observers=observers)
    try:
        tls = _credentials(settings)
        server = ServerSettings(settings.reflection, tls, metrics, settings.tutorial_api, settings.max_lag_s, tracing)
        uvloop.run(serve(settings, call_log, server))
    except TlsError as error:
        writer.write(f"{error}\n")
        return 1
    except OSError as error:
        writer.write(f"The recommendations service {error}.\n")
        return 1
    finally:
        if tracing:
            tracing.stop()
        writer.close()
    return 0


def _credentials(settings: config.Settings) -> ReloadingCredentials | None:
    if not (settings.tls_cert and settings.tls_key and settings.tls_ca):
        return None
    return ReloadingCredentials(TlsFiles(settings.tls_cert, settings.tls_key, settings.tls_ca))


def _tracing() -> "Tracing | None":
    """Return the source of spans; None if one of OpenTelemetry's variables is invalid."""
    from recommendations.telemetry.tracing import Tracing  # noqa: PLC0415  # loads OpenTelemetry only for traces

    try:
        return Tracing()
    except ValueError as error:
        _log.warning("no traces: %s", error)
        return None


if __name__ == "__main__":
    sys.exit(main())
