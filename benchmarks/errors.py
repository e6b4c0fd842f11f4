"""Errors that stop a benchmark."""


class BenchmarkError(Exception):
    """The measurement is impossible or invalid; the message is one sentence with the reason."""
