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
        yield Call(port, METHOD, b"question")
    finally:
        server.stop(None).wait()


def test_counts_the_calls_that_are_answered() -> None:
    questions: list[bytes] = []

    def answer(question: bytes, _: Any) -> bytes:
        questions.append(question)
        return b"answer" * 10

    with serving(answer) as call:
        rate = calls_per_second(call, BRIEFLY)
        assert 0.5 * len(questions) < rate * BRIEFLY.seconds < 1.5 * len(questions)
        assert set(questions) == {b"question"}
        assert 0 < median_ms(call, 0.3) < 1_000


@pytest.mark.parametrize("measure", [lambda call: calls_per_second(call, BRIEFLY), lambda call: median_ms(call, 0.3)])
def test_a_tenth_of_calls_that_fail_is_an_error_and_no_speed(measure: Callable[[Call], float]) -> None:
    asked = 0

    def answer(_: bytes, context: Any) -> bytes:
        nonlocal asked
        asked += 1
        if asked > GOOD_ANSWERS and asked % 10 == 0:
            context.abort(grpc.StatusCode.INTERNAL, "no")
        return b"answer" * 10

    with serving(answer) as call, pytest.raises(BenchmarkError, match="failed"):
        measure(call)
