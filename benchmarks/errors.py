"""What can go wrong while measuring, for the person at the screen."""


class BenchmarkError(Exception):
    """Nothing can be measured, or what was measured means nothing; the text is one sentence that says why."""
