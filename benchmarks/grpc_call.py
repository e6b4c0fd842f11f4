"""One gRPC call as bytes, to be sent repeatedly."""

from dataclasses import dataclass

import grpc

CALL_TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Call:
    """A unary call to a server on this computer."""

    port: int
    method: str
    """The path, as in `/package.Service/Method`."""
    request: bytes

    @property
    def url(self) -> str:
        """Where an HTTP/2 client posts it."""
        return f"http://127.0.0.1:{self.port}{self.method}"

    @property
    def body(self) -> bytes:
        """The request as HTTP/2 carries it: one uncompressed message with its length in front."""
        return b"\0" + len(self.request).to_bytes(4, "big") + self.request

    def answer(self) -> bytes:
        """Make the call once, waiting until the server is ready, and return the answer; raise grpc.RpcError."""
        # Never use the user's proxy for loopback.
        with grpc.insecure_channel(f"127.0.0.1:{self.port}", options=[("grpc.enable_http_proxy", 0)]) as channel:
            call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(self.method)
            return call(self.request, timeout=CALL_TIMEOUT_S, wait_for_ready=True)
