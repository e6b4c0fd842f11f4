"""Problem details (RFC 9457): how the API reports errors."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

MIMETYPE = "application/problem+json"


@dataclass(frozen=True)
class Problem:
    """Problem details (RFC 9457)."""

    type: Annotated[
        str,
        Meta(
            description="Always `about:blank`: the status identifies the kind of error.",
            extra_json_schema={"format": "uri-reference"},
        ),
    ]
    title: Annotated[str, Meta(description="The name of the status.", examples=["Not Found"])]
    status: Annotated[int, Meta(description="The HTTP status.", ge=400, le=599, extra_json_schema={"format": "int32"})]
    detail: Annotated[str, Meta(description="An explanation for people.")]
    instance: Annotated[
        str | UnsetType,
        Meta(
            description="With status 500: the id to quote when you report the error.",
            examples=["/incidents/1a2b3c4d"],
            extra_json_schema={"format": "uri-reference"},
        ),
    ] = UNSET


def problem(status: int, title: str, detail: str, instance: str | UnsetType = UNSET) -> Problem:
    """Return a problem of the type about:blank."""
    return Problem("about:blank", title, status, detail, instance)
