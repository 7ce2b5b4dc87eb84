"""Files are whole or not there, for their owner only, and never replaced by chance."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import resource
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from fla_batch.system.files import (
    HashingWriter,
    disk_errors,
    facts_of,
    new_private_file,
    partial_path,
    place,
    private_folder,
    remove_file,
    remove_folder,
    remove_partials,
    whole_file,
    whole_files,
    write_whole,
)
from fla_batch.vocabulary.errors import DiskTrouble

LIMIT_BYTES = 4096


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_file_is_private_and_its_facts_are_those_of_its_content(tmp_path: Path) -> None:
    path = tmp_path / "a"
    facts = write_whole(path, b"content")
    assert path.read_bytes() == b"content"
    assert mode_of(path) == 0o600
    assert (facts.size, facts.sha256) == (7, hashlib.sha256(b"content").hexdigest())
    assert facts_of(path) == facts


def test_folders_are_private_and_what_exists_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    private_folder(tmp_path / "open" / "b" / "c")
    assert mode_of(tmp_path / "open") == 0o755
    assert mode_of(tmp_path / "open" / "b") == mode_of(tmp_path / "open" / "b" / "c") == 0o700


def test_modes_hold_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o777)
    try:
        write_whole(private_folder(tmp_path / "folder") / "file", b"")
    finally:
        os.umask(before)
    assert mode_of(tmp_path / "folder") == 0o700
    assert mode_of(tmp_path / "folder" / "file") == 0o600


def write_half(path: Path) -> None:
    with whole_file(path) as writer:
        writer.write(b"half of the n")
        raise KeyError


def test_r11_an_interrupted_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_whole(path, b"old")
    with pytest.raises(KeyError):
        write_half(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_r11_many_files_are_each_whole_and_the_folder_is_flushed_once_after_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[tuple[bool, int]] = []
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        flushed.append((is_folder, len(list(tmp_path.glob("[ab]")))))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    (tmp_path / "a").write_bytes(b"old")
    with whole_files(tmp_path) as write:
        write("a", b"new")
        write("b", b"content")
    assert [(tmp_path / name).read_bytes() for name in "ab"] == [b"new", b"content"]
    assert {mode_of(tmp_path / "b")} == {0o600}
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["a", "b"]
    # Each file before it gets its name, the folder once, when all have theirs.
    assert flushed == [(False, 1), (False, 1), (True, 2)]


def test_r11_a_file_that_exists_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(DiskTrouble), new_private_file(tmp_path / "a") as writer:
        writer.write(b"new")
    assert (tmp_path / "a").read_bytes() == b"old"


def test_a_link_in_the_way_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").write_bytes(b"old")
    (tmp_path / "a").symlink_to(tmp_path / "victim")
    with pytest.raises(DiskTrouble), new_private_file(tmp_path / "a"):
        pass
    write_whole(tmp_path / "a", b"new")
    assert (tmp_path / "victim").read_bytes() == b"old"


def test_r14_placing_never_replaces(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(name.encode())
    assert place(tmp_path / "a", tmp_path / "c")
    assert not place(tmp_path / "b", tmp_path / "c")
    assert (tmp_path / "c").read_bytes() == b"a"


def test_r11_a_full_disk_is_named(tmp_path: Path) -> None:
    # Without a buffer, so that closing it has nothing left to write.
    with io.FileIO("/dev/full", "w") as full:
        writer = HashingWriter(full, Path("x"))
        with pytest.raises(DiskTrouble, match="cannot write x: the disk is full"):
            writer.write(b"content")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk quota is used up"),
        (errno.EROFS, "the file system is read-only"),
        (errno.EACCES, "permission denied"),
        (errno.ENOTDIR, "Not a directory"),
    ],
)
def test_r11_each_cause_has_its_words(number: int, words: str) -> None:
    with pytest.raises(DiskTrouble) as caught, disk_errors("write", Path("a")):
        raise OSError(number, os.strerror(number))
    assert str(caught.value) == f"cannot write a: {words}"
    assert caught.value.exit_code == 4


def test_r11_a_write_over_the_systems_limit_leaves_no_half_file(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    path = tmp_path / "a"
    write_whole(path, b"old")
    # Python ignores SIGXFSZ, so the write fails instead of killing us.
    resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT_BYTES, hard))
    try:
        with pytest.raises(DiskTrouble, match="larger than the limit"):
            write_whole(path, b"x" * (LIMIT_BYTES + 1))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


_KILLED = """
import os, signal, sys
from pathlib import Path
from fla_batch.system.files import whole_file
with whole_file(Path(sys.argv[1])) as writer:
    writer.write(b"half")
    writer.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_r11_a_killed_writer_leaves_only_what_can_be_cleared(tmp_path: Path) -> None:
    path = tmp_path / "a"
    killed = subprocess.run([sys.executable, "-c", _KILLED, path], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not path.exists()
    assert remove_partials(tmp_path) == 1
    assert list(tmp_path.iterdir()) == []


def test_what_is_gone_already_is_fine(tmp_path: Path) -> None:
    remove_file(tmp_path / "a")
    remove_folder(tmp_path / "b")
    assert partial_path(tmp_path / "a") != partial_path(tmp_path / "a")


def test_errors_of_the_body_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError), whole_file(tmp_path / "a"):
        raise ConnectionResetError
