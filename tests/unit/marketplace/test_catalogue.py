from dataclasses import fields
from typing import Any

import pytest
from google.protobuf.message import Message

from marketplace import catalogue
from protobufs import recommendations_pb2 as pb


@pytest.mark.parametrize(
    ("shown", "message"),
    [
        (catalogue.Category, pb.Category),
        (catalogue.BookRecommendation, pb.BookRecommendation),
        (catalogue.Book, pb.Book),
        (catalogue.BooksPage, pb.RecommendBooksResponse),
        (catalogue.Shelf, pb.Shelf),
        (catalogue.ShelvesPage, pb.RecommendShelvesResponse),
        (catalogue.CategoriesPage, pb.ListCategoriesResponse),
        (catalogue.BooksWanted, pb.RecommendBooksRequest),
        (catalogue.ShelvesWanted, pb.RecommendShelvesRequest),
        (catalogue.CategoriesWanted, pb.ListCategoriesRequest),
        (catalogue.BookWanted, pb.GetBookRequest),
    ],
)
def test_the_shop_and_the_proto_use_the_same_names(shown: Any, message: type[Message]) -> None:
    assert {field.name for field in fields(shown)} == {field.name for field in message.DESCRIPTOR.fields}
