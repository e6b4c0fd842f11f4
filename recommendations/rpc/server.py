"""The gRPC server: its options, its services, and the listeners that share its port."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import grpc
from grpc_reflection.v1alpha import reflection

from protobufs import recommendations_pb2 as pb
from protobufs import recommendations_pb2_grpc as pb_grpc
from recommendations.rpc import health, tutorial_api
from recommendations.rpc.admission import AdmissionControl, Handler, MethodRouter
from recommendations.rpc.deadline_enforcer import DeadlineEnforcer
from recommendations.rpc.health import HealthServicer
from recommendations.rpc.interceptors import wrap_handlers
from recommendations.rpc.listeners import Listeners
from recommendations.rpc.servicer import RecommendationsServicer
from recommendations.rpc.tls import ReloadingCredentials
from recommendations.telemetry.call_log import CallLog
from recommendations.telemetry.service_metrics import ServiceMetrics

if TYPE_CHECKING:
    from recommendations.telemetry.tracing import Tracing

SERVICE_NAME = pb.DESCRIPTOR.services_by_name["RecommendationsService"].full_name

LISTENERS = 4
"""The number of `grpc.aio` servers that share the port, each with some of the connections.

A `grpc.aio` server accepts one call per pass of the event loop, so several of them accept calls of several connections
at once. But each has its own queue, so more of them let more calls wait (docs/decisions/0016-overload.md has the
figures). The kernel distributes connections by an address hash.
"""

MAX_CONNECTIONS = 1_500
"""Open connections of each of these servers; core closes further ones at once.

A worker process of the marketplace needs one. So 4,000 idle connections shut nobody out, and a flood is limited: a
client that opened connections faster than core read what they sent had 9,600 open after half a minute.
"""

_OPTIONS = [
    ("grpc.so_reuseport", 1),
    # Calls that grpc.aio has not accepted yet wait in gRPC core. Above the first limit it refuses some of them, above
    # the second all, with CANCELLED and before Python spends time on them (docs/decisions/0016-overload.md).
    ("grpc.server.max_pending_requests", 96),
    ("grpc.server.max_pending_requests_hard_limit", 128),
    # Clients queue further calls; the streams of a client that does not are reset. Each worker process of the
    # marketplace has one connection and at most 64 calls.
    ("grpc.max_concurrent_streams", 512),
    ("grpc.max_allowed_incoming_connections", MAX_CONNECTIONS),
    # By default core resets a malformed stream after at least 0.1 s, and until then keeps its connection in memory,
    # even a closed one. A flood of such streams took 690 MB within two minutes.
    ("grpc.http.tarpit", 0),
    # A request with 1,000 exclusions has 11 kB.
    ("grpc.max_receive_message_length", 64 * 1024),
    ("grpc.max_metadata_size", 8 * 1024),
    # Clients look for new replicas only when a connection ends (gRPC proposal A9). A new connection costs a
    # millisecond; a client that does not know the other replica when this one stops fails requests.
    ("grpc.max_connection_age_ms", 10_000),
    ("grpc.max_connection_age_grace_ms", 10_000),
    # The marketplace pings every second to detect a replica that hangs. By default, more than two pings within 300 s
    # end the connection.
    ("grpc.http2.min_ping_interval_without_data_ms", 250),
    ("grpc.keepalive_permit_without_calls", 1),
]


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """The settings of the server."""

    with_reflection: bool = False
    """Whether to serve gRPC reflection."""

    tls: ReloadingCredentials | None = None
    """The credentials for TLS; None serves plain text."""

    metrics: ServiceMetrics | None = None
    """Receives measurements; None disables them."""

    tutorial_api: bool = False
    """Whether to serve the tutorial's `/Recommendations/Recommend`, too."""

    max_lag_s: float = 10.0
    """How many seconds a standby may lag before the service avoids it."""

    tracing: "Tracing | None" = None
    """Creates spans; None disables tracing."""


def create_listeners(
    servicer: RecommendationsServicer,
    health_servicer: HealthServicer,
    enforcer: DeadlineEnforcer,
    call_log: CallLog,
    settings: ServerSettings,
) -> Listeners:
    """Return the listeners that serve the recommendations, health and (optionally) reflection services."""
    own = _HandlerCollector()
    pb_grpc.add_RecommendationsServiceServicer_to_server(servicer, cast("grpc.aio.Server", own))
    if settings.tutorial_api:
        own.handlers |= tutorial_api.handlers(servicer)
    standard = health.health_handlers(health_servicer, DeadlineEnforcer())
    if settings.with_reflection:
        standard |= _reflection_handlers()
    admission = AdmissionControl()
    if settings.metrics:
        admission.register(settings.metrics)
    limited = wrap_handlers(own.handlers, enforcer, call_log, admission)
    router = MethodRouter(limited, standard, admission, settings.tracing)

    def create_server() -> grpc.aio.Server:
        server = grpc.aio.server(options=_OPTIONS)
        server.add_generic_rpc_handlers((router,))
        return server

    return Listeners(LISTENERS, create_server, settings.tls.server_credentials() if settings.tls else None)


def _reflection_handlers() -> dict[str, Handler]:
    collector = _HandlerCollector()
    names = (SERVICE_NAME, health.NAME, reflection.SERVICE_NAME)
    reflection.enable_server_reflection(names, cast("grpc.aio.Server", collector))
    return collector.handlers


class _HandlerCollector:
    """Collects the handlers that generated code registers with a server.

    `MethodRouter` looks them up by name. If generated code registered them with the real server, grpc.aio from 1.84 on
    would poll each method separately for every call (`_server_main_loop` in `server.pyx.pxi`): 5 to 10 % of its time.
    """

    def __init__(self) -> None:
        self.handlers: dict[str, Handler] = {}

    def add_generic_rpc_handlers(self, handlers: object) -> None:
        """Ignore these: generated code registers the same handlers by name, too."""

    def add_registered_method_handlers(self, service: str, handlers: Mapping[str, Handler]) -> None:
        """Collect the handlers of a service."""
        self.handlers |= {f"/{service}/{method}": handler for method, handler in handlers.items()}
