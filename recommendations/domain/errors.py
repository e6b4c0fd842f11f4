"""What can go wrong, one class each; `handlers.py` gives each its gRPC status.

The message of every error here is one sentence for the caller. It never repeats what
the database or a library said.
"""


class RecommendationsError(Exception):
    """Something went wrong that the caller is told about."""


class InvalidRequestError(RecommendationsError):
    """The request breaks a rule that the proto states."""


class NotFoundError(RecommendationsError):
    """There is no such category or book."""


class OverloadedError(RecommendationsError):
    """More calls wait than can be finished in time."""


class DatabaseUnavailableError(RecommendationsError):
    """The database cannot be reached, or does not answer the service's statements."""


class TooLateError(RecommendationsError):
    """The answer would come after the deadline."""
