"""Problem details by RFC 9457: how the API reports errors."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

MIMETYPE = "application/problem+json"


@dataclass(frozen=True)
class Problem:
    """What went wrong: problem details by RFC 9457."""

    type: Annotated[
        str,
        Meta(
            description="Always `about:blank`: the status says which kind of error it is.",
            extra_json_schema={"format": "uri-reference"},
        ),
    ]
    title: Annotated[str, Meta(description="The status in words.", examples=["Not Found"])]
    status: Annotated[int, Meta(description="The HTTP status.", ge=400, le=599, extra_json_schema={"format": "int32"})]
    detail: Annotated[str, Meta(description="A sentence for people.")]
    instance: Annotated[
        str | UnsetType,
        Meta(
            description="With status 500: the id to quote when you report the error.",
            examples=["/incidents/1a2b3c4d"],
            extra_json_schema={"format": "uri-reference"},
        ),
    ] = UNSET


def problem(status: int, title: str, detail: str, instance: str | UnsetType = UNSET) -> Problem:
    """Return a problem that its status describes completely."""
    return Problem("about:blank", title, status, detail, instance)
