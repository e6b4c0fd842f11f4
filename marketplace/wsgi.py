"""Builds the application inside a worker process of the web server."""

import logging
import os
import signal
import sys
import threading
import time
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask

from marketplace.app import create_app
from marketplace.client.recommendations_client import RecommendationsClient
from marketplace.client.tls import TlsFiles
from marketplace.config import Settings, wants_traces
from marketplace.telemetry import log_setup, metrics_files
from marketplace.telemetry.log_writer import stderr_writer
from marketplace.telemetry.middleware import AnsweredRequest
from marketplace.telemetry.page_metrics import PageMetrics
from marketplace.telemetry.stack_dump import dump_on_signal

if TYPE_CHECKING:
    from marketplace.telemetry.tracing import Tracing

ORPHAN_SIGNAL_INTERVAL_S = 1.0
"""Interval at which an orphaned worker signals itself to stop."""

logger = logging.getLogger("marketplace")


def build_app(settings: Settings, metrics_folder: Path | None = None) -> Flask:
    """Build the application with its own client. Each worker process calls this once after its start.

    It writes its metrics to the folder; with None it keeps no metrics.
    """
    dump_on_signal()
    threading.Thread(target=_stop_with_parent, name="stop-with-parent", daemon=True).start()
    writer = stderr_writer()
    format_request = log_setup.request_formatter(in_json=log_setup.as_json(settings.log_format, sys.stderr))

    metrics = PageMetrics() if metrics_folder else None
    tracing = _tracing() if wants_traces() else None

    def log(request: AnsweredRequest) -> None:
        writer.add(format_request(request))
        if metrics:
            metrics.observe_request(request)
        if tracing:
            tracing.end_request(request)

    observe_call = metrics.observe_call if metrics else None
    client = RecommendationsClient(settings.recommendations_target, tls_files(settings), observe_call, tracing)
    app = create_app(settings, client, log, metrics, tracing)
    if metrics_folder and metrics:
        metrics_files.write_regularly(metrics_folder, metrics.families)
    return app


def tls_files(settings: Settings) -> TlsFiles | None:
    """Return the files for mutual TLS with the recommendations service; None means plain text."""
    if settings.tls_cert and settings.tls_key and settings.tls_ca:
        return TlsFiles(settings.tls_cert, settings.tls_key, settings.tls_ca)
    return None


def _tracing() -> "Tracing | None":
    """Return the tracing; None if one of OpenTelemetry's variables is invalid."""
    from marketplace.telemetry.tracing import Tracing  # noqa: PLC0415  # loads OpenTelemetry only for traces

    try:
        return Tracing()
    except ValueError as error:
        logger.warning("no traces: %s", error)
        return None


def _stop_with_parent() -> None:
    """Stop this worker when the main process dies, because an orphan would keep the port."""
    parent = parent_process()
    if parent:
        wait([parent.sentinel])
        # Repeat the signal: during start-up the worker still has its parent's handler, which only records it.
        while True:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(ORPHAN_SIGNAL_INTERVAL_S)  # this daemon thread ends with its process
