"""What becomes of bytes that are not of a file's encoding."""

import codecs

_ESCAPE_BYTES = "bookstall-escape-bytes"
_WINDOWS_1252 = "bookstall-windows-1252"


def error_handler(*, escapes_bytes: bool) -> str:
    """Return the name of an error handler for decoding, registered with Python's codecs.

    It escapes invalid bytes, so that their rows can be rejected, or else decodes them as Windows-1252.
    """
    codecs.register_error(_ESCAPE_BYTES, _escape_bytes)
    codecs.register_error(_WINDOWS_1252, _decode_as_windows_1252)
    return _ESCAPE_BYTES if escapes_bytes else _WINDOWS_1252


def _escape_bytes(error: UnicodeError) -> tuple[str, int]:
    """Decode invalid bytes as lone surrogates, which no text of the encoding has."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    invalid = error.object[error.start : error.end]
    return "".join(chr(0xDC00 + byte) for byte in invalid), error.end


def _decode_as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Decode bytes that are not UTF-8, where the survey found that they all make words in Windows-1252."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("windows-1252", "replace"), error.end
