"""Logs the steps of a load."""

from seed.cli.progress import READING_SHARE, Progress
from seed.loading.load import LoadRefusedError
from seed.loading.rejections import RejectionFile
from seed.loading.staging import Intake
from seed.loading.vacuum import MIN_ROWS_TO_VACUUM
from seed.readers.text_file import Lines

_DONE_BEFORE_STEPS = (READING_SHARE, 0.36, 0.45, 0.6)
"""The fractions of a first load's time before the steps: categories, matching, storing and shelves."""


class Steps:
    """Shows the steps of a load in its bar, and logs those of a large one; a small one finishes at once."""

    def __init__(self, progress: Progress, lines: Lines, rejection_file: RejectionFile | None) -> None:
        self._progress = progress
        self._lines = lines
        self._rejection_file = rejection_file
        self._is_large = False
        self._done = iter(_DONE_BEFORE_STEPS)

    def staged(self, intake: Intake) -> None:
        """Flush the rejected rows, and raise LoadRefusedError if there are no other rows."""
        if self._rejection_file:
            self._rejection_file.flush()
        if intake.rejected and intake.rejected == intake.read:
            raise LoadRefusedError(f"{self._lines.name}: every row was rejected. Nothing was written.")
        self._is_large = intake.read >= MIN_ROWS_TO_VACUUM
        self.step(f"{intake.read:,} rows read; matching their categories")

    def step(self, description: str) -> None:
        """Show the step, and log it if the load is large."""
        self._progress.advance(description, next(self._done))
        if self._is_large:
            self._progress.log(f"{description} …")
