"""Errors whose text is written for the person at the terminal."""


class QuickstartError(Exception):
    """An expected failure; its text is one sentence that says what to do about it."""


class DataFolderInUseError(QuickstartError):
    """Another process uses the same data folder."""


class ChildExitedError(QuickstartError):
    """A child process ended unexpectedly, or did not become ready."""
