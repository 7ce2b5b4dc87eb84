"""`--listen` as a team has it: through a socket and through TLS, by the command that they start."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.browser.serving import RunningPage
from tests.command_line import workers, write_csv
from tests.ui.conftest import API_TOKEN

_HOST = "fla.example.be"
_MACHINE = {"authorization": f"Bearer {API_TOKEN.decode()}"}


def _token(folder: Path) -> Path:
    path = folder / "token"
    path.write_bytes(API_TOKEN)
    path.chmod(0o600)
    return path


def _certificate(folder: Path) -> tuple[Path, Path]:
    """One of 127.0.0.1 that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(alternative, critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    paths[1].chmod(0o600)
    return paths


@contextmanager
def _through_a_socket(folder: Path) -> Iterator[tuple[RunningPage, httpx.Client]]:
    path = folder / "fla.sock"
    more = ("--listen", f"unix:{path}", "--origin", f"https://{_HOST}")
    page = RunningPage(folder, *more, "--api-token-file", str(_token(folder)))
    try:
        # What a proxy does that speaks TLS with browsers: the host stays as it was asked for.
        with httpx.Client(
            transport=httpx.HTTPTransport(uds=str(path)), base_url=f"http://{_HOST}", timeout=30
        ) as proxy:
            yield page, proxy
    finally:
        page.stop()
    assert not path.exists()


@contextmanager
def _through_tls(folder: Path) -> Iterator[tuple[RunningPage, httpx.Client]]:
    certificate, key = _certificate(folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    origin = f"https://127.0.0.1:{port}"
    files = ("--tls-certificate", str(certificate), "--tls-key", str(key))
    more = ("--listen", f"127.0.0.1:{port}", "--origin", origin, *files)
    page = RunningPage(folder, *more, "--api-token-file", str(_token(folder)))
    try:
        trusted = ssl.create_default_context(cafile=str(certificate))
        with httpx.Client(verify=trusted, base_url=origin, timeout=30) as browser:
            yield page, browser
    finally:
        page.stop()


@pytest.mark.parametrize("way", [_through_a_socket, _through_tls])
def test_a_team_is_served_and_nobody_else(tmp_path: Path, way: object) -> None:
    assert callable(way)
    with way(tmp_path) as (page, client):
        origin, _, link = page.link.partition("/start")
        assert origin.startswith("https://")
        assert client.get("/").status_code == 403
        for host in ("evil.example", "127.0.0.1", f"{_HOST}:8740"):
            assert client.get(f"/start{link}", headers={"host": host}).status_code == 403
        cookie = client.get(f"/start{link}").headers["set-cookie"]
        assert {"Secure", "HttpOnly", "SameSite=Strict"} <= set(cookie.split("; "))
        mine = {"cookie": cookie.partition(";")[0]}
        assert "Federal Learning Account" in client.get("/", headers=mine).text
        for other in ("https://evil.example", origin.replace("https:", "http:"), "null"):
            refused = client.get("/", headers=mine | {"origin": other})
            assert refused.status_code == 403
        assert client.post("/practice/begin", headers=mine | {"origin": origin}).status_code == 403


@pytest.mark.parametrize("way", [_through_a_socket, _through_tls])
def test_machines_come_in_by_their_token(tmp_path: Path, way: object) -> None:
    assert callable(way)
    file = write_csv(tmp_path / "x.csv", workers(3))
    with way(tmp_path) as (_, client):
        for headers in ({}, {"authorization": "Bearer guessed"}):
            answer = client.post("/api/check?name=x.csv", content=b"", headers=headers)
            assert answer.status_code == 401
        found = client.post("/api/check?name=x.csv", content=file.read_bytes(), headers=_MACHINE)
        assert (found.status_code, found.json()["blocking"]) == (200, 0)
        other = client.get("/api/openapi.json", headers=_MACHINE | {"host": "evil.example"})
        assert (other.status_code, other.json()) == (403, {"error": "refused_host"})


def test_plain_http_where_tls_is_asked_for_gets_nothing(tmp_path: Path) -> None:
    with _through_tls(tmp_path) as (page, _):
        plain = page.link.replace("https:", "http:")
        with pytest.raises(httpx.HTTPError):
            httpx.get(plain, timeout=10)
