"""The API as an OpenAPI 3.1 document, for programs and those who write them. `tests/` holds it to the code."""

from marketplace.api.schemas import LARGEST_INT64, PROBLEMS, SCHEMAS, Schema

_LARGEST_INT32 = 2**31 - 1

_DESCRIPTION = """\
Random draws from a bookstall's catalogue. Everything is read only: GET and HEAD are answered, any other method is
status 405. Nobody has to log in. Scripts of other sites are not let in: there are no CORS headers.

A parameter that is missing, empty or 0 has its default. A size beyond the largest is taken as the largest. Page tokens
are opaque: send them back as they came. Unknown parameters are ignored. Whatever goes wrong is told as
application/problem+json."""


def _query(name: str, description: str, schema: Schema, **more: object) -> Schema:
    return {"name": name, "in": "query", "description": description, "allowEmptyValue": True, "schema": schema, **more}


def _size(name: str, description: str, example: int) -> Schema:
    schema = {"type": "integer", "format": "int32", "minimum": 0, "maximum": _LARGEST_INT32, "default": 0}
    return _query(name, description, schema, example=example)


def _page_token(description: str) -> Schema:
    return _query("page_token", description, {"type": "string", "default": ""})


def _link(operation: str, description: str, /, **parameters: str) -> Schema:
    """Return how to go on from an answer: each parameter's value stands at a place in it."""
    found = {name: f"$response.body#/{place}" for name, place in parameters.items()}
    return {"operationId": operation, "description": description, "parameters": found}


def _operation(name: str, summary: str, parameters: list[Schema], answers: Schema, /, **links: Schema) -> Schema:
    if links:
        answers["200"]["links"] = links
    return {"get": {"operationId": name, "summary": summary, "parameters": parameters, "responses": answers}}


def _answers(schema: str, description: str, *problems: str) -> Schema:
    """Return an operation's answers by status: what it gives, its own problems, and those that all have."""
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    told = {status: {"$ref": f"#/components/responses/{status}"} for status in (*problems, "414", "500", "503")}
    return {"200": {"description": description, "content": content}, **told}


_USER = _query(
    "user_id",
    "The user the books are for. 0 is anonymous. Draws do not depend on it yet.",
    {"type": "integer", "format": "int64", "minimum": 0, "maximum": LARGEST_INT64, "default": 0},
)
_CATEGORY = _query(
    "category",
    "The slug of the category to draw from. Empty draws from the whole catalogue, in which each book stands once.",
    {"type": "string", "maxLength": 1_000, "pattern": "^[^\\u0000]*$", "default": ""},
    example="mystery",
)
_EXCLUDE = _query(
    "exclude",
    "Ids of books that must not be in the answer, separated by commas, at most 1,000. Ids of no book are ignored. "
    "Repeat them page by page: they are not part of the token.",
    {
        "type": "array",
        "items": {"type": "integer", "format": "int64", "minimum": -LARGEST_INT64 - 1, "maximum": LARGEST_INT64},
        "maxItems": 1_000,
        "default": [],
    },
    style="form",
    explode=False,
    example=[7, 12],
)
_BOOK_ID = {
    "name": "book_id",
    "in": "path",
    "required": True,
    "description": "The book's id.",
    "schema": {"type": "integer", "format": "int64", "minimum": 1, "maximum": LARGEST_INT64},
    "example": 1,
}

_AGAIN = {"category": "category/slug", "page_token": "page_token"}
_NEXT = {"page_token": "next_page_token"}
_FIRST_SHELF = {"category": "shelves/0/category/slug", "page_token": "shelves/0/next_page_token"}

_RECOMMENDATIONS = _operation(
    "recommendations",
    "Draw books at random from a category, or from all",
    [
        _CATEGORY,
        _size(
            "max_results",
            "How many books to return at most. 0: 10, or with a page token the size that the token was made with. "
            "At most 100.",
            3,
        ),
        _page_token("A token of an earlier answer for the same category. Empty makes a fresh shuffle."),
        _USER,
        _EXCLUDE,
    ],
    _answers("BooksPage", "One page of a shuffle.", "400", "404"),
    again=_link("recommendations", "This page again.", **_AGAIN),
    next=_link("recommendations", "The next page, unless the token is empty.", **_AGAIN | _NEXT),
    book=_link("book", "All about the first book.", book_id="books/0/id"),
)

_SHELVES = _operation(
    "shelves",
    "Draw books at random from each of several categories",
    [
        _size("max_shelves", "How many shelves to return at most. 0: 12. At most 50.", 2),
        _size("max_results", "How many books to draw from each category at most. 0: 6. At most 20.", 3),
        _page_token(
            "`next_page_token` of an earlier answer: goes on with the next smaller categories. Empty begins with the "
            "largest."
        ),
        _USER,
    ],
    _answers("ShelvesPage", "The shelves, all read at one moment.", "400"),
    next=_link("shelves", "The next smaller categories, unless the token is empty.", **_NEXT),
    shelf=_link("recommendations", "More books of the first shelf.", **_FIRST_SHELF),
)

_CATEGORIES = _operation(
    "categories",
    "List the categories that hold books",
    [
        _size("page_size", "How many categories to return at most. 0: 100. At most 1,000.", 5),
        _page_token("`next_page_token` of an earlier answer. Empty begins at the first category."),
    ],
    _answers("CategoriesPage", "The categories, by name.", "400"),
    next=_link("categories", "The next ones, unless the token is empty.", **_NEXT),
    shelf=_link("recommendations", "Books of the first one.", category="categories/0/slug"),
)

_BOOK = _operation(
    "book", "Return all that is known of one book", [_BOOK_ID], _answers("BookAnswer", "The book.", "400", "404")
)

_ITSELF = _operation(
    "openapi",
    "Return this document",
    [],
    {"200": {"description": "OpenAPI 3.1.", "content": {"application/json": {"schema": {"type": "object"}}}}},
)

DOCUMENT: Schema = {
    "openapi": "3.1.0",
    "info": {
        "title": "Bookstall",
        "version": "0.1.0",
        "description": _DESCRIPTION,
        "license": {"name": "MIT", "identifier": "MIT"},
    },
    "servers": [{"url": "/"}],
    "paths": {
        "/api/recommendations": _RECOMMENDATIONS,
        "/api/shelves": _SHELVES,
        "/api/categories": _CATEGORIES,
        "/api/books/{book_id}": _BOOK,
        "/api/openapi.json": _ITSELF,
    },
    "components": {"schemas": SCHEMAS, "responses": PROBLEMS},
}
