"""The connection to the recommendations service. It follows the TLS files: a change opens a new channel."""

import logging
import threading
import time
from functools import partial
from typing import Any, NamedTuple

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from marketplace.client.channel import SERVICE, open_channel
from marketplace.client.tls import TlsError, TlsFiles
from marketplace.errors import UnavailableError
from protobufs import recommendations_pb2_grpc as pb_grpc

CHECK_INTERVAL_S = 0.4
CHECK_TIMEOUT_S = 0.5
CLOSE_DELAY_S = 5.0
"""Longer than any call. A replaced channel stays open for so long."""

_HANDSHAKE_WORDS = ("handshake", "certificate", "verification")
"""Words in gRPC's messages about TLS. It has no status of its own for them."""

_REFUSAL_WORDS = ("last error", "socket closed")
"""Words in gRPC's message if the service closes new connections after the handshake. gRPC's servers do so, without an
alert, if they do not accept the client's certificate."""

logger = logging.getLogger(__name__)


class Stubs(NamedTuple):
    """A channel and its stubs."""

    channel: grpc.Channel
    books: pb_grpc.RecommendationsServiceStub
    health: Any  # its type stubs lack the methods


class Connection:
    """Opens the channel at the first use, because gRPC's threads do not survive a fork.

    With TLS, a thread reads the files again when they change. Unusable files are logged, and the last usable ones stay.
    The thread also logs when the certificate has expired or the service rejects the handshake.
    """

    def __init__(self, target: str, tls: TlsFiles | None) -> None:
        """Create a connection to a gRPC target; nothing is opened yet."""
        self._target = target
        self._tls = tls
        self._lock = threading.Lock()
        self._stubs: Stubs | None = None
        self._closed = threading.Event()

    def stubs(self) -> Stubs:
        """Return the current stubs.

        Raises:
            UnavailableError: If the TLS files are unusable at the first use.
        """
        with self._lock:
            if not self._stubs:
                self._closed = threading.Event()
                self._stubs = self._open()
            return self._stubs

    def close(self) -> None:
        """Close the channel. The next use opens another one."""
        with self._lock:
            self._closed.set()
            stubs, self._stubs = self._stubs, None
        if stubs:
            stubs.channel.close()

    def _open(self) -> Stubs:
        if not self._tls:
            return _stubs(open_channel(self._target, None))
        modified = self._tls.modified()
        try:
            credentials, expires_s = self._tls.load()
        except TlsError as error:
            raise UnavailableError(str(error)) from error
        follow = partial(self._follow_files, self._tls, modified, expires_s, self._closed)
        threading.Thread(target=follow, name="tls-files", daemon=True).start()
        return _stubs(open_channel(self._target, credentials))

    def _follow_files(
        self, tls: TlsFiles, modified: tuple[int, ...], expires_s: float, closed: threading.Event
    ) -> None:
        reported = ""
        while not closed.wait(CHECK_INTERVAL_S):
            problem = ""
            if (now_modified := tls.modified()) != modified:
                modified = now_modified
                try:
                    credentials, expires_s = tls.load()
                except TlsError as error:
                    problem = f"{error} The last usable ones stay in use."
                else:
                    self._replace(_stubs(open_channel(self._target, credentials)))
                    logger.info("the TLS files were read again")
                    problem = self._handshake_problem(tls)
            elif time.time() >= expires_s:
                problem = f"the TLS certificate {tls.certificate} has expired"
            else:
                problem = reported if reported.startswith("The TLS files") else self._handshake_problem(tls)
            if problem and problem != reported:
                logger.error("%s", problem)
            reported = problem

    def _replace(self, stubs: Stubs) -> None:
        with self._lock:
            if self._closed.is_set():
                stubs.channel.close()
                return
            old, self._stubs = self._stubs, stubs
        if old:
            timer = threading.Timer(CLOSE_DELAY_S, old.channel.close)
            timer.daemon = True
            timer.start()

    def _handshake_problem(self, tls: TlsFiles) -> str:
        """Return why the service's certificate or ours was rejected; empty if the service is merely unreachable."""
        try:
            request = health_pb2.HealthCheckRequest(service=SERVICE)
            self.stubs().health.Check(request, timeout=CHECK_TIMEOUT_S)
        except grpc.RpcError as error:
            details = (error.details() or "") if isinstance(error, grpc.Call) else ""
            if any(word in details.lower() for word in _HANDSHAKE_WORDS):
                return f"the TLS handshake with the recommendations service failed: {details}"
            if all(word in details.lower() for word in _REFUSAL_WORDS):
                return f"the recommendations service seems to refuse the TLS certificate {tls.certificate}: {details}"
        return ""


def _stubs(channel: grpc.Channel) -> Stubs:
    return Stubs(channel, pb_grpc.RecommendationsServiceStub(channel), health_pb2_grpc.HealthStub(channel))
