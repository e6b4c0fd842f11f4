from marketplace.client import conversion
from marketplace.domain import Book, BookRecommendation, BookSource, Category
from protobufs import recommendations_pb2 as pb


def test_an_absent_fact_is_none() -> None:
    book = conversion.book_from(pb.Book(id=1, title="T"))

    assert book == Book(1, "T", (), None, "", None, None, (), None, (), is_edition_year=False)
    recommendation = conversion.recommendation_from(pb.BookRecommendation(id=1, title="T"))
    assert (recommendation.year, recommendation.language, recommendation.isbn) == (None, None, None)


def test_an_empty_fact_is_not_absent() -> None:
    book = conversion.book_from(pb.Book(id=1, title="T", year=0, isbn="", language="", description=""))

    assert (book.year, book.isbn, book.language, book.description) == (0, "", "", "")


def test_every_fact_arrives() -> None:
    shelf = pb.Shelf(
        category=pb.Category(slug="mystery", name="Mystery", book_count=2),
        books=[
            pb.BookRecommendation(
                id=3, title="T", authors=["A", "B"], year=-8, cover_url="u", language="ga", isbn="9780140275360"
            )
        ],
        page_token="this",
        next_page_token="next",
    )

    page = conversion.shelves_from(pb.RecommendShelvesResponse(shelves=[shelf], next_page_token="more"))

    assert page.next_page_token == "more"
    assert page.shelves[0].category == Category("mystery", "Mystery", 2)
    assert page.shelves[0].books == (BookRecommendation(3, "T", ("A", "B"), -8, "u", "ga", "9780140275360"),)
    assert (page.shelves[0].page_token, page.shelves[0].next_page_token) == ("this", "next")


def test_sources_and_the_token_of_the_page_arrive() -> None:
    book = conversion.book_from(pb.Book(id=1, title="T", sources=[pb.BookSource(source="gutenberg", key="2199")]))
    page = conversion.shelves_from(pb.RecommendShelvesResponse(page_token="these"))

    assert book.sources == (BookSource("gutenberg", "2199"),)
    assert page.page_token == "these"
