"""Exit with status 0 if the service in this container reports SERVING.

Calls the gRPC health service like any other client, so that this check sees what clients see.
"""

import os
import sys
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2 as pb

ADDRESS = "127.0.0.1:50051"
TIMEOUT_S = 2.0


def open_channel() -> grpc.Channel:
    """Return a channel to the service. With mutual TLS it presents the service's own certificate."""
    options = [("grpc.enable_http_proxy", 0)]  # never use a proxy for loopback
    files = [os.environ.get(f"RECOMMENDATIONS_TLS_{name}", "") for name in ("CA", "KEY", "CERT")]
    if not all(files):
        return grpc.insecure_channel(ADDRESS, options=options)
    credentials = grpc.ssl_channel_credentials(*(Path(file).read_bytes() for file in files))
    return grpc.secure_channel(ADDRESS, credentials, options=options)


def main() -> int:
    """Return the exit status."""
    with open_channel() as channel:
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check", pb.HealthCheckRequest.SerializeToString, pb.HealthCheckResponse.FromString
        )
        try:
            status = check(pb.HealthCheckRequest(), timeout=TIMEOUT_S).status
        except grpc.RpcError as error:
            print(error)
            return 1
    print(pb.HealthCheckResponse.ServingStatus.Name(status))
    return 0 if status == pb.HealthCheckResponse.SERVING else 1


if __name__ == "__main__":
    sys.exit(main())
