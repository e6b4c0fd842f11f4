import pytest

from benchmarks.load import is_full
from protobufs import recommendations_pb2 as pb


@pytest.mark.parametrize(("ids", "full"), [(range(1, 11), True), (range(1, 10), False), ([*range(1, 10), 9], False)])
def test_only_ten_distinct_books_are_a_full_answer(ids: list[int], full: bool) -> None:  # noqa: FBT001
    answer = pb.RecommendBooksResponse(books=[pb.BookRecommendation(id=number) for number in ids])

    assert is_full(answer.SerializeToString()) == full
