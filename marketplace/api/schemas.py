"""What the API's answers and problems hold, as JSON Schema. The fields are those of `catalogue.py`."""

from typing import Any

Schema = dict[str, Any]

LARGEST_INT64 = 2**63 - 1


def _object(description: str, /, **properties: Schema) -> Schema:
    """Return the schema of an object whose fields are always there. Later versions may add some."""
    return {"type": "object", "description": description, "required": list(properties), "properties": properties}


def _text(description: str, example: str, **rules: object) -> Schema:
    return {"type": "string", "description": description, **rules, "examples": [example]}


def _number(description: str, example: int, **rules: object) -> Schema:
    return {"type": "integer", "format": "int64", "description": description, **rules, "examples": [example]}


def _or_null(schema: Schema) -> Schema:
    return {**schema, "type": [schema["type"], "null"]}


def _list(description: str, items: Schema) -> Schema:
    return {"type": "array", "description": description, "items": items}


def _one(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_TOKEN = "AQAAAAAHMX_E5pM7tOIAAAA5AAAAAAo"  # noqa: S105  # a place in a shuffle, no secret
_AGAIN = _text(
    "Shows these books again, when sent back with this category, as long as the shelf is not changed.", _TOKEN
)
_NEXT_OF_LIST = _text("Goes on where this page ends. Empty if there are no more.", "")

_BOOK = {
    "id": _number("Stable for the life of the book.", 7, minimum=1, maximum=LARGEST_INT64),
    "title": _text("Never empty.", "The Iliad", minLength=1),
    "authors": _list("In the order of the title page. Empty if unknown.", {"type": "string", "examples": ["Homer"]}),
    "year": _or_null(
        _number("Of first publication; negative for years BC: -1 is 1 BC. Null if unknown.", -750)
        | {"format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1}
    ),
    "cover_url": _text("The address of a picture of the cover. Empty if there is none.", ""),
    "language": _or_null(_text("Of the title, as a BCP 47 tag. Null if unknown.", "en")),
}

SCHEMAS: dict[str, Schema] = {
    "Category": _object(
        "A part of the catalogue that books are shelved under. The whole catalogue has neither slug nor name.",
        slug=_text("Its name in addresses: unique and stable.", "mystery", pattern="^([a-z0-9]+(-[a-z0-9]+)*)?$"),
        name=_text("Its name for people.", "Mystery"),
        book_count=_number("How many books stand in it.", 57, minimum=0, maximum=LARGEST_INT64),
    ),
    "BookRecommendation": _object("What a shelf shows of a book.", **_BOOK),
    "Book": _object(
        "All that is known of a book.",
        **_BOOK,
        categories=_list("Those it stands in, by name.", _one("Category")),
        isbn=_or_null(_text("Null if it has none or it is unknown.", "9780140275360", pattern="^[0-9]{13}$")),
        description=_or_null(_text("What the book is about, plain text. Null if there is none.", "A war.")),
    ),
    "BooksPage": _object(
        "One page of a shuffle.",
        books=_list(
            "Distinct, in the shuffle's order. There may be fewer than asked for: only an empty `next_page_token` "
            "means the end.",
            _one("BookRecommendation"),
        ),
        page_token=_AGAIN,
        next_page_token=_text("Goes on in this shuffle. Empty at its end.", _TOKEN),
        category=_one("Category"),
    ),
    "Shelf": _object(
        "One category and a draw from it.",
        category=_one("Category"),
        books=_list("Distinct, in the order of a fresh shuffle.", _one("BookRecommendation")),
        page_token=_AGAIN,
        next_page_token=_text("Goes on in this shelf's shuffle, at /api/recommendations. Empty at its end.", _TOKEN),
    ),
    "ShelvesPage": _object(
        "A draw from each of several categories.",
        shelves=_list("Those with the most books first, then by slug.", _one("Shelf")),
        next_page_token=_NEXT_OF_LIST,
    ),
    "CategoriesPage": _object(
        "Some of the categories.",
        categories=_list("By name without regard to case, then by slug.", _one("Category")),
        next_page_token=_NEXT_OF_LIST,
    ),
    "BookAnswer": _object("One book.", book=_one("Book")),
    "Problem": {
        **_object(
            "What went wrong: problem details by RFC 9457.",
            type=_text("Always `about:blank`: the status says what kind it is.", "about:blank", format="uri-reference"),
            title=_text("The status in words.", "Not Found"),
            status=_number("The status again.", 404, minimum=400, maximum=599) | {"format": "int32"},
            detail=_text("A sentence for people.", "We have no such page, book or category."),
        ),
    },
}
SCHEMAS["Problem"]["properties"]["instance"] = _text(
    "With status 500: what to call this one by, when you tell us.", "/incidents/1a2b3c4d", format="uri-reference"
)


def _problem(title: str, status: int, detail: str, description: str, **members: str) -> Schema:
    example = {"type": "about:blank", "title": title, "status": status, "detail": detail, **members}
    return {
        "description": description,
        "content": {"application/problem+json": {"schema": _one("Problem"), "example": example}},
    }


PROBLEMS: dict[str, Schema] = {
    "400": _problem(
        "Bad Request", 400, "max_results must be a whole number, such as 10.", "A parameter is not what it should be."
    ),
    "404": _problem("Not Found", 404, "We have no such page, book or category.", "No such category or book."),
    "414": {"description": "The address is longer than 64 KiB. The answer has no body."},
    "500": _problem(
        "Internal Server Error",
        500,
        "That is our fault, not yours. If it keeps happening, tell us this number: 1a2b3c4d.",
        "A fault of ours.",
        instance="/incidents/1a2b3c4d",
    ),
    "503": _problem(
        "Service Unavailable",
        503,
        "Our bookseller is away from the stall for a moment. Please try again shortly.",
        "No books can be drawn just now.",
    )
    | {
        "headers": {
            "Retry-After": {
                "description": "After how many seconds to come again.",
                "required": True,
                "schema": {"type": "integer", "minimum": 0},
                "example": 5,
            }
        }
    },
}
