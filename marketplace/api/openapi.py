"""The API's description, an OpenAPI 3.1 document. Its schemas are derived from the types that the API returns."""

from typing import Any

import msgspec

from marketplace.api.operations import OPERATIONS, Link, Operation, Schema, parameters_of
from marketplace.web.error_handlers import UNAVAILABLE
from marketplace.web.problem_details import MIMETYPE, Problem, problem

_DESCRIPTION = """\
Random draws from a book shop's catalogue. Everything is read-only: any method but GET and HEAD returns status 405.
There is no authentication. Scripts of other sites can read the responses only if the shop's owner allows their origins.

A missing or empty parameter, or 0, means the default. A size above the maximum means the maximum. Page tokens are
opaque: send them back unchanged. Unknown parameters are errors. Errors are application/problem+json."""

_REF_TEMPLATE = "#/components/schemas/{name}"
_ALWAYS_POSSIBLE = ("414", "500", "503")
_RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds to wait before the next attempt.",
        "required": True,
        "schema": {"type": "integer", "minimum": 0},
        "example": 5,
    }
}


def build(server_url: str = "/") -> Schema:
    """Build the document for an API at this URL."""
    types = [operation.response for operation in OPERATIONS if operation.response]
    _, schemas = msgspec.json.schema_components([*types, Problem], ref_template=_REF_TEMPLATE)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Bookstall",
            "version": "0.1.0",
            "description": _DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": server_url}],
        "security": [],
        "paths": {operation.path: {"get": _describe(operation)} for operation in OPERATIONS},
        "components": {"schemas": schemas, "responses": _problem_responses()},
    }


def _describe(operation: Operation) -> Schema:
    schema = {"$ref": _REF_TEMPLATE.format(name=operation.response.__name__)} if operation.response else {}
    success: Schema = {
        "description": operation.response_description,
        "content": {"application/json": {"schema": schema or {"type": "object"}}},
    }
    if operation.links:
        success["links"] = {name: _link(link) for name, link in operation.links.items()}
    possible = (*operation.problems, *_ALWAYS_POSSIBLE) if operation.response else ()
    return {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": parameters_of(operation),
        "responses": {
            "200": success,
            **{status: {"$ref": f"#/components/responses/{status}"} for status in possible},
        },
    }


def _link(link: Link) -> Schema:
    return {"operationId": link.operation, "description": link.description, "parameters": link.parameters}


def _problem_responses() -> dict[str, Any]:
    fault = "That is our fault, not yours. If it keeps happening, tell us this number: 1a2b3c4d."
    return {
        "400": _problem(
            "A parameter is invalid.", problem(400, "Bad Request", "max_results must be a whole number, such as 10.")
        ),
        "404": _problem(
            "There is no such category, book or author.",
            problem(404, "Not Found", "We have no such page, book or category."),
        ),
        "414": {"description": "The URL is longer than 64 KiB. The response has no body."},
        "500": _problem(
            "An internal error.",
            problem(500, "Internal Server Error", fault, instance="/incidents/1a2b3c4d"),
        ),
        "503": {
            **_problem(
                "No books can be drawn at the moment.",
                problem(503, "Service Unavailable", UNAVAILABLE),
            ),
            "headers": _RETRY_AFTER,
        },
    }


def _problem(description: str, example: Problem) -> Schema:
    schema = {"$ref": _REF_TEMPLATE.format(name="Problem")}
    return {
        "description": description,
        "content": {MIMETYPE: {"schema": schema, "example": msgspec.to_builtins(example)}},
    }
