"""Refuses calls while too many run, so that those that are accepted finish in time."""

import asyncio
import logging
from typing import Any

import grpc

MAX_RUNNING = 128
"""The most calls that run at once. One page has at most 64 (`MARKETPLACE_THREADS`)."""

LOG_INTERVAL_S = 1.0

_log = logging.getLogger(__name__)


class AdmissionControl:
    """Counts refused calls, and logs their number once a second instead of a line for each."""

    def __init__(self) -> None:
        # It reads no message: refusing a call must cost a fraction of answering it.
        self.refusal: grpc.RpcMethodHandler[Any, Any] = grpc.stream_unary_rpc_method_handler(self._refuse)
        self._refused = 0

    async def _refuse(self, _: object, context: Any) -> None:
        if not self._refused:
            asyncio.get_running_loop().call_later(LOG_INTERVAL_S, self._log_refused)
        self._refused += 1
        await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "More calls are running than can be finished in time.")

    def _log_refused(self) -> None:
        _log.warning("refused %d calls: too many are running", self._refused)
        self._refused = 0
