"""S10 and S11: a canary in every secret, looked for in all that we print, write and keep."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from fla_batch.message import load
from fla_batch.sandbox.ground import Ground, practice_ground
from fla_batch.system.private_files import write_private_file
from tests.builders import inss
from tests.command_line import CommandLine, write_csv
from tests.e2e.servers import now

CANARY = "canary-3f9c-password"
OTHER = "canary-77aa-password"


@pytest.fixture
def ground(fla: CommandLine, tmp_path: Path) -> Iterator[Ground]:
    """A sandbox whose user key and signing key are locked with passwords."""
    with practice_ground(tmp_path / "ground", load("fla-20250131"), clock=now) as running:
        keys = tmp_path / "ground" / "keys"
        user = serialization.load_ssh_private_key((keys / "user.pem").read_bytes(), None)
        write_private_file(
            keys / "locked.pem",
            user.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.OpenSSH,
                serialization.BestAvailableEncryption(OTHER.encode()),
            ),
        )
        _lock_signer(keys)
        text = running.settings_file.read_text()
        text = text.replace("keys/user.pem", "keys/locked.pem")
        text = text.replace("[signing]\n", '[signing]\npkcs12_file = "keys/signer.p12"\n')
        text = text.replace('key_file = "keys/sender/key.pem"\n', 'password_env = "SIGNER"\n')
        text = text.replace('certificate_file = "keys/sender/certificate.pem"\n', "")
        text = text.replace("[gateway]\n", '[gateway]\nkey_password_env = "USER_KEY"\n')
        running.settings_file.write_text(text)
        yield running


def _lock_signer(keys: Path) -> None:
    sender = keys / "sender"
    key = serialization.load_pem_private_key((sender / "key.pem").read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    certificates = x509.load_pem_x509_certificates((sender / "certificate.pem").read_bytes())
    write_private_file(
        keys / "signer.p12",
        pkcs12.serialize_key_and_certificates(
            b"signer",
            key,
            certificates[0],
            certificates[1:] or None,
            serialization.BestAvailableEncryption(CANARY.encode()),
        ),
    )


def require_nowhere(secret: str, folder: Path, said: str) -> None:
    assert secret not in said
    for path in folder.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path


def test_passwords_appear_nowhere(
    fla: CommandLine, ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = CommandLine(fla.capsys, ground.settings_file)
    said = ""
    for number, signer, user_key, codes in (
        (1, None, None, (3, 0)),
        (2, OTHER, CANARY, (3, 0)),
        (3, CANARY, CANARY, (0, 3)),
        (4, CANARY, OTHER, (0, 0)),
    ):
        good = write_csv(tmp_path / f"{number}.csv", [{"inss": inss(number)}])
        for name, value in (("SIGNER", signer), ("USER_KEY", user_key)):
            monkeypatch.delenv(name, raising=False)
            if value:
                monkeypatch.setenv(name, value)
        built = here("build", good)
        sent = here("send")
        assert (built.code, sent.code) == codes, built.said + sent.said
        said += built.said + sent.said
    ground.portal.settle()
    said += here("poll").said + here("status", "--json").said + here("anomalies").said
    for secret in (CANARY, OTHER):
        require_nowhere(secret, tmp_path, said)


def test_the_canary_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "file").write_text(f"password {CANARY}")
    with pytest.raises(AssertionError):
        require_nowhere(CANARY, tmp_path, "")


def test_a_password_in_the_wrong_place_is_not_repeated(
    fla: CommandLine, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.write_text(f"[limits]\nparts = '{CANARY}'\n")
    called = fla("status")
    assert called.code == 3
    assert CANARY not in called.said
    settings.write_text("")
    monkeypatch.setenv("FLA_BATCH_GATEWAY__PORT", CANARY)
    called = fla("status")
    assert called.code == 3
    assert CANARY not in called.said


def test_no_whole_national_number_on_standard_error(
    fla: CommandLine, ground: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S11: standard output is for the user, who knows them; standard error goes to logs."""
    monkeypatch.setenv("SIGNER", CANARY)
    monkeypatch.setenv("USER_KEY", OTHER)
    here = CommandLine(fla.capsys, ground.settings_file)
    rows = [{"inss": inss(1)}, {"inss": inss(2), "companyId": "0999999922"}]
    rows += [{"inss": inss(3), "hours": "x"}]
    path = write_csv(tmp_path / "three.csv", rows)
    calls = [here("build", path, "--skip-blocked"), here("send")]
    ground.portal.settle()
    calls += [here("poll", "--watch", "0.2", "--timeout", "60"), here("anomalies")]
    message = next((tmp_path / "ground" / "outbox").rglob("sent/FI.*"))
    broken = tmp_path / "broken.xml"
    broken.write_text(message.read_text().replace("<CalendarYear>2024", "<CalendarYear>20x4"))
    calls += [here("check", path), here("validate", broken), here("anomalies", "--csv", "a.csv")]
    assert inss(3) in calls[0].out
    for called in calls:
        for number in (inss(1), inss(2), inss(3)):
            assert number not in called.err


def test_a_number_in_a_file_name_is_masked_in_messages(fla: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "fla-batch.toml").write_text(f"[sender]\nn{inss()} = 1")
    called = fla("status")
    assert called.code == 3
    assert inss() not in called.err
