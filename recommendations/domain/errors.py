"""The errors of the service; `rpc/interceptors.py` maps each class to a gRPC status.

Each message is one sentence for the client. It never repeats the text of the database or of a library.
"""


class RecommendationsError(Exception):
    """An error whose message is sent to the client."""


class InvalidRequestError(RecommendationsError):
    """The request breaks a rule of the proto."""


class NotFoundError(RecommendationsError):
    """The category or book does not exist."""


class OverloadedError(RecommendationsError):
    """More calls are queued than can finish in time."""


class DatabaseUnavailableError(RecommendationsError):
    """The database cannot be reached, or does not answer the service's queries."""


class TooLateError(RecommendationsError):
    """The answer would come after the deadline."""
