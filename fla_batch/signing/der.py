"""BER -> DER: some portals write lengths that are not definite, and sets in any order.

Source: X.690 8 (BER), 10 and 11 (DER). What is DER already comes out as it went in.
"""

from __future__ import annotations

SEQUENCE = 0x30
SET = 0x31
_OCTET_STRING = 0x04
_CONSTRUCTED = 0x20
_MORE_TAG = 0x1F
_MORE = 0x80
_INDEFINITE = 0x80
_END = b"\0\0"
_DEEPEST = 40


def as_der(ber: bytes) -> bytes:
    """One value in DER. Raises ValueError when `ber` is not one whole value."""
    der, end = _value(ber, 0, 0)
    if end != len(ber):
        raise ValueError("bytes after the value")
    return der


def constructed(tag: int, parts: bytes) -> bytes:
    """The value of a tag of one byte that holds `parts`.

    >>> constructed(SEQUENCE, bytes(200))[:3].hex()
    '3081c8'
    """
    return _with_length(bytes([tag]), parts)


def _value(ber: bytes, start: int, depth: int) -> tuple[bytes, int]:
    """The value at `start` in DER, and where it ends."""
    if depth > _DEEPEST:
        raise ValueError("too deep")
    tag, at = _tag(ber, start)
    length, at = _length(ber, at)
    if not tag[0] & _CONSTRUCTED:
        end = at + (length if length is not None else len(ber) + 1)
        return _with_length(tag, _cut(ber, at, end)), end
    parts, end = _parts(ber, at, length, depth)
    if tag[0] == _OCTET_STRING | _CONSTRUCTED:
        return _with_length(bytes([_OCTET_STRING]), b"".join(map(_content, parts))), end
    return _with_length(tag, b"".join(sorted(parts) if tag[0] == SET else parts)), end


def _parts(ber: bytes, at: int, length: int | None, depth: int) -> tuple[list[bytes], int]:
    """The values within, and where the value that holds them ends."""
    end = None if length is None else at + length
    parts: list[bytes] = []
    while at != end:
        if end is None and ber[at : at + 2] == _END:
            return parts, at + 2
        part, at = _value(ber, at, depth + 1)
        parts.append(part)
        if end is not None and at > end:
            raise ValueError("a value is longer than the one that holds it")
    return parts, at


def _tag(ber: bytes, at: int) -> tuple[bytes, int]:
    end = at + 1
    if _cut(ber, at, end)[0] & _MORE_TAG == _MORE_TAG:
        while _cut(ber, end, end + 1)[0] & _MORE:
            end += 1
        end += 1
    return ber[at:end], end


def _length(ber: bytes, at: int) -> tuple[int | None, int]:
    """None for a length that is not definite."""
    first = _cut(ber, at, at + 1)[0]
    if first == _INDEFINITE:
        return None, at + 1
    if not first & _MORE:
        return first, at + 1
    end = at + 1 + (first & ~_MORE)
    return int.from_bytes(_cut(ber, at + 1, end), "big"), end


def _cut(ber: bytes, start: int, end: int) -> bytes:
    if end > len(ber):
        raise ValueError("cut off")
    return ber[start:end]


def _content(string: bytes) -> bytes:
    """What an OCTET STRING in DER holds."""
    if string[0] != _OCTET_STRING:
        raise ValueError("a string of other things than strings")
    return string[_length(string, 1)[1] :]


def _with_length(tag: bytes, content: bytes) -> bytes:
    size = len(content)
    if size < _MORE:
        return b"%b%c%b" % (tag, size, content)
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return b"%b%c%b%b" % (tag, _MORE | len(digits), digits, content)
