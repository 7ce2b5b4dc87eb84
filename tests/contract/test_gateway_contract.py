"""What every gateway has to do, held against our sandbox and against real OpenSSH."""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import random
import stat
from base64 import b64encode
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from fla_batch.channel.protocol import (
    Gateway,
    OperationRefused,
    RemoteFile,
    RemoteFileTooLarge,
    Uploaded,
)
from fla_batch.channel.sftp import connect
from fla_batch.channel.upload import upload_resuming
from fla_batch.sandbox.folders import FOLDERS
from fla_batch.vocabulary.errors import (
    DiskTrouble,
    GatewayUnavailable,
    HostKeyMismatch,
    LoginRefused,
    UsageMistake,
)
from tests.contract.portals import Portal
from tests.contract.user_keys import UserKey, write_key

IN, OUT = "INTEST-S", "OUTTEST-S"
FI = "FI.FLAD.123456.20250301.00001.S.1.1"
GO = "GO.FLAD.123456.20250301.00001.S.1"
# Several times what is under way at once, and no whole number of chunks.
CONTENT = random.Random(7).randbytes(5_000_001)


@pytest.fixture
def fi(tmp_path: Path) -> Path:
    path = tmp_path / FI
    path.write_bytes(CONTENT)
    return path


def test_every_folder_is_listed_and_empty(portal: Portal) -> None:
    gateway: Gateway = connect(portal.settings())
    with gateway:
        assert {folder: gateway.list_folder(folder) for folder in FOLDERS} == {
            folder: [] for folder in FOLDERS
        }
        assert gateway.can_stat(IN)


def test_upload_writes_the_exact_bytes_under_the_final_name(portal: Portal, fi: Path) -> None:
    with connect(portal.settings()) as gateway:
        done = gateway.upload(IN, FI, fi)
        assert gateway.size(IN, FI) == len(CONTENT)
        assert gateway.list_folder(IN) == [RemoteFile(FI, len(CONTENT))]
    assert done == Uploaded(len(CONTENT), 0, size_compared=True)
    assert (portal.root / IN / FI).read_bytes() == CONTENT


def test_sizes_around_a_chunk_go_there_and_back(portal: Portal, tmp_path: Path) -> None:
    source, back = tmp_path / "source", tmp_path / "back"
    with connect(portal.settings()) as gateway:
        for length in (0, 1, 32767, 32768, 32769, 65536):
            source.write_bytes(CONTENT[:length])
            gateway.upload(IN, FI, source)
            done = gateway.download(IN, FI, back, max_bytes=length)
            assert back.read_bytes() == CONTENT[:length]
            assert done.size == length


def test_upload_replaces_a_longer_file(portal: Portal, tmp_path: Path) -> None:
    portal.put(IN, FI, CONTENT)
    short = tmp_path / "short"
    short.write_bytes(b"short")
    with connect(portal.settings()) as gateway:
        gateway.upload(IN, FI, short)
    assert (portal.root / IN / FI).read_bytes() == b"short"


def test_r8_broken_upload_goes_on_at_its_offset(portal: Portal, fi: Path) -> None:
    portal.put(IN, FI, CONTENT[:3_333_333])
    with connect(portal.settings()) as gateway:
        done = upload_resuming(gateway, IN, FI, fi)
        assert gateway.sha256(IN, FI, length=len(CONTENT)) == hashlib.sha256(CONTENT).digest()
    assert done == Uploaded(len(CONTENT), 3_333_333, size_compared=True)
    assert (portal.root / IN / FI).read_bytes() == CONTENT


def test_an_upload_tells_how_far_it_has_come(portal: Portal, fi: Path) -> None:
    told: list[int] = []
    with connect(portal.settings()) as gateway:
        gateway.upload(IN, FI, fi, reached=told.append)
        assert told == sorted(told)
        assert (told[0] < len(CONTENT), told[-1]) == (True, len(CONTENT))
        portal.put(IN, FI, CONTENT[:3_333_333])
        told.clear()
        upload_resuming(gateway, IN, FI, fi, told.append)
        # What the server had already is told at once; then only what is left.
        assert told[0] == 3_333_333
        assert told == sorted(told)
        assert told[-1] == len(CONTENT)


@pytest.mark.parametrize(
    ("there", "offset"),
    [
        pytest.param(b"", 0, id="nothing"),
        pytest.param(b"other bytes", 0, id="other bytes"),
        pytest.param(CONTENT[:99] + b"?", 0, id="last byte differs"),
        pytest.param(CONTENT + b"?", 0, id="longer than ours"),
        pytest.param(CONTENT, len(CONTENT), id="already whole"),
    ],
)
def test_r8_only_the_same_bytes_are_kept(
    portal: Portal, fi: Path, there: bytes, offset: int
) -> None:
    portal.put(IN, FI, there)
    with connect(portal.settings()) as gateway:
        done = upload_resuming(gateway, IN, FI, fi)
    assert done.resumed_at == offset
    assert (portal.root / IN / FI).read_bytes() == CONTENT


