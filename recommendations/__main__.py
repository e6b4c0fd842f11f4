"""`python -m recommendations`: settings, engine, server; SIGTERM drains and stops."""

import os

# gRPC reads this at its import. With the listener of its older event loop a call takes 10 to 15 % less processor time,
# because fewer threads hand it on (`python -m benchmarks.profiling`, context switches).
os.environ.setdefault("GRPC_EXPERIMENTS", "-event_engine_listener")

import asyncio
import gc
import logging
import secrets
import signal
import sys

import sqlalchemy as sa
import uvloop
from sqlalchemy.ext.asyncio import AsyncEngine

from recommendations import config
from recommendations.app import running
from recommendations.domain.shuffle import SEED_BITS
from recommendations.storage.async_engine import create_async_engine
from recommendations.telemetry import log_setup

GC_THRESHOLD = 20_000
"""Python's own is 700 new objects, which is two calls: its collector then takes a thirtieth of the time."""

_log = logging.getLogger("recommendations")


def build_engine(settings: config.Settings) -> AsyncEngine:
    """Build the engine: its connections are kept by those who use them, only read, and never wait for long."""
    return create_async_engine(
        settings.database_url,
        application_name="bookstall recommendations",
        settings={
            "statement_timeout": settings.statement_timeout_ms,
            "default_transaction_read_only": "on",
            "jit": "off",
            # Every statement of the service finds its rows by an index, whatever the planner thinks of a small table.
            "enable_seqscan": "off",
        },
        password_file=settings.password_file,
        isolation_level="AUTOCOMMIT",
        poolclass=sa.NullPool,
    )


async def serve(settings: config.Settings, *, log_in_json: bool) -> None:
    """Serve until SIGTERM or SIGINT; then say NOT_SERVING, drain, finish what runs, and stop."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    engine = build_engine(settings)
    async with running(
        engine,
        settings.listen,
        lambda: secrets.randbits(SEED_BITS),
        with_reflection=settings.reflection,
        log_in_json=log_in_json,
    ) as service:
        _log.info("listening at %s", settings.listen)
        # What lives for ever need not be looked at by every collection, nor every few calls what has just been made:
        # reference counts free nearly all of it.
        gc.freeze()
        gc.set_threshold(GC_THRESHOLD)
        await stop.wait()
        _log.info("stopping: finishing the calls that run")
        await service.health.enter_graceful_shutdown()
        await asyncio.sleep(settings.drain_s)
        await service.stop(settings.stop_grace_s)


def main() -> int:
    """Run the service; return the exit status."""
    try:
        settings = config.from_environment()
    except config.SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    log_in_json = log_setup.as_json(settings.log_format, sys.stderr)
    log_setup.configure(in_json=log_in_json)
    try:
        uvloop.run(serve(settings, log_in_json=log_in_json))
    except OSError as error:
        print(f"The recommendations service {error}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
