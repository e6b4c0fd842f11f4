"""Ask the service beside which this runs how it is: exit status 0 if it says SERVING.

The gRPC health service is asked as any client would ask it, so that what it says to others is what counts.
"""

import sys

import grpc
from grpc_health.v1 import health_pb2 as pb

ADDRESS = "127.0.0.1:50051"
TIMEOUT_S = 2.0


def main() -> int:
    """Return the exit status."""
    # A proxy to the outer world that the environment names is not for a neighbour.
    with grpc.insecure_channel(ADDRESS, options=[("grpc.enable_http_proxy", 0)]) as channel:
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
