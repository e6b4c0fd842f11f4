"""The most likely encoding of text in an old encoding, as a sentence for its owner, who can judge it."""

import re

from charset_normalizer import from_bytes

MAX_EXAMPLES = 40
_KANA = re.compile("[\u3041-\u30ff]")
_MIN_KANA_SHARE = 0.2

_OLD_ENCODINGS = [
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp437", "cp850", "cp852", "cp866",
    "cp932", "cp949", "big5", "euc_jp", "euc_kr", "gb18030", "iso8859_2", "iso8859_5", "iso8859_7", "iso8859_9",
    "koi8_r", "mac_roman", "shift_jis",
]  # fmt: skip


def undecodable_lines(text: str, first_line: int, limit: int) -> list[tuple[int, bytes]]:
    """Return lines with escaped bytes, with their numbers."""
    lines = enumerate(text.split("\n"), start=first_line)
    return [
        (number, line.encode("utf-8", "surrogateescape"))
        for number, line in lines
        if re.search("[\udc80-\udcff]", line)
    ][:limit]


def describe_guess(examples: list[tuple[int, bytes]]) -> str:
    """Return a sentence with the first undecodable line, the most likely encoding and three fields in it."""
    number, first = examples[0]
    byte = next(byte for byte in first if byte >= 0x80)  # noqa: PLR2004
    sentence = f"line {number} is not UTF-8 (byte 0x{byte:02x}), and the encoding cannot be determined"
    encoding = _most_likely(b"\n".join(line for _, line in examples))
    titles = "; ".join(f"“{_field(line.decode(encoding, 'replace'))}”" for _, line in examples[:3])
    return f"{sentence}. As {encoding} it reads {titles}: use --encoding {encoding} if that is right, else another"


def _most_likely(text: bytes) -> str:
    for encoding in ("cp932", "euc_jp"):  # charset-normalizer often takes Japanese for Korean
        decoded = text.decode(encoding, "replace")
        if len(_KANA.findall(decoded)) > len(decoded) * _MIN_KANA_SHARE:
            return encoding
    best = from_bytes(text, cp_isolation=_OLD_ENCODINGS).best()
    return best.encoding if best else "windows-1252"


def _field(line: str) -> str:
    """Return the first field that is not ASCII."""
    fields = [field.strip(' "\r') for field in re.split(r"[,;\t|]", line)]
    return next((field for field in fields if not field.isascii()), line)[:60]
