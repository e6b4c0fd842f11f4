"""The errors that a view can raise."""


class NotFoundError(Exception):
    """The category or book does not exist. The text names it."""


class BadRequestError(Exception):
    """A parameter is invalid. The text is shown to the sender."""


class UnavailableError(Exception):
    """The recommendations service did not answer in time, or too many requests are in progress.

    The text is for the log only.
    """


class InternalError(Exception):
    """The recommendations service answered with an unexpected error. The text is for the log only."""
