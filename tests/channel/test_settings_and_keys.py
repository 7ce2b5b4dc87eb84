"""S1, S3, S10: what is pinned, which key logs in, and that no secret shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dsa, rsa

from fla_batch.channel.hostkeys import known_keys
from fla_batch.channel.userkey import load_user_key
from fla_batch.configuration.server import GatewaySettings, Limits
from fla_batch.system.private_files import write_private_file
from fla_batch.vocabulary.errors import ConfigurationMistake, KeyOrCertificateMistake
from tests.canary import shown_by
from tests.contract.user_keys import write_key

SECRET = "correct-horse-battery"
PINNED = "SHA256:" + "A" * 43


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"host_key": None}, "needs host_key or known_hosts"),
        ({"known_hosts": Path("k")}, "needs host_key or known_hosts"),
        ({"host_key": "MD5:00:11"}, "must be SHA256:"),
        ({"host_key": "SHA256:short"}, "must be SHA256:"),
        ({"port": 0}, "port must be 1 to 65535"),
        ({"port": 70000}, "port must be 1 to 65535"),
        ({"host": ""}, "needs host and user"),
        ({"user": ""}, "needs host and user"),
    ],
)
def test_s1_settings_that_cannot_be_meant_so_are_refused(change: dict[str, Any], said: str) -> None:
    right: dict[str, Any] = {"host": "h", "user": "u", "key_file": Path("k"), "host_key": PINNED}
    GatewaySettings(**right)
    with pytest.raises(ConfigurationMistake, match=said):
        GatewaySettings(**right | change)


def test_r9_limits_are_more_than_zero() -> None:
    with pytest.raises(ConfigurationMistake, match="banner_s must be more than 0"):
        Limits(banner_s=0)


def test_s1_known_hosts_that_is_missing_or_garbled(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    settings = GatewaySettings("h", "u", Path("k"), 22, known_hosts=file)
    with pytest.raises(ConfigurationMistake, match="cannot read"):
        known_keys(settings)
    file.write_bytes(
        b"h\n\xff\xfe\nh ssh-rsa ###\n|1|x h k\n|1|a|b|c ssh-rsa AAAA\nh ssh-rsa AAAA\n"
    )
    assert [key.key_type for key in known_keys(settings)] == ["ssh-rsa"]


@pytest.mark.parametrize("kind", ["rsa", "ec", "ed25519"])
@pytest.mark.parametrize("password", [None, SECRET], ids=["plain", "encrypted"])
def test_keys_of_each_kind_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, password: str | None
) -> None:
    monkeypatch.setenv("KEY_PASSWORD", SECRET)
    made = write_key(tmp_path / "key", kind, password=password)
    key = load_user_key(made.path, password_env="KEY_PASSWORD" if password else None)
    assert key.get_base64() == made.public_line.split()[1]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("kind", ["rsa", "ed25519"])
def test_keys_and_known_hosts_as_windows_saves_them(
    tmp_path: Path, kind: str, encoding: str
) -> None:
    made = write_key(tmp_path / "key", kind)
    line = f"[h]:8022 {made.public_line}"
    plain = made.path.read_text().replace("\n", "\r\n")
    write_private_file(made.path, plain.encode(encoding))
    assert load_user_key(made.path).get_base64() == made.public_line.split()[1]
    write_private_file(made.path, plain.encode())
    assert load_user_key(made.path).get_base64() == made.public_line.split()[1]
    file = tmp_path / "known_hosts"
    file.write_bytes(f"# ours\r\n{line}\r\n".encode(encoding))
    settings = GatewaySettings("h", "u", Path("k"), 8022, known_hosts=file)
    assert [key.key_type for key in known_keys(settings)] == [made.public_line.split()[0]]


def test_keys_in_pem_form_are_read(tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path = tmp_path / "key.pem"
    write_private_file(path, _pem(key))
    assert load_user_key(path).get_name() == "ssh-rsa"


@pytest.mark.parametrize(
    "defect", ["open to others", "missing", "password wrong", "password missing", "not set"]
)
def test_s10_a_key_that_cannot_be_used_is_told_without_any_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, defect: str
) -> None:
    made = write_key(tmp_path / "key", "ed25519", password=SECRET)
    key_text = made.path.read_text().splitlines()[2]
    monkeypatch.setenv("KEY_PASSWORD", "wrong-" + SECRET if defect == "password wrong" else SECRET)
    variable: str | None = "KEY_PASSWORD"
    if defect == "open to others":
        made.path.chmod(0o640)
    elif defect == "missing":
        made.path.unlink()
    elif defect == "password missing":
        variable = None
    elif defect == "not set":
        monkeypatch.delenv("KEY_PASSWORD")
    with pytest.raises(KeyOrCertificateMistake) as caught:
        load_user_key(made.path, password_env=variable)
    shown = shown_by(caught.value)
    assert "load_user_key" in shown
    assert SECRET not in shown
    assert key_text not in shown
    assert caught.value.hint
    assert "[signing]" not in caught.value.hint


def test_keys_of_other_kinds_and_forms_are_told(tmp_path: Path) -> None:
    path = tmp_path / "key"
    write_private_file(path, b"PuTTY-User-Key-File-3: ssh-rsa\n")
    with pytest.raises(KeyOrCertificateMistake, match="PuTTY") as caught:
        load_user_key(path)
    assert "puttygen" in caught.value.hint
    write_private_file(path, _pem(dsa.generate_private_key(1024)))
    with pytest.raises(KeyOrCertificateMistake, match="neither an RSA"):
        load_user_key(path)


def _pem(key: rsa.RSAPrivateKey | dsa.DSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
