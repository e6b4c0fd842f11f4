"""Errors between a request and its page."""


class NotFoundError(Exception):
    """The category or book does not exist. The text names it."""


class BadRequestError(Exception):
    """A parameter is invalid. The text is shown to the sender."""


class UnavailableError(Exception):
    """The page cannot be made in time: the recommendations service did not answer, or too many requests are running.

    The text is for the log only.
    """


class InternalError(Exception):
    """The recommendations service answered with an unexpected error. The text is for the log only."""
