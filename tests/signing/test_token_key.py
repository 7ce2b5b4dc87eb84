"""S16: a key on a token signs without leaving it: Debian's SoftHSM, verified by OpenSSL."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from fla_batch.commands.configured_signer import signer_of
from fla_batch.configuration.loading import load
from fla_batch.signing.keys import load_certificates
from fla_batch.signing.signer import sha256_of
from fla_batch.signing.throwaway import KeyType, throwaway_certificate
from fla_batch.signing.verify_signature import verify
from fla_batch.vocabulary.errors import KeyOrCertificateMistake
from tests.canary import shown_by
from tests.real_parts import real_part
from tests.signing.conftest import NOW

PIN = "48151623"
_MODULES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """A token with an RSA and an EC key; the RSA key's certificate is on it too."""
    tool = str(real_part("softhsm2-util"))
    folder = tmp_path_factory.mktemp("token")
    (folder / "tokens").mkdir()
    (folder / "conf").write_text(f"directories.tokendir = {folder}/tokens\nlog.level = ERROR\n")
    before = dict(os.environ)
    os.environ["SOFTHSM2_CONF"] = str(folder / "conf")
    pins = ["--so-pin", "1234567", "--pin", PIN]
    subprocess.run(
        [tool, "--init-token", "--free", "--label", "office", *pins],
        check=True,
        capture_output=True,
    )
    module = next(path for path in _MODULES if Path(path).exists())
    kinds: tuple[KeyType, ...] = ("rsa", "ec")
    for kind in kinds:
        made = throwaway_certificate(folder / kind, now=NOW, key_type=kind)
        command = [tool, "--import", str(made.key_file), "--token", "office", "--pin", PIN]
        number = "01" if kind == "rsa" else "02"
        subprocess.run(
            [*command, "--label", f"{kind} key", "--id", number], check=True, capture_output=True
        )
        made.key_file.unlink()  # it is on the token alone now
    _put_certificate(module, folder / "rsa" / "certificate.pem", "rsa key")
    yield {"folder": folder, "module": module}
    os.environ.clear()
    os.environ.update(before)


def _put_certificate(module: str, file: Path, label: str) -> None:
    import pkcs11

    (certificate,) = load_certificates(file)
    with pkcs11.lib(module).get_token(token_label="office").open(rw=True, user_pin=PIN) as session:
        session.create_object(
            {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                pkcs11.Attribute.TOKEN: True,
                pkcs11.Attribute.LABEL: label,
                pkcs11.Attribute.SUBJECT: certificate.subject.public_bytes(),
                pkcs11.Attribute.VALUE: certificate.public_bytes(Encoding.DER),
            }
        )


def section(token: dict[str, Any], **more: str) -> Any:
    values = {
        "FLA_BATCH_SIGNING__PKCS11_MODULE": token["module"],
        "FLA_BATCH_SIGNING__PKCS11_TOKEN": "office",
        "FLA_BATCH_SIGNING__PKCS11_KEY": "rsa key",
        "FLA_BATCH_SIGNING__PASSWORD_ENV": "TOKEN_PIN",
    }
    values |= {f"FLA_BATCH_SIGNING__{name.upper()}": value for name, value in more.items()}
    return load(None, environ=values).signing


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_s16_a_key_on_a_token_signs_and_openssl_verifies(
    token: dict[str, Any], fi: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("TOKEN_PIN", PIN)
    file = token["folder"] / kind / "certificate.pem"
    signer = signer_of(section(token, pkcs11_key=f"{kind} key", certificate_file=str(file)))
    fs = signer.sign(sha256_of(fi), signed_at=NOW)
    roots = load_certificates(token["folder"] / kind / "root.pem")
    assert verify(fs, lambda _: sha256_of(fi), roots=roots, at=NOW).valid
    der = tmp_path / "sig.der"
    der.write_bytes(base64.b64decode(fs.replace(b"\r", b"")))
    command = [str(real_part("openssl")), "cms", "-verify", "-binary", "-inform", "DER"]
    subprocess.run(
        [*command, "-in", der, "-content", fi, "-noverify", "-out", os.devnull],
        check=True,
        capture_output=True,
    )


def test_s16_the_certificate_may_be_on_the_token(
    token: dict[str, Any], fi: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_PIN", PIN)
    signer = signer_of(section(token))
    assert signer.key.certificate == load_certificates(token["folder"] / "rsa/certificate.pem")[0]
    assert signer.sign(sha256_of(fi), signed_at=NOW)


@pytest.mark.parametrize(
    ("more", "pin", "said"),
    [
        ({"pkcs11_token": "another"}, PIN, "no such token"),
        ({"pkcs11_key": "another"}, PIN, "no certificate with the label another"),
        ({}, "00000000", "the PIN is wrong"),
        ({"pkcs11_module": "/none.so"}, PIN, "token office"),
        ({"key_file": "key.pem"}, PIN, "no key file"),
    ],
)
def test_what_is_wrong_is_told_and_never_the_pin(
    token: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    more: dict[str, str],
    pin: str,
    said: str,
) -> None:
    monkeypatch.setenv("TOKEN_PIN", pin)
    with pytest.raises(KeyOrCertificateMistake) as caught:
        signer_of(section(token, **more)).sign(bytes(32), signed_at=NOW)
    assert said in str(caught.value)
    assert pin not in shown_by(caught.value)


def test_a_certificate_of_another_key_is_noticed(
    token: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """S9: what the token signed does not verify by that certificate, and is not handed out."""
    monkeypatch.setenv("TOKEN_PIN", PIN)
    other = throwaway_certificate(token["folder"] / "other", now=NOW)
    signer = signer_of(section(token, certificate_file=str(other.certificate_file)))
    with pytest.raises(KeyOrCertificateMistake, match="does not verify"):
        signer.sign(bytes(32), signed_at=NOW)
