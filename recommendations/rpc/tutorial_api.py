"""Serves `/Recommendations/Recommend`, the RPC of the "Python microservices with gRPC" tutorial, with the same draw."""

from typing import Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from protobufs import recommendations_pb2 as pb
from recommendations.domain.errors import NotFoundError
from recommendations.rpc.admission import Handler
from recommendations.rpc.servicer import RecommendationsServicer
from recommendations.rpc.validation import MAX_BOOKS

METHOD = "/Recommendations/Recommend"

CATEGORIES = {0: "mystery", 1: "science-fiction", 2: "self-help"}
"""The slugs of the tutorial's enum."""

_Field = descriptor_pb2.FieldDescriptorProto
_MESSAGES: dict[str, dict[str, tuple[descriptor_pb2.FieldDescriptorProto.Type.ValueType, str]]] = {
    # The tutorial declares int32 and an enum, which have the same wire format.
    "RecommendationRequest": {"user_id": (_Field.TYPE_INT64, ""), "category": (_Field.TYPE_INT64, "")}
    | {"max_results": (_Field.TYPE_INT32, "")},
    "BookRecommendation": {"id": (_Field.TYPE_INT64, ""), "title": (_Field.TYPE_STRING, "")},
    "RecommendationResponse": {"recommendations": (_Field.TYPE_MESSAGE, ".BookRecommendation")},
}


def handlers(servicer: RecommendationsServicer) -> dict[str, Handler]:
    """Return the handler of the tutorial's method, by full name."""
    messages = _message_classes()
    response_class = messages["RecommendationResponse"]

    async def recommend(request: Any, context: Any) -> Any:
        if request.category not in CATEGORIES:
            raise NotFoundError("Category not found")
        if request.max_results == 0:
            return response_class()
        wanted = min(request.max_results, MAX_BOOKS)
        draw = pb.RecommendBooksRequest(category=CATEGORIES[request.category], max_results=wanted)
        try:
            drawn = await servicer.RecommendBooks(draw, context)
        except NotFoundError:
            raise NotFoundError("Category not found") from None
        return response_class(recommendations=[{"id": book.id, "title": book.title} for book in drawn.books])

    handler = grpc.unary_unary_rpc_method_handler(
        recommend,
        request_deserializer=messages["RecommendationRequest"].FromString,
        response_serializer=response_class.SerializeToString,
    )
    return {METHOD: handler}


def _message_classes() -> dict[str, Any]:
    """Build the messages in a separate pool, since names without a package may already be declared elsewhere."""
    file = descriptor_pb2.FileDescriptorProto(name="tutorial.proto", syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for number, (field, (kind, type_name)) in enumerate(fields.items(), 1):
            label = _Field.LABEL_REPEATED if type_name else _Field.LABEL_OPTIONAL
            message.field.add(name=field, number=number, type=kind, type_name=type_name or None, label=label)
    return message_factory.GetMessageClassesForFiles([file.name], _pool_of(file))


def _pool_of(file: descriptor_pb2.FileDescriptorProto) -> descriptor_pool.DescriptorPool:
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool
