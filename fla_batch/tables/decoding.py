"""Bytes of a text file, to text: which encoding it is in, and what to say when it is in none.

JSON is UTF-8 (RFC 8259) or UTF-16, with or without a byte order mark. Tables are UTF-8, UTF-16
(Excel's "Unicode text") or Windows-1252, which is what spreadsheets write in Belgium when nobody
chose.
"""

from __future__ import annotations

from codecs import IncrementalDecoder, getincrementaldecoder
from collections.abc import Iterable
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TextIO

from fla_batch.tables.reader_findings import FILE, remark
from fla_batch.tables.values import shown
from fla_batch.vocabulary.findings import Anomaly, Source

_PIECE = 1 << 20
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_LITTLE, _BIG = "utf-16-le", "utf-16-be"
_OTHER_FORMATS = {
    b"PK\x03\x04": "Excel (.xlsx) or ZIP",
    b"\xd0\xcf\x11\xe0": "Excel 97 (.xls)",
    b"PAR1": "Parquet",
    b"%PDF": "PDF",
}


def read_bytes(path: Path, most: int = -1) -> bytes | Anomaly:
    """The first bytes of a file, or all; an anomaly when it is not there, no file or empty."""
    try:
        with path.open("rb") as file:
            content = file.read(most)
    except (OSError, ValueError) as trouble:  # ValueError: a NUL in the name
        return unopened(path, trouble)
    return content if content.strip() else remark("empty-file", FILE, Source(str(path)))


def unopened(path: Path, trouble: OSError | ValueError) -> Anomaly:
    """Why a file could not be opened."""
    source = Source(str(path))
    if isinstance(trouble, FileNotFoundError | IsADirectoryError | NotADirectoryError):
        return remark("no-such-file", FILE, source, value=shown(path))
    reason = getattr(trouble, "strerror", None) or str(trouble)
    return remark("unreadable-file", FILE, source, value=shown(reason))


def json_text(content: bytes, source: Source) -> str | Anomaly:
    """The text of a JSON file: UTF-8, or UTF-16 as Windows saves it; marks are left out."""
    trouble = _foreign(content, source)
    if trouble is not None:
        return trouble
    encoding = _utf16(content) or "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        return _undecodable(content, error, "UTF-8, UTF-16", source)
    return text.lstrip("\ufeff").rstrip("\x1a")


def table_encoding(path: Path) -> str | Anomaly:
    """The encoding of a text table: UTF-16 or UTF-8 when it can be, else Windows-1252.

    The file is read once, a piece at a time, and never held whole.
    """
    source = Source(str(path))
    try:
        with path.open("rb") as file:
            pieces = iter(partial(file.read, _PIECE), b"")
            first = next(pieces, None)
            if first is None:
                return remark("empty-file", FILE, source)
            wide = _utf16(first)
            if wide is not None:
                return _checked_utf16(wide, chain([first], pieces), source)
            return _foreign(first, source) or _of_bytes(chain([first], pieces), source)
    except (OSError, ValueError) as trouble:  # ValueError: a NUL in the name
        return unopened(path, trouble)


def _of_bytes(pieces: Iterable[bytes], source: Source) -> str | Anomaly:
    decoder = getincrementaldecoder("utf-8-sig")()
    utf8, undefined, row = True, None, 1
    for piece in pieces:
        trouble = _binary(piece, source, row)
        if trouble is not None:
            return trouble
        if undefined is None:
            undefined = _undefined(piece, source, row)
        utf8 = utf8 and _continues(decoder, piece)
        row += piece.count(b"\n")
    if utf8 and _continues(decoder, b"", final=True):
        return "utf-8-sig"
    return undefined or "cp1252"


def open_text(path: Path, encoding: str) -> TextIO:
    """The file as text, line ends as they are, and the marks at its beginning left out.

    A file that went through two programs may begin with two byte order marks. Raises OSError.
    """
    text = path.open(encoding=encoding, newline="")
    place = text.tell()
    while text.read(1) == "\ufeff":
        place = text.tell()
    text.seek(place)
    return text


def _continues(decoder: IncrementalDecoder, piece: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(piece, final)
    except UnicodeDecodeError:
        return False
    return True


def _undefined(piece: bytes, source: Source, row: int) -> Anomaly | None:
    """An anomaly at the first byte that Windows-1252 does not know either."""
    try:
        piece.decode("cp1252")
    except UnicodeDecodeError as error:
        return _undecodable(piece, error, "UTF-8, Windows-1252", source, row)
    return None


def _checked_utf16(encoding: str, pieces: Iterable[bytes], source: Source) -> str | Anomaly:
    decoder = getincrementaldecoder(encoding)()
    whole = all(_continues(decoder, piece) for piece in pieces)
    if whole and _continues(decoder, b"", final=True):
        return encoding
    return remark("wrong-encoding", FILE, source, value="UTF-16")


def _foreign(content: bytes, source: Source) -> Anomaly | None:
    """An anomaly when the first bytes of a file are those of another format."""
    for magic, name in _OTHER_FORMATS.items():
        if content.startswith(magic):
            return remark("unreadable-file", FILE, source, value=name, text="other-format")
    return None if _utf16(content) else _binary(content, source, 1)


def _binary(content: bytes, source: Source, row: int) -> Anomaly | None:
    """An anomaly when the bytes, from line `row` on, are no text of one byte each or UTF-8."""
    zero = content.find(b"\0")
    if zero < 0:
        return None
    place = Source(source.file, row + content.count(b"\n", 0, zero))
    return remark("unreadable-file", FILE, place, value="NUL", text="binary-file")


def _utf16(content: bytes) -> str | None:
    if content.startswith(_UTF16_MARKS):
        return _LITTLE if content.startswith(_UTF16_MARKS[0]) else _BIG
    return _utf16_without_mark(content)


def _utf16_without_mark(content: bytes) -> str | None:
    """Text without a mark in UTF-16: every other byte of what is mostly Latin is zero."""
    start = content[:200]
    pairs = len(start) // 2
    if pairs and start[1::2].count(0) > pairs * 3 // 4:
        return _LITTLE
    return _BIG if pairs and start[0::2].count(0) > pairs * 3 // 4 else None


def _undecodable(
    content: bytes, error: UnicodeDecodeError, encodings: str, source: Source, row: int = 1
) -> Anomaly:
    byte = f"0x{content[error.start]:02X}"
    return remark(
        "wrong-encoding",
        FILE,
        Source(source.file, row + content.count(b"\n", 0, error.start)),
        value=byte,
        text="undecodable",
        parameters={"encodings": encodings},
    )
