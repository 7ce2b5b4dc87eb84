"""Bytes of a text file, to text: which encoding it is in, and what to say when it is in none.

JSON is UTF-8 (RFC 8259), with or without a byte order mark. Tables are UTF-8 or Windows-1252,
which is what spreadsheets write in Belgium when nobody chose.
"""

from __future__ import annotations

from codecs import IncrementalDecoder, getincrementaldecoder
from collections.abc import Iterator
from pathlib import Path

from fla_batch.tables.reader_findings import FILE, remark
from fla_batch.tables.values import shown
from fla_batch.vocabulary.findings import Anomaly, Source

_PIECE = 1 << 20
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
    except (OSError, ValueError) as trouble:  # ValueError: a NUL in the name
        return unopened(path, trouble)
    if not content.strip():
        return remark("empty-file", FILE, source)
    return content


def unopened(path: Path, trouble: OSError | ValueError) -> Anomaly:
    """Why a file could not be opened."""
    source = Source(str(path))
    if isinstance(trouble, FileNotFoundError | IsADirectoryError | NotADirectoryError):
        return remark("no-such-file", FILE, source, value=shown(path))
    reason = getattr(trouble, "strerror", None) or str(trouble)
    return remark("unreadable-file", FILE, source, value=shown(reason))


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


def table_encoding(path: Path) -> str | Anomaly:
    """The encoding of a CSV file: UTF-8 when it can be, else Windows-1252.

    The file is read once, a piece at a time, and never held whole.
    """
    source = Source(str(path))
    decoder = getincrementaldecoder("utf-8-sig")()
    utf8, undefined, row, first = True, None, 1, True
    for piece in _pieces(path):
        if isinstance(piece, Anomaly):
            return piece
        trouble = _foreign(piece, source, first=first, row=row)
        if trouble is not None:
            return trouble
        if undefined is None:
            undefined = _undefined(piece, source, row)
        utf8 = utf8 and _continues(decoder, piece)
        row += piece.count(b"\n")
        first = False
    if first:
        return remark("empty-file", FILE, source)
    if utf8 and _continues(decoder, b"", final=True):
        return "utf-8-sig"
    return undefined or "cp1252"


def _pieces(path: Path) -> Iterator[bytes | Anomaly]:
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                yield piece
    except (OSError, ValueError) as trouble:
        yield unopened(path, trouble)


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


def _foreign(content: bytes, source: Source, *, first: bool = True, row: int = 1) -> Anomaly | None:
    """An anomaly when the bytes, from line `row` on, are no text in UTF-8 or one byte each."""
    for magic, name in _OTHER_FORMATS.items() if first else ():
        if content.startswith(magic):
            return remark("unreadable-file", FILE, source, value=name, text="other-format")
    if first and (content.startswith(_UTF16_MARKS) or _looks_like_utf16(content)):
        return remark("wrong-encoding", FILE, source, value="UTF-16")
    zero = content.find(b"\0")
    if zero >= 0:
        place = Source(source.file, row + content.count(b"\n", 0, zero))
        return remark("unreadable-file", FILE, place, value="NUL", text="binary-file")
    return None


def _looks_like_utf16(content: bytes) -> bool:
    """Text without a mark in UTF-16: every other byte of what is mostly Latin is zero."""
    start = content[:200]
    pairs = len(start) // 2
    return pairs > 0 and max(start[0::2].count(0), start[1::2].count(0)) > pairs * 3 // 4


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
