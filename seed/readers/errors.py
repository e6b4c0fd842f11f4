"""Why a file cannot be read or written; the message is one sentence for its owner."""


class UnreadableFileError(ValueError):
    """The file cannot be read in its format."""


class UnwritableFileError(Exception):
    """The file cannot be written completely."""

    def __init__(self, name: str, error: OSError) -> None:
        self.reason = error.strerror or str(error)
        super().__init__(f"{name} cannot be written: {self.reason}. Nothing was written.")


class RunawayFieldError(Exception):
    """A field of a table has too many lines or characters."""