def test_sha256_stops_at_the_length_asked_for(portal: Portal) -> None:
    portal.put(OUT, FI, CONTENT)
    with connect(portal.settings()) as gateway:
        digest = gateway.sha256(OUT, FI, length=40_000)
        assert gateway.size(OUT, FI) == len(CONTENT)
    assert digest == hashlib.sha256(CONTENT[:40_000]).digest()


def test_go_is_created_empty(portal: Portal) -> None:
    with connect(portal.settings()) as gateway:
        gateway.create_empty(IN, GO)
        assert gateway.list_folder(IN) == [RemoteFile(GO, 0)]


def test_download_tells_size_and_digest_and_is_ours_only(portal: Portal, tmp_path: Path) -> None:
    portal.put(OUT, "FO.NOTI.999999.20250302.00001.S", CONTENT)
    path = tmp_path / "answer"
    with connect(portal.settings()) as gateway:
        done = gateway.download(
            OUT, "FO.NOTI.999999.20250302.00001.S", path, max_bytes=len(CONTENT)
        )
    assert path.read_bytes() == CONTENT
    assert (done.size, done.sha256) == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_download_stops_at_the_limit_and_the_connection_still_works(
    portal: Portal, tmp_path: Path
) -> None:
    portal.put(OUT, "FO.BIG", CONTENT)
    path = tmp_path / "answer"
    with connect(portal.settings()) as gateway:
        with pytest.raises(RemoteFileTooLarge, match="larger than 1000000 bytes"):
            gateway.download(OUT, "FO.BIG", path, max_bytes=1_000_000)
        assert path.stat().st_size <= 1_000_000
        assert gateway.size(OUT, "FO.BIG") == len(CONTENT)


def test_what_cannot_be_read_is_refused_and_the_next_file_is_fetched(
    portal: Portal, tmp_path: Path
) -> None:
    """R31: a refusal is of that one file, whatever number the server gives it."""
    (portal.root / OUT / "FO.FOLDER").mkdir()
    portal.put(OUT, "FO.X", CONTENT[:100_000])
    with connect(portal.settings()) as gateway:
        for _ in range(3):
            with pytest.raises(OperationRefused):
                gateway.download(OUT, "FO.FOLDER", tmp_path / "folder", max_bytes=1_000)
        done = gateway.download(OUT, "FO.X", tmp_path / "x", max_bytes=200_000)
    assert done.size == 100_000


def test_what_is_not_there_has_no_size_and_is_removed_in_peace(
    portal: Portal, tmp_path: Path
) -> None:
    portal.put(OUT, "FO.X", b"x")
    with connect(portal.settings()) as gateway:
        assert gateway.size(OUT, "FO.Y") is None
        gateway.remove(OUT, "FO.X")
        gateway.remove(OUT, "FO.X")
        assert gateway.list_folder(OUT) == []
        with pytest.raises(OperationRefused, match=r"refused reading FO\.Y"):
            gateway.download(OUT, "FO.Y", tmp_path / "y", max_bytes=1)
        with pytest.raises(OperationRefused, match="refused listing NOWHERE"):
            gateway.list_folder("NOWHERE")


def test_r20_a_folder_of_many_names_is_listed_whole_and_once(portal: Portal) -> None:
    names = [f"FO.NOTI.999999.20250302.{number:05d}.S" for number in range(3000)]
    for name in names:
        portal.put(OUT, name, b"")
    with connect(portal.settings()) as gateway:
        found = gateway.list_folder(OUT)
        assert gateway.list_folder(IN) == []
    assert sorted(entry.name for entry in found) == names


def test_s4_odd_entries_are_flagged_and_never_mistaken(portal: Portal, tmp_path: Path) -> None:
    folder = portal.root / OUT
    (folder / "FOLDER").mkdir()
    (folder / "LINK").symlink_to("/etc/passwd")
    odd = [b"a\\b", b"new\nline", b"\xff\xfe.FO", b"FO." + b"A" * 200, b".hidden", b"\x1b[2Jx"]
    for name in odd:
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(b"x")
    portal.put(OUT, "FO.GOOD", b"x")
    with connect(portal.settings()) as gateway:
        found = gateway.list_folder(OUT)
    assert len(found) == len(odd) + 3
    assert [entry.name for entry in found if entry.fault is None] == ["FO.GOOD"]
    assert {entry.name for entry in found if not entry.is_file} == {"FOLDER", "LINK"}
    assert all(entry.name.isprintable() for entry in found)


HOSTILE = ["../x", "/etc/x", "a\\b", "a\0b", "a\nb", "A" * 300, "", ".", "..", "é", "a b"]


