from dataclasses import fields
from typing import Any

import pytest
from google.protobuf.message import Message

from marketplace import domain
from protobufs import recommendations_pb2 as pb


@pytest.mark.parametrize(
    ("shown", "message"),
    [
        (domain.Category, pb.Category),
        (domain.BookRecommendation, pb.BookRecommendation),
        (domain.Book, pb.Book),
        (domain.BooksPage, pb.RecommendBooksResponse),
        (domain.Shelf, pb.Shelf),
        (domain.ShelvesPage, pb.RecommendShelvesResponse),
        (domain.CategoriesPage, pb.ListCategoriesResponse),
        (domain.BooksQuery, pb.RecommendBooksRequest),
        (domain.ShelvesQuery, pb.RecommendShelvesRequest),
        (domain.CategoriesQuery, pb.ListCategoriesRequest),
        (domain.BookQuery, pb.GetBookRequest),
    ],
)
def test_the_shop_uses_the_names_of_the_proto(shown: Any, message: type[Message]) -> None:
    assert {field.name for field in fields(shown)} == {field.name for field in message.DESCRIPTOR.fields}
