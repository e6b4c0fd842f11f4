import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
import pytest

from benchmarks.baseline_server import METHOD
from benchmarks.errors import BenchmarkError
from benchmarks.grpc_call import Call
from benchmarks.h2load import GOOD_ANSWERS, Load, calls_per_second, median_ms

pytestmark = pytest.mark.skipif(not shutil.which("h2load"), reason="h2load is not installed")
BRIEFLY = Load(2, 2, 0.3)


@contextmanager
def serving(answer: Callable[[bytes, Any], bytes]) -> Iterator[Call]:
    server = grpc.server(ThreadPoolExecutor(max_workers=2))
    service, name = METHOD.strip("/").split("/")
    handlers: dict[str, Any] = {name: grpc.unary_unary_rpc_method_handler(answer)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield Call(port, METHOD, b"request")
    finally:
        server.stop(None).wait()


def test_counts_answered_calls() -> None:
    requests: list[bytes] = []

    def answer(request: bytes, _: Any) -> bytes:
        requests.append(request)
        return b"answer" * 10

    with serving(answer) as call:
        rate = calls_per_second(call, BRIEFLY)
        assert 0.5 * len(requests) < rate * BRIEFLY.seconds < 1.5 * len(requests)
        assert set(requests) == {b"request"}
        assert 0 < median_ms(call, 0.3) < 1_000


@pytest.mark.parametrize("measure", [lambda call: calls_per_second(call, BRIEFLY), lambda call: median_ms(call, 0.3)])
def test_failed_calls_are_an_error_instead_of_a_rate(measure: Callable[[Call], float]) -> None:
    requests = 0

    def answer(_: bytes, context: Any) -> bytes:
        nonlocal requests
        requests += 1
        if requests > GOOD_ANSWERS and requests % 10 == 0:
            context.abort(grpc.StatusCode.INTERNAL, "no")
        return b"answer" * 10

    with serving(answer) as call, pytest.raises(BenchmarkError, match="failed"):
        measure(call)
