"""Bytes of a text file, to text: which encoding it is in, and what to say when it is in none.

JSON is UTF-8 (RFC 8259), with or without a byte order mark. Tables are UTF-8 or Windows-1252,
which is what spreadsheets write in Belgium when nobody chose.
"""

from __future__ import annotations

from pathlib import Path

from fla_batch.findings import Anomaly, Source
from fla_batch.intake.remarks import FILE, remark

_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_OTHER_FORMATS = {
    b"PK\x03\x04": "Excel (.xlsx) or ZIP",
    b"\xd0\xcf\x11\xe0": "Excel 97 (.xls)",
    b"PAR1": "Parquet",
    b"%PDF": "PDF",
}


def read_bytes(path: Path) -> bytes | Anomaly:
    """All bytes of a file; an anomaly when it is not there, no file, empty or may not be read."""
    source = Source(file=str(path))
    try:
        content = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return remark("no-such-file", FILE, source, value=str(path))
    except (OSError, ValueError) as trouble:  # ValueError: a NUL in the name
        reason = getattr(trouble, "strerror", None) or str(trouble)
        return remark("unreadable-file", FILE, source, value=reason)
    if not content.strip():
        return remark("empty-file", FILE, source)
    return content


def json_text(content: bytes, source: Source) -> str | Anomaly:
    """The text of a JSON file."""
    bare = content.removeprefix(_UTF8_MARK)
    trouble = _foreign(bare, source)
    if trouble is not None:
        return trouble
    try:
        return bare.decode("utf-8")
    except UnicodeDecodeError as error:
        return _undecodable(bare, error, "UTF-8", source)


def table_text(content: bytes, source: Source) -> str | Anomaly:
    """The text of a CSV file: UTF-8 when it can be, else Windows-1252."""
    bare = content.removeprefix(_UTF8_MARK)
    trouble = _foreign(bare, source)
    if trouble is not None:
        return trouble
    try:
        return bare.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return bare.decode("cp1252")
    except UnicodeDecodeError as error:
        return _undecodable(bare, error, "UTF-8, Windows-1252", source)


def _foreign(content: bytes, source: Source) -> Anomaly | None:
    """An anomaly when the bytes are no text in an encoding of one byte or UTF-8."""
    for magic, name in _OTHER_FORMATS.items():
        if content.startswith(magic):
            return remark("unreadable-file", FILE, source, value=name, text="other-format")
    if content.startswith(_UTF16_MARKS) or _looks_like_utf16(content):
        return remark("wrong-encoding", FILE, source, value="UTF-16")
    zero = content.find(b"\0")
    if zero >= 0:
        row = content.count(b"\n", 0, zero) + 1
        place = Source(source.file, row)
        return remark("unreadable-file", FILE, place, value="NUL", text="binary-file")
    return None


def _looks_like_utf16(content: bytes) -> bool:
    """Text without a mark in UTF-16: every other byte of what is mostly Latin is zero."""
    start = content[:200]
    pairs = len(start) // 2
    return pairs > 0 and max(start[0::2].count(0), start[1::2].count(0)) > pairs * 3 // 4


def _undecodable(
    content: bytes, error: UnicodeDecodeError, encodings: str, source: Source
) -> Anomaly:
    row = content.count(b"\n", 0, error.start) + 1
    byte = f"0x{content[error.start]:02X}"
    return remark(
        "wrong-encoding",
        FILE,
        Source(source.file, row),
        value=byte,
        text="undecodable",
        parameters={"encodings": encodings},
    )
