"""Streams that count what is read, and fail when an unpacked file becomes too large."""

import io
from collections.abc import Callable
from typing import IO

from seed.readers.errors import UnreadableFileError

MAX_UNPACKED_BYTES = 1 << 40
MAX_RATIO = 250
"""How much larger than its packed size a file may become. Catalogues compress by a factor of 3 to 20."""

RATIO_FROM_BYTES = 1 << 26
"""Smaller files may have any ratio, because repetitive tables compress well."""


class CountedStream(io.RawIOBase):
    """Counts the bytes that are read from a stream, which stays open when this is closed."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__()
        self._stream = stream
        self.count = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return whether the stream is."""
        return self._stream.seekable()

    def seek(self, offset: int, whence: int = 0) -> int:
        """Set the position of the stream."""
        return self._stream.seek(offset, whence)

    def readinto(self, buffer: "memoryview[int] | bytearray") -> int:  # type: ignore[override]
        """Read some bytes."""
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self.count += len(data)
        return len(data)


class LimitedStream(CountedStream):
    """Reads an unpacked stream, and fails when it becomes too large for what it is unpacked from."""

    def __init__(self, stream: IO[bytes], packed_bytes: Callable[[], int], name: str) -> None:
        super().__init__(stream)
        self._packed_bytes = packed_bytes
        self._name = name

    def seekable(self) -> bool:
        """Return False: going back would unpack everything again."""
        return False

    def readinto(self, buffer: "memoryview[int] | bytearray") -> int:  # type: ignore[override]
        """Read some bytes.

        Raises:
            UnreadableFileError: if a limit is exceeded.
        """
        length = super().readinto(buffer)
        is_bomb = self.count > RATIO_FROM_BYTES and self.count > MAX_RATIO * self._packed_bytes()
        if is_bomb or self.count > MAX_UNPACKED_BYTES:
            raise UnreadableFileError(
                f"{self._name} unpacks to more than {MAX_RATIO} times its size, which no catalogue does; "
                "if it is genuine, unpack it first."
            )
        return length
