"""What a user names as input, to files: a file, a folder, a ZIP archive, a pipe, standard input.

A pipe can be read only once, so it is copied aside first, like the members of an archive and what
lies on shared storage. A file keeps the name under which the user knows it:
`trainings.zip/2024.csv`.
"""

from __future__ import annotations

import shutil
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import BinaryIO, NamedTuple

from fla_batch.intake.input_url import url_of
from fla_batch.system.archives import DamagedArchive, damage_told
from fla_batch.tables.decoding import unopened
from fla_batch.tables.reader_findings import FILE, remark
from fla_batch.tables.table import TABLE_SUFFIXES
from fla_batch.vocabulary.findings import Anomaly, Source

Fetch = Callable[[str, Path], bool]
"""Copies what lies at an address to a new file; False when nothing does."""
STANDARD_INPUT = Path("-")
JSON_SUFFIXES = (".json", ".jsonl", ".ndjson")
SUFFIXES = (*JSON_SUFFIXES, *TABLE_SUFFIXES)
_ZIP = ".zip"
_MOST_BYTES = 2_000_000_000
_LEFT_ALONE = ("~$", ".", "__MACOSX")
"""How the names begin of what programs keep beside files: locks, hidden files, a Mac's notes."""
_MAGIC = {b"PAR1": ".parquet", b"\xd0\xcf\x11\xe0": ".xls"}
_START = 512


class InputFile(NamedTuple):
    """A file to read, and the name under which the user knows it."""

    path: Path
    shown: str


@contextmanager
def input_files(
    named: Iterable[Path], input_format: str | None = None, fetch: Fetch | None = None
) -> Iterator[list[InputFile | Anomaly]]:
    """The files among `named` and in them, in order; what is copied aside is gone afterwards.

    `input_format` says what standard input and files without a known ending are: `csv`, `json`.
    `fetch` gets what is named by an address. Raises what it raises.
    """
    with TemporaryDirectory(prefix="fla-batch-") as aside:
        found: list[InputFile | Anomaly] = []
        for number, path in enumerate(named):
            folder = Path(aside, str(number))
            suffix = f".{input_format}" if input_format else None
            url = url_of(path)
            found += (
                _on_storage(url, folder, suffix, fetch)
                if url and fetch
                else _files(path, folder, suffix)
            )
        yield found


def _on_storage(
    url: str, aside: Path, suffix: str | None, fetch: Fetch
) -> Iterator[InputFile | Anomaly]:
    """What lies at `url`, copied aside; an archive is opened as one that lies here."""
    aside.mkdir(mode=0o700, parents=True, exist_ok=True)
    copy = aside / PurePosixPath(url).name
    if not fetch(url, copy):
        yield remark("no-such-file", FILE, Source(url), value=url)
        return
    for file in _files(copy, aside / "members", suffix):
        if isinstance(file, Anomaly):
            yield file.at(replace(file.source, file=url))
        else:
            yield file._replace(shown=file.shown.replace(str(copy), url, 1))


def _files(path: Path, aside: Path, suffix: str | None) -> Iterator[InputFile | Anomaly]:
    try:
        if path == STANDARD_INPUT:
            yield _copied(sys.stdin.buffer, "standard input", aside, suffix)
        elif path.is_dir():
            yield from _in_folder(path)
        elif path.exists() and not path.is_file():
            with path.open("rb") as pipe:
                known = path.suffix.lower() if path.suffix.lower() in SUFFIXES else None
                yield _copied(pipe, str(path), aside, suffix or known)
        elif path.suffix.lower() == _ZIP:
            yield from _in_archive(path, aside)
        elif suffix and path.suffix.lower() not in SUFFIXES and path.is_file():
            with path.open("rb") as file:
                yield _copied(file, str(path), aside, suffix)
        else:
            yield InputFile(path, str(path))
    except OSError as trouble:
        yield unopened(path, trouble)


def _copied(stream: BinaryIO, shown: str, aside: Path, suffix: str | None) -> InputFile:
    aside.mkdir(mode=0o700, parents=True, exist_ok=True)
    copy = aside / "input"
    with copy.open("wb") as file:
        shutil.copyfileobj(stream, file)
    return InputFile(copy.rename(copy.with_suffix(suffix or _suffix_of(copy))), shown)


def _suffix_of(file: Path) -> str:
    """The ending that fits what the file begins with."""
    with file.open("rb") as content:
        start = content.read(_START)
    for magic, suffix in _MAGIC.items():
        if start.startswith(magic):
            return suffix
    if zipfile.is_zipfile(file):
        with suppress(DamagedArchive), damage_told(), zipfile.ZipFile(file) as archive:
            if "content.xml" in archive.namelist():
                return ".ods"
        return ".xlsx"
    text = start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t")
    return ".json" if text.startswith((b"{", b"[")) else ".csv"


def _in_folder(folder: Path) -> Iterator[InputFile | Anomaly]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    ours = [path for path in files if not left_alone(path.relative_to(folder).parts)]
    if not any(path.suffix.lower() in SUFFIXES for path in ours):
        yield remark("nothing-declared", FILE, Source(str(folder)))
    for path in ours:
        known = path.suffix.lower() in SUFFIXES
        yield InputFile(path, str(path)) if known else _skipped(str(path))


def _in_archive(path: Path, aside: Path) -> Iterator[InputFile | Anomaly]:
    aside.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with damage_told(), zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            _require_small(members)
            for number, member in enumerate(members):
                yield from _member(archive, member, str(path), aside / str(number))
    except DamagedArchive as trouble:
        yield remark("unreadable-file", FILE, Source(str(path)), value=str(trouble))


def _require_small(members: Iterable[zipfile.ZipInfo]) -> None:
    if sum(member.file_size for member in members) > _MOST_BYTES:
        raise DamagedArchive(f"unpacked it is larger than {_MOST_BYTES} bytes")


def _member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, archive_name: str, copy: Path
) -> Iterator[InputFile | Anomaly]:
    name = PurePosixPath(member.filename.replace("\\", "/"))
    shown = f"{archive_name}/{name}"
    suffix = name.suffix.lower()
    if left_alone(name.parts):
        return
    if suffix not in SUFFIXES:
        yield _skipped(shown)
    elif member.flag_bits & 1:
        yield remark("password-protected", FILE, Source(shown))
    else:
        target = copy.with_suffix(suffix)
        with archive.open(member) as content, target.open("wb") as file:
            shutil.copyfileobj(content, file)
        yield InputFile(target, shown)


def left_alone(parts: tuple[str, ...]) -> bool:
    """True for what programs keep beside files, by the parts of its path."""
    return any(part.startswith(_LEFT_ALONE) and part not in (".", "..") for part in parts)


def _skipped(shown: str) -> Anomaly:
    known = ", ".join(SUFFIXES)
    return remark("skipped-file", FILE, Source(shown), value=shown, parameters={"known": known})
