"""Small text files of people, as editors save them: settings, known_hosts, keys, lists.

An editor of Windows may write a mark before the text, UTF-16, or its own line ends. What is meant
is the same, so it is read the same. Lists are written so that a spreadsheet opens them.
"""

from __future__ import annotations

import io
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable

_MARK = "\ufeff"


def decoded(content: bytes, *, errors: str = "strict") -> str:
    """The text of such a file, with plain line ends.

    Raises UnicodeDecodeError for none, unless `errors` says as `bytes.decode` what to do.

    >>> decoded("\ufeff[ui]\\r\\n".encode()), decoded("[ui]".encode("utf-16"))
    ('[ui]\\n', '[ui]')
    """
    text = content.decode(_encoding(content), errors)
    return text.lstrip(_MARK).replace("\r\n", "\n").replace("\r", "\n")


def plain_bytes(content: bytes) -> bytes:
    """A key or certificate in text form as UTF-8 without a mark; anything else as it is.

    >>> plain_bytes("\ufeff-----BEGIN".encode("utf-16-le")), plain_bytes(b"0\\x82\\r\\n")
    (b'-----BEGIN', b'0\\x82\\r\\n')
    """
    if not content.startswith((BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, b"-\0", b"\0-")):
        return content
    try:
        return decoded(content).encode()
    except UnicodeDecodeError:
        return content


def csv_bytes(rows: Iterable[Iterable[object]]) -> bytes:
    """Rows as CSV with `;` and with the mark without which Excel takes UTF-8 for Windows-1252.

    >>> csv_bytes([("INSS", "Année"), (1, None)]).decode()
    '\ufeffINSS;Année\\r\\n1;\\r\\n'
    """
    import csv

    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";").writerows(rows)
    return f"{_MARK}{text.getvalue()}".encode()


def _encoding(content: bytes) -> str:
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    # Without a mark: the first character of such a file is one of ASCII.
    if content[1:2] == b"\0":
        return "utf-16-le"
    return "utf-16-be" if content[:1] == b"\0" else "utf-8"
