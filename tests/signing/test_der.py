"""Signatures in BER: the same values, in the lengths and orders that other libraries write."""

from __future__ import annotations

import base64
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat import asn1
from hypothesis import given
from hypothesis import strategies as st

from fla_batch.signing.der import as_der
from fla_batch.signing.keys import load_certificates
from fla_batch.signing.signer import load_signer, sign_file
from fla_batch.signing.throwaway import ThrowawayCertificate
from fla_batch.signing.verify_signature import verify_file
from tests.real_parts import real_part
from tests.signing.conftest import NOW


def parts_of(content: bytes) -> list[bytes]:
    """The values that stand one after another in `content`."""

    @asn1.sequence
    class Holder:
        values: list[asn1.TLV]

    wrapped = as_der(b"\x30\x80" + b"\x30\x80" + content + b"\0\0" + b"\0\0")
    return [asn1.encode_der(each) for each in asn1.decode_der(Holder, wrapped).values]


def tag_and_content(der: bytes) -> tuple[int, bytes]:
    value = asn1.decode_der(asn1.TLV, der)
    return value.tag_bytes[0], bytes(value.data)


def indefinite(der: bytes, depth: int) -> bytes:
    """The same with lengths that are not definite, in the outermost `depth` levels."""
    tag, content = tag_and_content(der)
    if not tag & 0x20 or depth == 0:
        return der
    inner = b"".join(indefinite(part, depth - 1) for part in parts_of(content))
    return bytes([tag, 0x80]) + inner + b"\0\0"


def long_lengths(der: bytes) -> bytes:
    tag, content = tag_and_content(der)
    return bytes([tag, 0x84]) + len(content).to_bytes(4, "big") + content


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(lambda der: indefinite(der, 4), id="indefinite, as BouncyCastle writes it"),
        pytest.param(lambda der: indefinite(der, 6), id="indefinite in the certificate's parts"),
        pytest.param(long_lengths, id="length of four bytes"),
    ],
)
@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_a_signature_in_ber_is_read_as_openssl_reads_it(
    request: pytest.FixtureRequest,
    fi: Path,
    tmp_path: Path,
    kind: str,
    form: Callable[[bytes], bytes],
) -> None:
    files: ThrowawayCertificate = request.getfixturevalue(f"{kind}_files")
    fs = sign_file(load_signer(pkcs12_file=files.pkcs12_file), fi, signed_at=NOW)
    der = base64.b64decode(fs.replace(b"\r", b""))
    ber = form(der)
    assert ber != der
    assert as_der(ber) == der
    verdict = verify_file(ber, fi, roots=load_certificates(files.root_file), at=NOW)
    assert verdict.valid, verdict
    assert openssl_takes(ber, fi, tmp_path)
    fi.write_bytes(b"other")
    assert not verify_file(ber, fi, roots=load_certificates(files.root_file), at=NOW).valid


def openssl_takes(signature: bytes, content: Path, folder: Path) -> bool:
    file = folder / "signature"
    file.write_bytes(signature)
    command = [
        str(real_part("openssl")),
        "cms",
        "-verify",
        "-binary",
        "-inform",
        "DER",
        "-noverify",
    ]
    files = ["-in", str(file), "-content", str(content), "-out", os.devnull]
    return subprocess.run([*command, *files], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(
    ("ber", "der"),
    [
        ("3006020102020101", "3006020102020101"),
        ("3106020102020101", "3106020101020102"),
        ("a106020102020101", "a106020102020101"),
        ("3080020101020102 0000", "3006020101020102"),
        ("2480040101040102 0000", "04020102"),
        ("2407040101 24020400", "040101"),
        ("3081020500", "30020500"),
        ("1f8101 00", "1f810100"),
    ],
    ids=["as is", "set", "no set", "indefinite", "string", "strings", "length", "tag"],
)
def test_known_values(ber: str, der: str) -> None:
    assert as_der(bytes.fromhex(ber)).hex() == der


@pytest.mark.parametrize(
    "wrong",
    ["", "30", "3080", "30800201", "300302020101", "0480", "2403020101", "020101 00", "1f", "1f80"],
)
def test_what_is_no_value_is_told(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        as_der(bytes.fromhex(wrong))


def test_no_depth_exhausts_the_stack() -> None:
    with pytest.raises(ValueError, match="too deep"):
        as_der(b"\x30\x80" * 100_000)


@given(st.binary(max_size=200))
def test_what_comes_out_stays(noise: bytes) -> None:
    try:
        once = as_der(noise)
    except ValueError:
        return
    assert as_der(once) == once
