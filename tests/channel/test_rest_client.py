"""The REST client against the sandbox: token, pauses, trust, and what is never repeated."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fla_batch.channel.rest_call import Call, CallFailed
from fla_batch.channel.rest_client import RestClient
from fla_batch.channel.rest_token import ClientRefused, client_key
from fla_batch.channel.retry import RetryPolicy, Waiting
from fla_batch.configuration.rest import PRODUCTION_URL, RestSection
from fla_batch.sandbox.platform import Platform
from fla_batch.sandbox.rest_face import RestFace
from fla_batch.sandbox.rest_faults import RestFault, Spoiled
from fla_batch.sandbox.rest_server import RestServer
from fla_batch.sandbox.sender import Sender
from fla_batch.sandbox.token_server import TokenServer
from fla_batch.signing.keys import load_certificates
from fla_batch.signing.throwaway import throwaway_certificate
from fla_batch.vocabulary.errors import ConfigurationMistake, KeyOrCertificateMistake
from fla_batch.vocabulary.terms import Environment

NOW = dt.datetime(2025, 3, 1, 9, 15, tzinfo=dt.UTC)
CREDIT = Call("GET", "/employers/880820673/employees/81511716525/creditCalculation")
PUT = Call(
    "PUT",
    "/employers/880820673/employees/81511716525/calendarYears/2024/trainings",
    body=b'{"employer": {"companyId": 880820673}, "employee": {"inss": 81511716525},'
    b' "calendarYear": 2024, "trainings": []}',
)
ALWAYS = 1000


@dataclass
class Time:
    """Clock and pauses of a test: sleeping moves both, and is noted."""

    now: dt.datetime = NOW
    passed: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.pass_by(seconds)

    def pass_by(self, seconds: float) -> None:
        self.passed += seconds
        self.now += dt.timedelta(seconds=seconds)

    @property
    def waiting(self) -> Waiting:
        return Waiting(
            RetryPolicy(attempts=3, first_pause_s=2.0, total_s=300.0),
            sleep=self.sleep,
            random=lambda: 1.0,
            elapsed=lambda: self.passed,
        )

    def client(
        self, section: RestSection, clock: Callable[[], dt.datetime] | None = None
    ) -> RestClient:
        return RestClient(section, client_key(section), self.waiting, clock or (lambda: self.now))


@dataclass
class Service:
    server: RestServer
    section: RestSection
    time: Time

    def client(self, **changes: Any) -> RestClient:
        section = self.section.model_copy(update=changes)
        return self.time.client(section)

    def seen(self, method: str) -> int:
        return sum(call.method == method for call in self.server.calls)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    throwaway_certificate(folder, now=NOW)
    return folder


@pytest.fixture
def service(keys: Path) -> Iterator[Service]:
    time = Time()
    clock = lambda: time.now  # noqa: E731
    tokens = TokenServer("client", load_certificates(keys / "certificate.pem")[0], clock)
    face = RestFace(Platform(), Sender("123456"))
    with RestServer(face, tokens, clock) as server:
        section = RestSection(
            client_id="client",
            key_file=keys / "key.pem",
            base_url=server.base_url,
            token_url=server.token_url,
            connect_s=2,
            answer_s=2,
        )
        yield Service(server, section, time)


def test_a_token_is_reused_and_renewed_when_less_than_a_minute_is_left(service: Service) -> None:
    with service.client() as client:
        for _ in range(3):
            assert client.call(CREDIT).status == 200
        assert service.server.tokens.given == 1
        service.time.pass_by(539)
        client.call(CREDIT)
        assert service.server.tokens.given == 1
        service.time.pass_by(2)
        client.call(CREDIT)
        assert service.server.tokens.given == 2


def test_a_401_renews_once(service: Service) -> None:
    with service.client() as client:
        client.call(CREDIT)
        service.server.tokens.revoke_all()
        assert client.call(PUT).status == 200
        assert service.server.tokens.given == 2
        service.server.faults.plan(Spoiled(RestFault.UNAUTHORISED, ALWAYS))
        with pytest.raises(ClientRefused, match="401"):
            client.call(CREDIT)
        assert service.server.tokens.given == 3


def test_the_assertion_says_who_to_whom_and_for_how_long(
    service: Service, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[dict[str, str]] = []
    grant = service.server.tokens.grant

    def noted(fields: Any, audience: str) -> Any:
        given.append(dict(fields))
        return grant(fields, audience)

    monkeypatch.setattr(TokenServer, "grant", lambda _, fields, audience: noted(fields, audience))
    with service.client() as client:
        client.call(CREDIT)
        service.time.pass_by(600)
        client.call(CREDIT)
    claims = [
        jwt.decode(fields["client_assertion"], options={"verify_signature": False})
        for fields in given
    ]
    first = claims[0]
    assert first["iss"] == first["sub"] == "client"
    assert first["aud"] == service.server.token_url
    assert 60 <= first["exp"] - first["iat"] <= 600
    assert first["iat"] == int(NOW.timestamp())
    assert first["jti"] != claims[1]["jti"]
    assert jwt.get_unverified_header(given[0]["client_assertion"])["alg"] == "RS256"
    assert given[0]["grant_type"] == "client_credentials"
    assert "scope" not in given[0]


def test_a_clock_that_is_five_minutes_off_is_said(service: Service) -> None:
    behind = NOW - dt.timedelta(minutes=7)
    with (
        service.time.client(service.section, lambda: behind) as client,
        pytest.raises(ClientRefused, match="clock is 0:07:00 from") as raised,
    ):
        client.call(CREDIT)
    assert "NTP" in raised.value.hint
    assert raised.value.exit_code == 3


def test_nothing_secret_is_shown(service: Service, keys: Path) -> None:
    with service.client() as client:
        client.call(CREDIT)
        token = client._tokens.token()
        shown = repr(client._tokens) + repr(client)
        service.server.faults.plan(Spoiled(RestFault.TOKEN_REFUSED, ALWAYS))
        client._tokens.forget(token)
        with pytest.raises(ClientRefused) as raised:
            client.call(CREDIT)
        shown += repr(raised.value) + raised.value.hint
    assert token not in shown
    assert "eyJ" not in shown
    assert "PRIVATE" not in shown


@pytest.mark.parametrize(
    ("fault", "tries"),
    [
        (RestFault.CUT, 1),
        (RestFault.CUT_BEFORE, 1),
        (RestFault.ERROR, 1),
        (RestFault.UNAVAILABLE, 1),
        (RestFault.HTML, 1),
    ],
)
def test_a_put_is_not_repeated_by_itself(service: Service, fault: RestFault, tries: int) -> None:
    service.server.faults.plan(Spoiled(fault, ALWAYS))
    with service.client() as client:
        client.call(PUT)
    assert service.seen("PUT") == tries
    assert service.time.pauses == []


@pytest.mark.parametrize(
    ("fault", "tries"),
    [(RestFault.CUT, 3), (RestFault.UNAVAILABLE, 3), (RestFault.ERROR, 2), (RestFault.HTML, 1)],
)
def test_a_get_is_repeated_for_what_may_pass(
    service: Service, fault: RestFault, tries: int
) -> None:
    service.server.faults.plan(Spoiled(fault, ALWAYS))
    with service.client() as client:
        if tries == 3:
            with pytest.raises(CallFailed) as raised:
                client.call(CREDIT)
            assert raised.value.exit_code == 4
        else:
            client.call(CREDIT)
    assert service.seen("GET") == tries


def test_pauses_grow_and_are_never_shorter_than_retry_after(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.server.faults.plan(Spoiled(RestFault.UNAVAILABLE, 2))
    with service.client() as client:
        assert client.call(CREDIT).status == 200
        assert service.time.pauses == [2.0, 4.0]  # Retry-After is 1
        service.time.pauses.clear()
        for text, seconds in (
            ("30", 30.0),
            ("Sat, 01 Mar 2025 09:16:00 GMT", None),
            ("soon", 2.0),
        ):
            monkeypatch.setitem(
                __import__("fla_batch.sandbox.rest_server", fromlist=["_INSTEAD"])._INSTEAD,
                RestFault.TOO_MANY,
                _problem(text),
            )
            service.server.faults.plan(Spoiled(RestFault.TOO_MANY, 1))
            wanted = seconds
            if wanted is None:
                wanted = (dt.datetime(2025, 3, 1, 9, 16, tzinfo=dt.UTC) - service.time.now).seconds
            client.call(PUT)
            assert service.time.pauses.pop() == pytest.approx(max(wanted, 2.0), abs=1)


def _problem(retry_after: str) -> Any:
    from fla_batch.sandbox.rest_face import problem

    told = "Too Many Requests", "Slow down", "tooManyRequests"
    return problem(429, *told, Retry_After=retry_after)


def test_who_asks_to_wait_too_long_is_not_waited_for(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    instead = __import__("fla_batch.sandbox.rest_server", fromlist=["_INSTEAD"])._INSTEAD
    monkeypatch.setitem(instead, RestFault.TOO_MANY, _problem("86400"))
    service.server.faults.plan(Spoiled(RestFault.TOO_MANY, ALWAYS))
    with service.client() as client, pytest.raises(CallFailed, match="asks to wait 86400 seconds"):
        client.call(PUT)
    assert service.time.pauses == []


def test_calls_begin_no_faster_than_the_rate(service: Service) -> None:
    with service.client(rate=2.0) as client:
        for _ in range(4):
            client.call(CREDIT)
    assert service.time.pauses == pytest.approx([0.5, 0.5, 0.5])


def test_proxies_of_the_environment_are_not_used(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:9")
    with service.client() as client:
        assert client.call(CREDIT).status == 200
    with (
        service.client(proxy="http://127.0.0.1:9") as client,
        pytest.raises(CallFailed, match="token server"),
    ):
        client.call(CREDIT)


def test_an_answer_without_end_is_not_read_to_its_end(service: Service) -> None:
    service.server.faults.plan(Spoiled(RestFault.HUGE, 1))
    with service.client(answer_bytes=200_000) as client:
        exchange = client.call(CREDIT)
    assert exchange.fault == "the answer is longer than 200000 bytes"
    assert len(exchange.body) <= 100_000


def test_nobody_listens(service: Service) -> None:
    with (
        service.client(base_url="http://127.0.0.1:9/v1") as client,
        pytest.raises(CallFailed, match="no connection"),
    ):
        client.call(PUT)
    assert len(service.time.pauses) == 2


@pytest.fixture
def https(service: Service, tmp_path: Path) -> Callable[[], tuple[RestSection, Path]]:
    """The same service over TLS, with a certificate of an authority of our own."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "our own authority")])
    today = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    authority, both = tmp_path / "authority.pem", tmp_path / "server.pem"
    authority.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    both.write_bytes(
        authority.read_bytes()
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )

    def serve() -> tuple[RestSection, Path]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(both)
        server = service.server
        server.http.socket = context.wrap_socket(server.http.socket, server_side=True)
        server.scheme = "https"
        urls = {"base_url": server.base_url, "token_url": server.token_url}
        return service.section.model_copy(update=urls), authority

    return serve