def test_s4_hostile_names_are_refused_before_anything_leaves(
    portal: Portal, fi: Path, tmp_path: Path
) -> None:
    with connect(portal.settings()) as gateway:
        attempts: list[Callable[[str], object]] = [
            lambda name: gateway.upload(IN, name, fi),
            lambda name: gateway.create_empty(IN, name),
            lambda name: gateway.download(OUT, name, tmp_path / "x", max_bytes=1),
            lambda name: gateway.remove(OUT, name),
            lambda name: gateway.size(OUT, name),
            lambda name: gateway.list_folder(name),
        ]
        for attempt, name in product(attempts, HOSTILE):
            with pytest.raises(UsageMistake, match="no name for a file on the server"):
                attempt(name)
    assert all(not list((portal.root / folder).iterdir()) for folder in FOLDERS)


def test_our_own_disk_is_to_blame_only_for_itself(portal: Portal, tmp_path: Path) -> None:
    portal.put(OUT, "FO.X", b"x")
    with connect(portal.settings()) as gateway:
        with pytest.raises(DiskTrouble, match="cannot read"):
            gateway.upload(IN, FI, tmp_path / "missing")
        with pytest.raises(DiskTrouble, match="cannot write"):
            gateway.download(OUT, "FO.X", tmp_path / "no folder" / "x", max_bytes=1)
        assert gateway.list_folder(IN) == []


def test_after_close_nothing_works_and_a_second_close_is_fine(portal: Portal) -> None:
    gateway = connect(portal.settings())
    gateway.close()
    gateway.close()
    with pytest.raises(GatewayUnavailable):
        gateway.list_folder(IN)


def test_s1_unknown_fingerprint_is_refused_before_authentication(portal: Portal) -> None:
    before = portal.log()
    wrong = portal.settings(host_key="SHA256:" + "A" * 43)
    with pytest.raises(HostKeyMismatch, match=r"but \[gateway\] host_key is SHA256:AAAA") as caught:
        connect(wrong)
    assert not caught.value.retryable
    assert "publickey" not in portal.log()[len(before) :]


def test_s1_known_hosts_names_host_and_port(portal: Portal, tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    settings = portal.settings(host_key=None, known_hosts=file)
    file.write_text("# empty\n")
    with pytest.raises(HostKeyMismatch, match="no key is known"):
        connect(settings)
    # The same key for the host alone, that is for port 22, is not the key of this port.
    file.write_text(portal.known_hosts_line().replace(f"[127.0.0.1]:{settings.port}", "127.0.0.1"))
    with pytest.raises(HostKeyMismatch, match="no key is known"):
        connect(settings)
    file.write_text(portal.known_hosts_line())
    connect(settings).close()


def test_s1_known_hosts_may_be_hashed_or_revoked(portal: Portal, tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    settings = portal.settings(host_key=None, known_hosts=file)
    salt, name = b"s" * 20, f"[127.0.0.1]:{settings.port}"
    hashed = b64encode(hmac.digest(salt, name.encode(), "sha1")).decode()
    key = " ".join(portal.host_key_line.split()[:2])
    file.write_text(f"|1|{b64encode(salt).decode()}|{hashed} {key}\n")
    connect(settings).close()
    with file.open("a") as more:
        more.write(f"@revoked {name} {key}\n")
    with pytest.raises(HostKeyMismatch, match="revoked"):
        connect(settings)


def test_s1_changed_key_is_refused(portal: Portal, tmp_path: Path) -> None:
    other = write_key(tmp_path / "other", "ed25519").public_line
    file = tmp_path / "known_hosts"
    file.write_text(f"[127.0.0.1]:{portal.base.port} {other}\n")
    with pytest.raises(HostKeyMismatch, match="another key is known"):
        connect(portal.settings(host_key=None, known_hosts=file))


def test_s3_default_keys_are_not_tried(
    portal: Portal, user_key: UserKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home" / ".ssh"
    home.mkdir(parents=True)
    (home / "id_rsa").write_bytes(user_key.path.read_bytes())
    monkeypatch.setenv("HOME", str(home.parent))
    stranger = write_key(tmp_path / "stranger")
    with pytest.raises(LoginRefused, match="refused user") as caught:
        connect(portal.settings(key_file=stranger.path))
    assert not caught.value.retryable


def test_s2_ssh_rsa_only_where_allowed_and_with_a_warning(
    portal: Portal, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        if portal.kind == "sshd with ssh-rsa only":
            with pytest.raises(LoginRefused):
                connect(portal.settings(legacy_ssh_rsa=False))
            assert not caplog.messages
        connect(portal.settings(legacy_ssh_rsa=True)).close()
    warned = [message for message in caplog.messages if "SHA-1 signature (ssh-rsa)" in message]
    assert len(warned) == (1 if portal.kind == "sshd with ssh-rsa only" else 0)
