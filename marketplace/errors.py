"""What can go wrong between a request and its page, one small class each."""


class NotFoundError(Exception):
    """There is no such category or book; the text names it."""


class BadRequestError(Exception):
    """The address asks for something that cannot be; the text says what, for the person who sent it."""


class UnavailableError(Exception):
    """The recommendations service cannot answer now, or not within the page's deadline; the text is for the log."""


class InternalError(Exception):
    """The recommendations service failed though it is there: a fault in it or in us; the text is for the log."""
