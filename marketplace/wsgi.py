"""The application as the web server's worker processes run it."""

import os
import signal
import sys
import threading
import time
from multiprocessing import parent_process
from multiprocessing.connection import wait

from flask import Flask

from marketplace.app import create_app
from marketplace.client.recommendations_client import RecommendationsClient
from marketplace.config import Settings
from marketplace.telemetry import log_setup
from marketplace.telemetry.request_log import RequestLog

AGAIN_S = 1.0
"""How often a worker without a main process is told to stop."""


def build_app(settings: Settings) -> Flask:
    """Build the application with a client of its own; each worker process calls this once it has begun."""
    threading.Thread(target=_follow_parent, name="follow-parent", daemon=True).start()
    in_json = log_setup.as_json(settings.log_format, sys.stderr)
    log = RequestLog(sys.stderr, log_setup.request_line(in_json=in_json))
    return create_app(settings, RecommendationsClient(settings.recommendations_target), log)


def _follow_parent() -> None:
    """Stop this worker when the main process is gone, lest it hold the port without anyone to stop it."""
    parent = parent_process()
    if parent:
        wait([parent.sentinel])
        # Again and again: while this worker begins it still has its parent's handler, which would only note the signal.
        while True:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(AGAIN_S)  # this thread ends with its process, so nothing is waited for
