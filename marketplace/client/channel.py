"""The gRPC channel to the recommendations service: load balancing, retries, health checks and keepalive."""

import json

import grpc

from protobufs import recommendations_pb2 as pb

SERVICE = pb.DESCRIPTOR.services_by_name["RecommendationsService"].full_name

# A replica with a blocked event loop answers pings but no calls, because gRPC core answers pings itself. So a replica
# is ejected for 12 seconds if all its calls within half a second fail. By then its connection has reached its maximum
# age, and gRPC uses a new one only after the replica reports its health. NOT_FOUND counts as a failure too, so at most
# half of the replicas are ejected, and never the only one.
_OUTLIER_DETECTION = {
    "interval": "0.5s",
    "baseEjectionTime": "12s",
    "maxEjectionTime": "12s",
    "maxEjectionPercent": 50,
    "failurePercentageEjection": {
        "threshold": 99,
        "enforcementPercentage": 100,
        "minimumHosts": 2,
        "requestVolume": 5,
    },
    "childPolicy": [{"round_robin": {}}],
}

# gRPC retries calls that reach a replica during its shutdown, or whose connection closes, on the next replica
# (https://github.com/grpc/proposal/blob/master/A6-client-retries.md). RESOURCE_EXHAUSTED is never retried. Throttling
# keeps retries from amplifying an outage: a failed attempt costs one token, a success returns a tenth, and with at most
# half of maxTokens left no call is retried. The other half covers all calls of a process that one hanging replica can
# fail at once.
_SERVICE_CONFIG = {
    "loadBalancingConfig": [{"outlier_detection_experimental": _OUTLIER_DETECTION}],
    "methodConfig": [
        {
            "name": [{"service": SERVICE}],
            "retryPolicy": {
                "maxAttempts": 3,
                "initialBackoff": "0.05s",
                "maxBackoff": "0.4s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ],
    "retryThrottling": {"maxTokens": 130, "tokenRatio": 0.1},
    # Replicas that report NOT_SERVING get no calls. A replica that closes without reporting it first cancels about one
    # call in thousands, and CANCELLED is not retried.
    "healthCheckConfig": {"serviceName": SERVICE},
}

KEEPALIVE_TIME_MS = 1_000
"""The shortest interval at which gRPC pings an idle connection."""
KEEPALIVE_TIMEOUT_MS = 500

_OPTIONS = (
    ("grpc.service_config", json.dumps(_SERVICE_CONFIG)),
    # Reconnect within about a second. By default gRPC waits up to 2 minutes between connection attempts, up to
    # 20 seconds for each of them, and 30 seconds between DNS lookups.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.dns_min_time_between_resolutions_ms", 1_000),
    # A replica that hangs answers no pings. Its connection closes after at most 1.5 seconds, so its calls are retried
    # on another replica within a page's 2 seconds. This depends only on the replica, not on the books that a call
    # draws, so it cannot bias the draw. The service permits pings at this rate.
    ("grpc.keepalive_time_ms", KEEPALIVE_TIME_MS),
    ("grpc.keepalive_timeout_ms", KEEPALIVE_TIMEOUT_MS),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    # gRPC's flow-control pings have a timeout of a minute, and delay keepalive pings while they are in flight.
    ("grpc.http2.bdp_probe", 0),
    ("grpc.http2.ping_timeout_ms", KEEPALIVE_TIMEOUT_MS),
    # Ignore the http_proxy variable: the service is on the same network.
    ("grpc.enable_http_proxy", 0),
)


def open_channel(target: str, credentials: grpc.ChannelCredentials | None) -> grpc.Channel:
    """Return a channel to a gRPC target; without credentials it uses plain text. It connects at the first call."""
    if credentials:
        return grpc.secure_channel(target, credentials, options=_OPTIONS)
    return grpc.insecure_channel(target, options=_OPTIONS)
