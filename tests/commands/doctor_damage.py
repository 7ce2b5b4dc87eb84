"""What can be wrong in an office, each a function that makes it so in one that is sound."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from fla_batch.cli.options import now
from fla_batch.outbox.quarantine import Quarantine
from fla_batch.sandbox.faults import Faults
from fla_batch.sandbox.rest_faults import RestFault, Spoiled
from fla_batch.signing.throwaway import throwaway_certificate
from fla_batch.system.files import write_whole
from fla_batch.system.profile_record import schemas_folder
from fla_batch.vocabulary.terms import Environment
from tests.commands.doctor_office import Office
from tests.contract.user_keys import write_key
from tests.real_parts import real_part


def text(office: Office, content: str) -> None:
    office.text = content


def no_settings(office: Office) -> None:
    office.monkeypatch.chdir(office.folder)
    office.command = ["doctor"]


def variable(office: Office, name: str, value: str) -> None:
    office.monkeypatch.setenv(name, value)


def file(office: Office, path: str, content: str) -> None:
    (office.folder / path).write_text(content)


def rights(office: Office, path: str, mode: int) -> None:
    (office.folder / path).chmod(mode)


def at(office: Office, moment: datetime) -> None:
    office.at(moment)


def later(office: Office, **much: float) -> None:
    office.at(now() + timedelta(**much))


def old_lxml(office: Office) -> None:
    office.monkeypatch.setattr(etree, "LXML_VERSION", (5, 4, 0, 0))


def wrong_zones(office: Office) -> None:
    place = office.folder / "zones" / "Europe"
    place.mkdir(parents=True)
    utc = Path("/usr/share/zoneinfo/Etc/UTC")
    (place / "Brussels").write_bytes(utc.read_bytes())
    office.monkeypatch.setenv("PYTHONTZPATH", str(place.parent))
    office.in_child = True


def own_profile(office: Office, *, checked: bool = True, changed: bool = False) -> None:
    folder = office.folder / "own"
    shutil.copytree(schemas_folder() / "fla-20250131", folder)
    if not checked:
        (folder / "checked.json").unlink()
    if changed:
        with (folder / "binding.toml").open("a") as binding:
            binding.write("\n# changed\n")
    office.set("profile", name="own")


def certificate(office: Office, **how: Any) -> None:
    office.certificate(**how)


def pkcs12(office: Office, password: str | None = None) -> None:
    place = office.certificate(password="right", days=300)
    files = {"key_file": None, "certificate_file": None, "pkcs12_file": str(place / "signer.p12")}
    office.set("signing", **files, password_env="P12_SECRET")
    if password is not None:
        office.monkeypatch.setenv("P12_SECRET", password)


def odd_certificate(office: Office, options: Sequence[str]) -> None:
    key, made = office.folder / "odd.pem", office.folder / "odd-certificate.pem"
    command = [str(real_part("openssl")), "req", "-x509", "-nodes", "-days", "300"]
    files = ["-subj", "/CN=odd", "-keyout", str(key), "-out", str(made), "-newkey"]
    subprocess.run([*command, *files, *options], check=True, capture_output=True)
    key.chmod(0o600)
    office.set("signing", key_file="odd.pem", certificate_file="odd-certificate.pem")


def old_roots(office: Office) -> None:
    place = office.folder / "old"
    throwaway_certificate(place, now=now(), days=-3)
    office.set("signing", answer_roots=str(place / "root.pem"))


def open_outbox(office: Office, mode: int) -> None:
    office.built()
    (office.folder / "outbox").chmod(mode)


def room(office: Office, free: int) -> None:
    office.world["free_bytes"] = lambda _: free


def damaged_ledger(office: Office) -> None:
    (office.folder / "outbox").mkdir(mode=0o700)
    office.private("outbox/ledger.db", b"no database, but some text that is long enough" * 40)


def deleted_ledger(office: Office) -> None:
    office.built()
    for path in (office.folder / "outbox").glob("ledger.db*"):
        path.unlink()


def changed_ledger(office: Office, statement: str) -> None:
    office.built()
    with sqlite3.connect(office.folder / "outbox" / "ledger.db") as database:
        database.execute(statement)
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


def login_key(office: Office, text: str) -> None:
    office.set("gateway", key_file=office.private("login-key", text.encode()))


def weak_login_key(office: Office) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    content = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )
    login_key(office, content.decode())


def strange_login_key(office: Office, password: str | None = None) -> None:
    write_key(office.folder / "strange", "ed25519", password=password)
    office.set("gateway", key_file="strange")


def known_hosts(office: Office, line: str) -> None:
    told = line.format(ours=office.ground.server.known_hosts_line.strip())
    file(office, "known", told + "\n")
    office.set("gateway", host_key=None, known_hosts="known")


def server(office: Office, **faults: Any) -> None:
    office.ground.server.faults = Faults(**faults)


def no_folder(office: Office) -> None:
    place = office.ground.server.root / "INTEST-S"
    place.rename(place.with_name("hidden"))


def over_rest(office: Office) -> None:
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


def refused_token(office: Office) -> None:
    over_rest(office)
    assert office.ground.rest is not None
    office.ground.rest.faults.plan(Spoiled(RestFault.TOKEN_REFUSED, times=100))
