"""A CO holds exactly one file; whatever else it holds is refused while it streams (S7)."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fla_batch.answers.unzip import MAX_RATIO, UnusableZip, unzip_single

CONTENT = b"<ACRF/>\n" * 10
LIMIT = 1_000_000


def packed(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return stream.getvalue()


def unpacked(folder: Path, content: bytes, max_bytes: int = LIMIT) -> bytes:
    source = folder / "answer.zip"
    source.write_bytes(content)
    target = io.BytesIO()
    assert unzip_single(source, target, max_bytes=max_bytes) == len(target.getvalue())
    return target.getvalue()


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_the_one_file_comes_out(tmp_path: Path, method: int) -> None:
    assert unpacked(tmp_path, packed({"FO.ACRF": CONTENT}, method)) == CONTENT


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a\\b", "x" * 300])
def test_the_name_of_the_entry_is_no_path(tmp_path: Path, name: str) -> None:
    assert unpacked(tmp_path, packed({name: CONTENT})) == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == ["answer.zip"]


BAD = {
    "empty": (packed({}), "0 entries"),
    "two files": (packed({"a": b"1", "b": b"2"}), "2 entries"),
    "a folder": (packed({"a/": b""}), "1 entries, not one file"),
    "no ZIP": (b"<ACRF/>", "broken"),
    "nothing": (b"", "broken"),
    "truncated": (packed({"a": CONTENT})[:-5], "broken"),
    "an archive in it": (packed({"a": packed({"b": CONTENT})}), "archive in the ZIP"),
    "a gzip in it": (packed({"a": b"\x1f\x8b\x08" + bytes(50)}), "archive in the ZIP"),
    "a bomb": (packed({"a": bytes(LIMIT)}), "unpacks to more than"),
}


@pytest.mark.parametrize(("content", "reason"), BAD.values(), ids=list(BAD))
def test_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(UnusableZip, match=reason):
        unpacked(tmp_path, content)


def test_encrypted(tmp_path: Path) -> None:
    content = bytearray(packed({"a": CONTENT}))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(UnusableZip, match="encrypted"):
        unpacked(tmp_path, bytes(content))


def test_the_size_is_what_comes_out_not_what_the_zip_says(tmp_path: Path) -> None:
    content = packed({"a": b"x" * 5000}, zipfile.ZIP_STORED)
    assert len(unpacked(tmp_path, content, 5000)) == 5000
    with pytest.raises(UnusableZip, match="more than 4999 bytes"):
        unpacked(tmp_path, content, 4999)


def test_a_bomb_is_stopped_while_it_streams(tmp_path: Path) -> None:
    content = packed({"a": bytes(50_000_000)})
    source = tmp_path / "bomb.zip"
    source.write_bytes(content)
    target = io.BytesIO()
    with pytest.raises(UnusableZip):
        unzip_single(source, target, max_bytes=10**9)
    assert len(target.getvalue()) <= len(content) * MAX_RATIO


@settings(max_examples=150, deadline=None)
@given(
    method=st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, 8]),
    changes=st.lists(st.tuples(st.integers(0, 500), st.integers(0, 255)), min_size=1, max_size=4),
)
def test_no_bytes_crash_it(
    tmp_path_factory: pytest.TempPathFactory, method: int, changes: list[tuple[int, int]]
) -> None:
    content = bytearray(packed({"FO.ACRF": CONTENT}, method))
    for place, value in changes:
        content[place % len(content)] = value
    with suppress(UnusableZip):
        unpacked(tmp_path_factory.getbasetemp(), bytes(content))
