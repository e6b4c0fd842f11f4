import pytest
from flask.testing import FlaskClient

from marketplace.domain import Book, BooksQuery, CategoriesQuery, ShelvesQuery
from tests.support.fake_client import FakeClient


def test_recommendations_have_the_protos_fields(client: FlaskClient, recommendations_client: FakeClient) -> None:
    response = client.get(
        "/api/recommendations?category=mystery&max_results=3&page_token=t&user_id=9&exclude=1,2&exclude=3"
    )

    assert response.json == {
        "books": [
            {
                "id": 7,
                "title": "The Iliad",
                "authors": ["Homer", "Another"],
                "year": -750,
                "cover_url": "",
                "language": None,
                "isbn": "9780140275360",
            }
        ],
        "page_token": "this-page",
        "next_page_token": "next-page",
        "category": {"slug": "mystery", "name": "Mystery & Crime", "book_count": 1_059},
    }
    assert recommendations_client.queries == [BooksQuery("mystery", 3, "t", 9, (1, 2, 3))]


def test_without_a_category_the_whole_catalogue_is_drawn_from(
    client: FlaskClient, recommendations_client: FakeClient
) -> None:
    client.get("/api/recommendations")

    assert recommendations_client.queries == [BooksQuery()]


def test_shelves_have_the_protos_fields(client: FlaskClient, recommendations_client: FakeClient) -> None:
    answer = client.get("/api/shelves?max_shelves=2&max_results=3&page_token=t&user_id=9").get_json()

    assert list(answer) == ["shelves", "next_page_token", "page_token"]
    assert list(answer["shelves"][0]) == ["category", "books", "page_token", "next_page_token"]
    assert answer["shelves"][0]["category"] == {"slug": "mystery", "name": "Mystery & Crime", "book_count": 1_059}
    assert recommendations_client.queries == [ShelvesQuery(2, 3, "t", 9)]


def test_categories_have_the_protos_fields(client: FlaskClient, recommendations_client: FakeClient) -> None:
    answer = client.get("/api/categories?page_size=1&page_token=t").get_json()

    assert list(answer) == ["categories", "next_page_token", "initials"]
    assert recommendations_client.queries == [CategoriesQuery(1, "t")]


def test_what_is_unknown_of_a_book_is_null(client: FlaskClient, recommendations_client: FakeClient) -> None:
    recommendations_client.book = Book(
        2**53 + 1, "نجيب محفوظ", (), None, "", None, None, (), None, (), is_edition_year=False
    )

    response = client.get("/api/books/7")

    assert response.get_json() == {
        "book": {
            "id": 2**53 + 1,
            "title": "نجيب محفوظ",
            "authors": [],
            "year": None,
            "cover_url": "",
            "categories": [],
            "isbn": None,
            "language": None,
            "description": None,
            "sources": [],
            "is_edition_year": False,
        },
        "link": None,
    }
    assert "نجيب" in response.text


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/api/recommendations?max_results=ten", "max_results must be a whole number, such as 10."),
        ("/api/shelves?max_shelves=9999999999", "max_shelves must lie between -2147483648 and 2147483647."),
        ("/api/books/x", "A book's id must be a whole number, such as 10."),
    ],
)
def test_an_invalid_parameter_is_explained_in_a_sentence(client: FlaskClient, path: str, sentence: str) -> None:
    response = client.get(path)

    assert response.status_code == 400
    assert response.json == {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": sentence}
