"""Every input gets a response or a status that the proto documents, never UNKNOWN or INTERNAL."""

from random import Random

import grpc
import pytest
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from protobufs import recommendations_pb2 as pb
from tests.support.service import SERVING, Client, database_of, refused, serving
from tests.support.shelves import Shop

TIMEOUT_S = 10.0
SERVICE = pb.DESCRIPTOR.services_by_name["RecommendationsService"]
METHODS = list(SERVICE.methods)
ALLOWED = {grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND}
INTEGERS = {FieldDescriptor.TYPE_INT32: 32, FieldDescriptor.TYPE_INT64: 64}
SLUGS = ["mystery", "poetry", "", "Mystery", "%", "\0", "'", "\\", "a" * 1_001, "\x1f", "\u202e", "\U0010ffff"]


def raw_method(client: Client, name: str) -> "grpc.UnaryUnaryMultiCallable[bytes, bytes]":
    return client.channel.unary_unary(f"/{SERVICE.full_name}/{name}")


def raw_call(client: Client, method: MethodDescriptor, body: bytes) -> tuple[grpc.StatusCode, str]:
    """Send bytes as they are; return the status and its details."""
    try:
        raw_method(client, method.name)(body, timeout=TIMEOUT_S)
    except grpc.RpcError as error:
        return error.code(), error.details() or ""
    return grpc.StatusCode.OK, ""


@pytest.fixture
def stocked(shop: Shop, service: Client) -> Client:
    """Return a client of a service with two shelves, one of them with empty slots."""
    shop.shelf("mystery", 30)
    shop.shelf("poetry", 30, empty=range(5, 25))
    return service


def field_values(field: FieldDescriptor, tokens: list[str]) -> st.SearchStrategy[object]:
    """Return arbitrary and nearly valid values for a field."""
    if field.type in INTEGERS:
        limit = 2 ** (INTEGERS[field.type] - 1)
        numbers = st.sampled_from([0, 1, 100, 101, -1, limit - 1, -limit]) | st.integers(-limit, limit - 1)
        return st.lists(numbers, max_size=1_100) if field.is_repeated else numbers
    if field.type == FieldDescriptor.TYPE_BOOL:
        return st.booleans()
    candidates = tokens if field.name == "page_token" else SLUGS
    texts = st.sampled_from(candidates) | st.text(max_size=1_100)
    return st.lists(texts, max_size=60) if field.is_repeated else texts


def messages(method: MethodDescriptor, tokens: list[str]) -> st.SearchStrategy[Message]:
    """Return requests of a method with any fields set."""
    request = getattr(pb, method.input_type.name)
    fields = {field.name: field_values(field, tokens) for field in method.input_type.fields}
    return st.fixed_dictionaries({}, optional=fields).map(lambda given: request(**given))


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_every_message_gets_a_documented_status(stocked: Client, method: MethodDescriptor) -> None:
    tokens = [
        stocked.books("mystery").page_token,
        stocked.books("mystery").next_page_token,
        stocked.shelves(max_shelves=1).next_page_token,
        stocked.shelves(distinct_books=True).page_token,
        stocked.categories(page_size=1).next_page_token,
        "",
        "AQ==",
    ]

    @settings(max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(messages(method, tokens))
    def send(request: Message) -> None:
        code, details = raw_call(stocked, method, request.SerializeToString())
        assert code in ALLOWED, details

    send()


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_every_byte_string_gets_a_documented_status(stocked: Client, method: MethodDescriptor) -> None:
    random = Random(5)
    valid = pb.RecommendBooksRequest(
        user_id=7, category="mystery", max_results=3, page_token=stocked.books("mystery").page_token
    ).SerializeToString()
    for _ in range(300):
        if random.random() < 0.5:
            body = random.randbytes(random.randrange(80))
        else:
            changed = bytearray(valid)
            for _ in range(random.randrange(1, 4)):
                changed[random.randrange(len(changed))] = random.randrange(256)
            body = bytes(changed)
        code, details = raw_call(stocked, method, body)
        assert code in ALLOWED, (body, details)


@pytest.mark.parametrize("body", [b"\xff", b"\x12\x02\xed\xa0", b"\x12\x03\xed\xa0\x80", b"\x12\x7f"])
def test_malformed_message_is_rejected_without_library_error_text(service: Client, body: bytes) -> None:
    code, details = raw_call(service, METHODS[0], body)
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert details == "The request is not a valid message of this method."


def test_message_above_64_kb_is_rejected_and_the_next_call_succeeds(stocked: Client) -> None:
    code, _ = raw_call(stocked, METHODS[0], b"\x12\x80\x80\x05" + b"a" * 81_920)
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert stocked.books("mystery").books


def test_unknown_method_is_unimplemented(service: Client) -> None:
    with refused(grpc.StatusCode.UNIMPLEMENTED):
        raw_method(service, "BuyBooks")(b"", timeout=TIMEOUT_S)


def test_unknown_fields_are_ignored(stocked: Client) -> None:
    code, _ = raw_call(
        stocked, METHODS[0], pb.RecommendBooksRequest(category="mystery").SerializeToString() + b"\xfa\x7f\x01x"
    )
    assert code is grpc.StatusCode.OK


def reflected(client: Client) -> list[str]:
    """Return the services that reflection lists."""
    call: grpc.StreamStreamMultiCallable[bytes, bytes]
    call = client.channel.stream_stream("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")
    (answer,) = call(iter([b"\x3a\x01*"]), timeout=TIMEOUT_S)
    return [name for name in ("RecommendationsService", "Health") if name.encode() in answer]


def test_reflection_is_off_by_default(service: Client) -> None:
    with refused(grpc.StatusCode.UNIMPLEMENTED):
        reflected(service)


def test_reflection_is_served_when_enabled(standing_database: str) -> None:
    with serving(database_of(standing_database), with_reflection=True) as client:
        client.wait_until(SERVING)
        assert reflected(client) == ["RecommendationsService", "Health"]
