"""Errors of the test tools."""


class ToolError(Exception):
    """A program that a test drives is missing or failed; the message says what to do."""