def test_an_unknown_authority_is_never_trusted_nor_tried_again(
    service: Service, https: Callable[[], tuple[RestSection, Path]]
) -> None:
    section, _ = https()
    with (
        service.time.client(section) as client,
        pytest.raises(ConfigurationMistake, match="not trusted"),
    ):
        client.call(CREDIT)
    assert service.time.pauses == []


def test_an_own_authority_is_trusted_when_it_is_named(
    service: Service, https: Callable[[], tuple[RestSection, Path]]
) -> None:
    section, authority = https()
    section = section.model_copy(update={"ca_file": authority})
    with service.time.client(section) as client:
        assert client.call(CREDIT).status == 200


def test_what_cannot_be_meant_is_said_before_anything_is_called(keys: Path, tmp_path: Path) -> None:
    usable = {"client_id": "c", "key_file": keys / "key.pem"}
    with pytest.raises(ConfigurationMistake, match="that of production"):
        RestSection(**usable).require_usable(Environment.SIMULATION)
    RestSection(**usable).require_usable(Environment.PRODUCTION)
    with pytest.raises(ConfigurationMistake, match="https"):
        RestSection(**usable, base_url="http://example.org/v1").require_usable(
            Environment.SIMULATION
        )
    with pytest.raises(ConfigurationMistake, match="client_id"):
        RestSection().require_usable(Environment.PRODUCTION)
    with pytest.raises(ConfigurationMistake, match="loopback_only"):
        RestSection(base_url=PRODUCTION_URL, loopback_only=True).require_loopback()
    bad = tmp_path / "ca.pem"
    bad.write_text("no certificate")
    section = RestSection(**usable, ca_file=bad)
    with pytest.raises(ConfigurationMistake, match="ca_file"):
        RestClient(section, client_key(section))


def test_a_key_that_is_no_rsa_key_or_lies_open_is_refused(tmp_path: Path) -> None:
    throwaway_certificate(tmp_path, now=NOW, key_type="ec")
    with pytest.raises(KeyOrCertificateMistake, match="RS256"):
        client_key(RestSection(client_id="c", key_file=tmp_path / "key.pem"))
    (tmp_path / "key.pem").chmod(0o644)
    with pytest.raises(KeyOrCertificateMistake, match="others"):
        client_key(RestSection(client_id="c", key_file=tmp_path / "key.pem"))


def test_a_key_that_is_not_there_leads_to_its_own_section(tmp_path: Path) -> None:
    with pytest.raises(KeyOrCertificateMistake) as missing:
        client_key(RestSection(client_id="c", key_file=tmp_path / "absent.pem"))
    assert "[rest]" in missing.value.hint
    assert "[signing]" not in missing.value.hint


def test_a_pkcs12_file_will_do(keys: Path) -> None:
    assert client_key(RestSection(client_id="c", pkcs12_file=keys / "signer.p12")).key_size >= 2048
