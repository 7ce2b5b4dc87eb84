"""Faults that an office can have before a deadline, each with the check that has to name it.

`Fault(name, check, state, said, put)`: `put` puts it into a sound office; the doctor then has a
line of `check` and `state` in which `said` stands, in the message or in the advice.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from fla_batch.cli.options import now
from fla_batch.outbox.quarantine import Quarantine
from fla_batch.sandbox.faults import Faults
from fla_batch.sandbox.rest_faults import RestFault, Spoiled
from fla_batch.system.files import write_whole
from fla_batch.system.profile_record import schemas_folder
from fla_batch.vocabulary.terms import Environment
from tests.commands.doctor_office import Office
from tests.contract.user_keys import write_key
from tests.real_parts import real_part

ERROR, WARNING = "error", "warning"
DEAD_PORT = 1


class Fault(NamedTuple):
    name: str
    check: str
    state: str
    said: str
    put: Callable[[Office], object]
    online: bool = False


def text(content: str) -> Callable[[Office], None]:
    def put(office: Office) -> None:
        office.text = content

    return put


def no_settings(office: Office) -> None:
    office.monkeypatch.chdir(office.folder)
    office.command = ["doctor"]


def variable(name: str, value: str) -> Callable[[Office], None]:
    return lambda office: office.monkeypatch.setenv(name, value)


def setting(section: str, **keys: object) -> Callable[[Office], None]:
    return lambda office: office.set(section, **keys)


def production(office: Office) -> None:
    office.set("sender", environment="R")


def unsigned_production(office: Office) -> None:
    production(office)
    office.set("signing", key_file=None, certificate_file=None)


def after_the_end(office: Office) -> None:
    production(office)
    office.at(datetime(2027, 2, 1, tzinfo=UTC))


def own_profile(office: Office, *, checked: bool) -> Path:
    folder = office.folder / "own"
    shutil.copytree(schemas_folder() / "fla-20250131", folder)
    if not checked:
        (folder / "checked.json").unlink()
    office.set("profile", name="own")
    return folder


def changed_profile(office: Office) -> None:
    binding = own_profile(office, checked=True) / "binding.toml"
    binding.write_text(binding.read_text() + "\n# changed\n")


def pkcs12(office: Office, variable: str = "P12_SECRET", value: str | None = "right") -> None:
    place = office.certificate(password="right", days=300)
    office.set(
        "signing",
        key_file=None,
        certificate_file=None,
        pkcs12_file=str(place / "signer.p12"),
        password_env=variable,
    )
    if value is not None:
        office.monkeypatch.setenv(variable, value)


def another_certificate(office: Office) -> None:
    key = office.values["signing"]["key_file"]
    office.certificate(days=300)
    office.set("signing", key_file=key)


def self_signed(office: Office) -> None:
    production(office)
    office.certificate(self_signed=True, days=300)


def alone(office: Office) -> None:
    office.set("signing", certificate_file="keys/sender/certificate.pem")


def odd_certificate(office: Office, kind: str) -> None:
    how = {
        "pss": ["-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"],
        "short": ["-newkey", "rsa:1024"],
        "encipherment": ["-newkey", "rsa:2048", "-addext", "keyUsage=critical,keyEncipherment"],
    }[kind]
    command: list[str] = [
        str(real_part("openssl")),
        "req",
        "-x509",
        "-nodes",
        "-days",
        "300",
        "-subj",
        "/CN=odd",
    ]
    key, certificate = office.folder / "odd.pem", office.folder / "odd-certificate.pem"
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command, *how, *files], check=True, capture_output=True)
    key.chmod(0o600)
    office.set("signing", key_file="odd.pem", certificate_file="odd-certificate.pem")


def no_roots(office: Office) -> None:
    office.set("signing", answer_roots=None)
    office.set("answers", require_signature=True)


def old_roots(office: Office) -> None:
    from fla_batch.signing.throwaway import throwaway_certificate

    place = office.folder / "old"
    throwaway_certificate(place, now=now(), days=-3)
    office.set("signing", answer_roots=str(place / "root.pem"))


def open_outbox(office: Office) -> None:
    (office.folder / "outbox").mkdir()
    (office.folder / "outbox").chmod(0o755)


def room(free: int) -> Callable[[Office], None]:
    def put(office: Office) -> None:
        office.world["free_bytes"] = lambda _: free

    return put


def damaged_ledger(office: Office) -> None:
    (office.folder / "outbox").mkdir(mode=0o700)
    office.private("outbox/ledger.db", b"no database, but some text that is long enough" * 40)


def deleted_ledger(office: Office) -> None:
    office.built()
    for path in (office.folder / "outbox").glob("ledger.db*"):
        path.unlink()


def newer_ledger(office: Office) -> None:
    office.built()
    with sqlite3.connect(office.folder / "outbox" / "ledger.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()


def contradicted_ledger(office: Office) -> None:
    office.built()
    with sqlite3.connect(office.folder / "outbox" / "ledger.db") as database:
        database.execute("UPDATE batch_state SET state = 'sent'")
    database.close()


def changed_batch(office: Office) -> None:
    folder = office.built()
    fi = next((folder / "sent").glob("FI.*"))
    write_whole(fi, fi.read_bytes() + b" ")


def gone_batch(office: Office) -> None:
    shutil.rmtree(office.built() / "sent")


def quarantined(office: Office) -> None:
    office.built()
    strange = office.folder / "strange"
    strange.write_text("no XML")
    Quarantine(office.folder / "outbox").put(
        strange, "FO.NOTI", Environment.SIMULATION, "no XML", now()
    )


def overdue(office: Office) -> None:
    office.built(sent=True)
    office.at(now() + timedelta(days=9))


def built_tomorrow(office: Office) -> None:
    office.built(lambda: now() + timedelta(hours=20))


def wrong_zones(office: Office) -> None:
    place = office.folder / "zones" / "Europe"
    place.mkdir(parents=True)
    utc = Path("/usr/share/zoneinfo/Etc/UTC")
    (place / "Brussels").write_bytes(utc.read_bytes())
    office.monkeypatch.setenv("PYTHONTZPATH", str(place.parent))
    office.in_child = True


def weak_key(office: Office) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    content = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )
    office.set("gateway", key_file=office.private("weak.pem", content))


def locked_key(office: Office) -> None:
    write_key(office.folder / "locked", "ed25519", password="secret")
    office.set("gateway", key_file="locked")


def stranger(office: Office) -> None:
    write_key(office.folder / "stranger", "ed25519")
    office.set("gateway", key_file="stranger")


def known_hosts(line: str) -> Callable[[Office], None]:
    def put(office: Office) -> None:
        told = line.format(ours=office.ground.server.known_hosts_line.strip())
        (office.folder / "known").write_text(told + "\n")
        office.set("gateway", host_key=None, known_hosts="known")

    return put


def server(**faults: object) -> Callable[[Office], None]:
    def put(office: Office) -> None:
        office.ground.server.faults = Faults(**faults)  # type: ignore[arg-type]

    return put


def no_folder(office: Office) -> None:
    place = office.ground.server.root / "INTEST-S"
    place.rename(place.with_name("hidden"))


def over_rest(**keys: object) -> Callable[[Office], None]:
    def put(office: Office) -> None:
        face = office.ground.rest
        assert face is not None
        office.set("channel", use="rest")
        office.set(
            "rest",
            client_id="self_service_expeditor_123456_practice",
            key_file=str(office.ground.folder / "keys" / "sender" / "key.pem"),
            base_url=face.base_url,
            token_url=face.token_url,
        )
        office.set("rest", **keys)

    return put


def refused_token(office: Office) -> None:
    over_rest()(office)
    assert office.ground.rest is not None
    office.ground.rest.faults.plan(Spoiled(RestFault.TOKEN_REFUSED, times=100))


FAULTS = (
    Fault("no-settings", "settings", ERROR, "looked for", no_settings),
    Fault("not-toml", "settings", ERROR, "line 2: this is not TOML", text("[sender]\nnumber =\n")),
    Fault("no-text", "settings", ERROR, "Did you mean gateway", text("[gatway]\nport = 1\n")),
    Fault("unknown-key", "settings", ERROR, "Did you mean host?", setting("gateway", hosst="x")),
    Fault("wrong-value", "settings", ERROR, "must be 6 digits", setting("sender", number="12")),
    Fault(
        "unknown-variable",
        "settings",
        ERROR,
        "FLA_BATCH_GATEWAY__HOSTS",
        variable("FLA_BATCH_GATEWAY__HOSTS", "x"),
    ),
    Fault(
        "practice-leaves-the-machine",
        "settings",
        ERROR,
        "another machine",
        setting("gateway", loopback_only=True, host="sftp.example"),
    ),
    Fault("no-language", "settings", ERROR, "FLA_BATCH_LANG", variable("FLA_BATCH_LANG", "de")),
    Fault("no-sender", "sender", ERROR, "six digits", setting("sender", number="")),
    Fault("platform-closed", "closing-date", WARNING, "--after-closure", production),
    Fault("data-destroyed", "closing-date", WARNING, "destroyed since", after_the_end),
    Fault("profile-unknown", "profile", ERROR, "no profile", setting("profile", name="fla-1900")),
    Fault(
        "profile-never-checked",
        "profile",
        ERROR,
        "never checked",
        lambda office: own_profile(office, checked=False),
    ),
    Fault("profile-changed", "profile", ERROR, "since its files changed", changed_profile),
    Fault(
        "application-code-guessed",
        "profile",
        WARNING,
        "code that the portal told",
        setting("profile", application=None),
    ),
    Fault(
        "employer-number-wrong",
        "employer-zones",
        ERROR,
        "no company number",
        setting("employers", **{"0880820674": {}}),
    ),
    Fault(
        "employer-zone-unknown",
        "employer-zones",
        ERROR,
        "NOSSNumber",
        setting("employers", **{"0880820673": {"NOSSNumber": "1"}}),
    ),
    Fault("columns-missing", "columns", ERROR, "cannot be read", setting("input", columns="none")),
    Fault(
        "pkcs12-missing",
        "signing-key",
        ERROR,
        "none.p12",
        setting("signing", key_file=None, certificate_file=None, pkcs12_file="none.p12"),
    ),
    Fault(
        "pkcs12-password-wrong",
        "signing-key",
        ERROR,
        "password does not fit",
        lambda office: pkcs12(office, value="wrong"),
    ),
    Fault(
        "pkcs12-password-not-set",
        "signing-key",
        ERROR,
        "NOT_SET_ANYWHERE",
        lambda office: pkcs12(office, variable="NOT_SET_ANYWHERE", value=None),
    ),
    Fault(
        "two-signing-keys",
        "signing-key",
        ERROR,
        "either pkcs12_file",
        setting("signing", pkcs12_file="keys/sender/signer.p12"),
    ),
    Fault(
        "signing-key-open",
        "signing-key",
        ERROR,
        "chmod 600",
        lambda office: (office.keys / "sender" / "key.pem").chmod(0o644),
    ),
    Fault("certificate-of-another-key", "signing-key", ERROR, "fits the", another_certificate),
    Fault(
        "certificate-not-for-signatures",
        "signing-key",
        ERROR,
        "digitalSignature or nonRepudiation",
        lambda office: odd_certificate(office, "encipherment"),
    ),
    Fault(
        "certificate-rsa-pss",
        "signing-key",
        ERROR,
        "RSA-PSS",
        lambda office: odd_certificate(office, "pss"),
    ),
    Fault(
        "signing-key-short",
        "signing-key",
        ERROR,
        "2048 bits",
        lambda office: odd_certificate(office, "short"),
    ),
    Fault(
        "production-without-key",
        "signing-key",
        ERROR,
        "production needs signatures",
        unsigned_production,
    ),
    Fault(
        "certificate-expired",
        "certificate",
        ERROR,
        "expired on",
        lambda office: office.certificate(days=-2),
    ),
    Fault(
        "certificate-not-yet-valid",
        "certificate",
        ERROR,
        "valid only from",
        lambda office: office.at(now() - timedelta(days=30)),
    ),
    Fault(
        "certificate-ends-soon",
        "certificate",
        WARNING,
        "Order the next one",
        lambda office: office.certificate(days=10),
    ),
    Fault("issuer-missing", "certificate-chain", WARNING, "not in the file", alone),
    Fault("self-signed-in-production", "certificate-chain", ERROR, "qualified", self_signed),
    Fault("answer-roots-missing", "answer-roots", ERROR, "answer_roots", no_roots),
    Fault("answer-roots-expired", "answer-roots", ERROR, "valid today", old_roots),
    Fault(
        "answers-deleted",
        "answer-roots",
        WARNING,
        "only one",
        setting("answers", delete_on_server=True),
    ),
    Fault(
        "outbox-is-a-file",
        "outbox",
        ERROR,
        "no folder",
        lambda office: (office.folder / "outbox").write_text("x"),
    ),
    Fault("outbox-open", "outbox", ERROR, "mode 0755", open_outbox),
    Fault(
        "outbox-not-writable",
        "outbox",
        ERROR,
        "cannot be written",
        setting("workspace", outbox="/proc/outbox"),
    ),
    Fault(
        "group-unknown", "outbox", ERROR, "no group", setting("workspace", group="no-such-group")
    ),
    Fault("disk-full", "disk", ERROR, "no room", room(5_000_000)),
    Fault("disk-tight", "disk", WARNING, "make room", room(900_000_000)),
    Fault("ledger-damaged", "ledger", ERROR, "not a ledger", damaged_ledger),
    Fault("ledger-deleted", "ledger", ERROR, "rebuild --from-outbox", deleted_ledger),
    Fault("ledger-of-a-newer-version", "ledger", ERROR, "newer version", newer_ledger),
    Fault("ledger-contradicts-itself", "ledger", ERROR, "does not follow", contradicted_ledger),
    Fault(
        "ledger-driver-missing",
        "ledger",
        ERROR,
        "kind of database",
        setting("workspace", ledger="oracel://fla@db/fla"),
    ),
    Fault(
        "ledger-server-unreachable",
        "ledger",
        ERROR,
        "refused",
        setting("workspace", ledger=f"postgresql+psycopg://fla@127.0.0.1:{DEAD_PORT}/fla"),
    ),
    Fault("staged-batch-changed", "batches", ERROR, "changed after it was built", changed_batch),
    Fault("staged-batch-gone", "batches", ERROR, "is missing", gone_batch),
    Fault("quarantine-not-empty", "quarantine", WARNING, "replay", quarantined),
    Fault("answer-overdue", "overdue", WARNING, "help desk", overdue),
    Fault(
        "clock-in-the-past",
        "clock",
        ERROR,
        "NTP",
        lambda office: office.at(datetime(2020, 1, 1, tzinfo=UTC)),
    ),
    Fault(
        "clock-not-the-disks",
        "clock",
        ERROR,
        "10 minutes",
        lambda office: office.at(now() + timedelta(minutes=10)),
    ),
    Fault("clock-behind-the-ledger", "clock", ERROR, "has seen", built_tomorrow),
    Fault("time-zones-wrong", "time-zone", ERROR, "PYTHONTZPATH", wrong_zones),
    Fault("gateway-without-user", "gateway", ERROR, "lacks user", setting("gateway", user=None)),
    Fault(
        "host-key-pinned-twice",
        "gateway",
        ERROR,
        "host_key or known_hosts",
        setting("gateway", known_hosts="known"),
    ),
    Fault(
        "host-key-not-pinned",
        "gateway",
        ERROR,
        "never trusted",
        setting("gateway", host_key=None),
    ),
    Fault("login-key-missing", "login-key", ERROR, "none", setting("gateway", key_file="none")),
    Fault(
        "login-key-open",
        "login-key",
        ERROR,
        "chmod 600",
        lambda office: (office.keys / "user.pem").chmod(0o640),
    ),
    Fault(
        "login-key-of-putty",
        "login-key",
        ERROR,
        "puttygen",
        lambda office: office.set(
            "gateway", key_file=office.private("k.ppk", b"PuTTY-User-Key-File-3: ssh-rsa\n")
        ),
    ),
    Fault("login-key-locked", "login-key", ERROR, "password is missing", locked_key),
    Fault("login-key-weak", "login-key", WARNING, "3072 bits", weak_key),
    Fault(
        "known-hosts-missing",
        "host-key",
        ERROR,
        "cannot read",
        setting("gateway", host_key=None, known_hosts="none"),
    ),
    Fault("known-hosts-of-others", "host-key", ERROR, "no line for", known_hosts("h ssh-rsa AAAA")),
    Fault("host-key-revoked", "host-key", ERROR, "revoked", known_hosts("@revoked {ours}")),
    Fault(
        "ssh-rsa-allowed",
        "legacy-ssh-rsa",
        WARNING,
        "SHA-1",
        setting("gateway", legacy_ssh_rsa=True),
    ),
    Fault(
        "server-unreachable",
        "server",
        ERROR,
        "cannot connect",
        setting("gateway", port=DEAD_PORT),
        online=True,
    ),
    Fault(
        "other-host-key",
        "host-key",
        ERROR,
        "confirmed the new fingerprint",
        setting("gateway", host_key="SHA256:" + "A" * 43),
        online=True,
    ),
    Fault("login-refused", "login", ERROR, "registered on the portal", stranger, online=True),
    Fault(
        "server-takes-only-ssh-rsa",
        "login",
        ERROR,
        "legacy_ssh_rsa = true",
        server(ssh_rsa_only=True),
        online=True,
    ),
    Fault("folder-missing", "server-folders", ERROR, "INTEST-S", no_folder, online=True),
    Fault(
        "rest-without-client",
        "rest-key",
        ERROR,
        "[rest] needs client_id",
        over_rest(client_id=None),
    ),
    Fault("rest-key-missing", "rest-key", ERROR, "none.pem", over_rest(key_file="none.pem")),
    Fault(
        "rest-production-unsaid",
        "rest-key",
        ERROR,
        "that of production",
        over_rest(base_url="https://services.socialsecurity.be/REST/federalLearningAccount/v1"),
    ),
    Fault("rest-token-refused", "rest", ERROR, "Chaman", refused_token, online=True),
    Fault(
        "rest-unreachable",
        "rest",
        ERROR,
        "token",
        over_rest(token_url=f"http://127.0.0.1:{DEAD_PORT}/token"),
        online=True,
    ),
)
