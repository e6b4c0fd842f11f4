"""What can go wrong, for the person at the screen."""


class QuickstartError(Exception):
    """Something foreseeable went wrong; its text is one sentence that says what to do about it."""


class DataFolderInUseError(QuickstartError):
    """Another process works on the same data folder."""


class PartFailedError(QuickstartError):
    """A part of the shop ended although nobody had asked it to, or does not get ready."""
