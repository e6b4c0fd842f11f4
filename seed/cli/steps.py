"""Logs the steps of a load."""

from seed.cli.progress import Progress
from seed.loading.load import LoadRefusedError
from seed.loading.rejections import RejectionFile
from seed.loading.staging import Intake
from seed.loading.vacuum import MIN_ROWS_TO_VACUUM
from seed.readers.text_file import Lines


class Steps:
    """Logs the steps of a large load; a small one finishes at once."""

    def __init__(self, progress: Progress, lines: Lines, rejection_file: RejectionFile | None) -> None:
        self._progress = progress
        self._lines = lines
        self._rejection_file = rejection_file
        self._is_large = False

    def staged(self, intake: Intake) -> None:
        """Flush the rejected rows, and raise LoadRefusedError if there are no other rows."""
        if self._rejection_file:
            self._rejection_file.flush()
        if intake.rejected and intake.rejected == intake.read:
            raise LoadRefusedError(f"{self._lines.name}: every row was rejected. Nothing was written.")
        self._is_large = intake.read >= MIN_ROWS_TO_VACUUM
        self.step(f"{intake.read:,} rows read; matching their categories")

    def step(self, description: str) -> None:
        """Log the step of a large load."""
        if self._is_large:
            self._progress.log(f"{description} …")
