"""Calls whose callers have gone before their error could be sent end without a word in the log."""

import asyncio
import logging
from typing import Any

import grpc
import pytest

from recommendations.rpc.statuses import end_call
from tests.support.service import CALL_TIMEOUT_S

PATH = "/example.Service/Method"


class Refusing(grpc.GenericRpcHandler):
    """Refuses each call, but only once its caller has gone."""

    def __init__(self) -> None:
        self.started = asyncio.Event()
        self.outcome: asyncio.Future[BaseException] = asyncio.get_running_loop().create_future()

    def service(self, _: grpc.HandlerCallDetails) -> "grpc.RpcMethodHandler[Any, Any]":
        return grpc.stream_unary_rpc_method_handler(self._refuse)

    async def _refuse(self, _: object, context: Any) -> None:
        self.started.set()
        try:
            await asyncio.Event().wait()  # until grpc.aio cancels it
        except asyncio.CancelledError:
            try:
                await end_call(context, grpc.StatusCode.RESOURCE_EXHAUSTED, "too late")
            except BaseException as error:
                self.outcome.set_result(error)
                raise


async def refuse_a_caller_that_has_gone() -> BaseException:
    handler, server = Refusing(), grpc.aio.server()
    server.add_generic_rpc_handlers((handler,))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        method: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(PATH)
        call = method(b"")
        await handler.started.wait()
        call.cancel()
        error = await handler.outcome
    await server.stop(None)
    return error


def test_a_status_that_cannot_be_sent_cancels_the_call(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        error = asyncio.run(asyncio.wait_for(refuse_a_caller_that_has_gone(), CALL_TIMEOUT_S))
    assert isinstance(error, asyncio.CancelledError)
    assert not caplog.records
