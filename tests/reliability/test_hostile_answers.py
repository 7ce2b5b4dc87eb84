"""S4 to S8 and S13 through the real poll: what the portal's folder may hold, or anybody put there.

Nothing of it is followed, unpacked beyond its limits, parsed before it is trusted, or shown raw.
"""

from __future__ import annotations

import csv
import io
import socket
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from fla_batch.channel.protocol import RemoteFile, Uploaded
from fla_batch.cli.edge import _lines
from fla_batch.commands.build import build
from fla_batch.commands.poll import poll
from fla_batch.commands.send import send, to_send
from fla_batch.ledger.lifecycle import BatchState, Event
from fla_batch.report.export import write_anomalies
from fla_batch.vocabulary.terms import Language
from tests.reliability.folder_gateway import FolderGateway
from tests.reliability.inputs import rights_body, write
from tests.reliability.scene import S, Scene

NAME = "NOTI.999999.20250301.00077.S"
LINES = b"\n" * 10


@pytest.fixture
def sent(scene: Scene) -> Scene:
    """One batch of one form waits for its answers; signatures are not asked for."""
    config = scene.folder / "fla-batch.toml"
    lines = config.read_text(encoding="utf-8").splitlines()
    config.write_text("\n".join(each for each in lines if not each.startswith(SIGNED)))
    with scene.workspace() as workspace:
        build(workspace, [write(scene.folder / "in.json", rights_body(1))])
        send(workspace, to_send(workspace, []))
    return scene


SIGNED = ("require_signature", "answer_roots")


def put(scene: Scene, content: bytes, kind: str = "FO") -> None:
    out = scene.account / S.folder_out
    (out / f"{kind}.{NAME}").write_bytes(content)
    (out / f"GO.{NAME}").touch()


def notification(scene: Scene, *, label: str = "wrong", value: str = "x", head: str = "") -> bytes:
    """A refusal of the one form that was sent."""
    with scene.workspace() as workspace:
        (form,) = workspace.ledger.forms(workspace.ledger.batches()[0].name)
    return f"""<?xml version="1.0" encoding="UTF-8"?>{head}
<NOTIFICATION><Form><Identification>NOTI001</Identification>
<Reference><ReferenceType>1</ReferenceType><ReferenceOrigin>1</ReferenceOrigin>
<ReferenceNbr>{form.reference_nbr}</ReferenceNbr></Reference><HandlingResult>
<ResultCode>0</ResultCode><AnomalyReport><ErrorID>99999-999</ErrorID><Value>{value}</Value>
<AnomalyClass>B</AnomalyClass><AnomalyLabel>{label}</AnomalyLabel></AnomalyReport>
</HandlingResult></Form></NOTIFICATION>""".encode()


def quarantined(scene: Scene) -> str:
    """The one reason of quarantine; nothing else came of the answer."""
    with scene.workspace() as workspace:
        result = poll(workspace)
        ((_, reason),) = result.quarantined
        assert result.processed == []
        assert workspace.ledger.batches()[0].state is BatchState.SENT
        assert workspace.ledger.anomalies() == []
        assert [held.reason for held in workspace.outbox.quarantine.files()] == [reason]
    return reason


HEADS = {
    "an external entity": '<!DOCTYPE N [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "a parameter entity": '<!DOCTYPE N [<!ENTITY % x SYSTEM "http://127.0.0.1:{port}/x"> %x;]>',
    "an external DTD": '<!DOCTYPE N SYSTEM "http://127.0.0.1:{port}/x.dtd">',
    "a billion laughs": '<!DOCTYPE N [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_s6_no_answer_reaches_out_or_declares_anything(sent: Scene, head: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        text = head.replace("{port}", str(server.getsockname()[1]))
        put(sent, notification(sent, head=text, label="&amp;"))
        assert "DOCTYPE" in quarantined(sent)
        with pytest.raises(TimeoutError):
            server.accept()


def test_s6_a_schema_location_is_not_followed(sent: Scene) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        place = f"http://127.0.0.1:{server.getsockname()[1]}/NOTIFICATION.xsd"
        xsi = "http://www.w3.org/2001/XMLSchema-instance"
        content = notification(sent).replace(
            b"<NOTIFICATION>",
            f'<NOTIFICATION xmlns:xsi="{xsi}" xsi:noNamespaceSchemaLocation="{place}">'.encode(),
        )
        put(sent, content)
        with sent.workspace() as workspace:
            assert len(poll(workspace).processed) == 1
        with pytest.raises(TimeoutError):
            server.accept()


def zipped(*entries: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return packed.getvalue()


ZIPS: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "two entries": (lambda xml: zipped(("a", xml), ("b", xml)), "not one file"),
    "no entry": (lambda _: zipped(), "not one file"),
    "a folder": (lambda _: zipped(("a/", b"")), "not one file"),
    "a bomb": (lambda _: zipped(("a", b"\0" * 50_000_000)), "unpacks to more than"),
    "an archive": (lambda xml: zipped(("a", zipped(("b", xml)))), "an archive in the ZIP"),
    "cut short": (lambda xml: zipped(("a", xml))[:-30], "the ZIP is broken"),
    "no ZIP": (lambda xml: xml, "the ZIP is broken"),
}


@pytest.mark.parametrize("name", ZIPS)
def test_s7_a_zip_answer_is_one_file_within_its_limits(sent: Scene, name: str) -> None:
    pack, reason = ZIPS[name]
    put(sent, pack(notification(sent)), "CO")
    assert reason in quarantined(sent)
    left = {path.name for path in (sent.outbox / "S" / "inbox").iterdir()}
    assert left <= {f"GO.{NAME}"}


def test_s7_the_name_in_a_zip_is_never_a_path(sent: Scene) -> None:
    put(sent, zipped(("../../../../escaped.xml", notification(sent))), "CO")
    with sent.workspace() as workspace:
        assert poll(workspace).processed == [f"CO.{NAME}"]
    assert list(sent.folder.rglob("escaped*")) == []


@pytest.mark.parametrize("fs", [None, b"", b"no signature", b"\x30\x80" * 50])
def test_s8_nothing_is_parsed_before_its_signature_is_verified(
    scene: Scene, fs: bytes | None
) -> None:
    """Its content would be refused as no XML: that it is not even looked at shows in the reason."""
    with scene.workspace() as workspace:
        build(workspace, [write(scene.folder / "in.json", rights_body(1))])
        send(workspace, to_send(workspace, []))
    put(scene, b"\0 no XML at all")
    if fs is not None:
        (scene.account / S.folder_out / f"FS.{NAME}").write_bytes(fs)
    assert "signature" in quarantined(scene)


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("text", FORMULAS)
def test_s13_no_text_of_the_portal_is_a_formula_in_an_export(
    sent: Scene, tmp_path: Path, text: str
) -> None:
    put(sent, notification(sent, label=text, value=text))
    with sent.workspace() as workspace:
        poll(workspace)
        for name in ("a.csv", "a.xlsx"):
            with workspace.ledger.found_anomalies() as found:
                write_anomalies(tmp_path / name, found.by_worker(), Language.EN)
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as stream:
        cells = [cell for row in csv.reader(stream, delimiter=";") for cell in row]
    with zipfile.ZipFile(tmp_path / "a.xlsx") as workbook:
        sheets = [name for name in workbook.namelist() if name.startswith("xl/worksheets/")]
        assert all(b"<f>" not in workbook.read(name) for name in sheets)
    assert any(text in cell for cell in cells)
    assert all(not cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_s13_no_control_character_of_the_portal_reaches_the_terminal(sent: Scene) -> None:
    # XML 1.0 can hold C1 controls, bidirectional marks and line separators.
    put(sent, notification(sent, label="ok\x9b2J\u202egnorw\u2028\x85", value="\u200f"))
    with sent.workspace() as workspace:
        poll(workspace)
        (row,) = workspace.ledger.anomalies()
    label = row.anomaly.label.en or ""
    shown = [label, row.anomaly.value or "", _lines(label)]
    assert all(text.isprintable() for text in shown), shown


@dataclass(frozen=True)
class Listing(FolderGateway):
    """Lists what no file system of ours could hold."""

    names: list[RemoteFile] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def list_folder(self, folder: str) -> list[RemoteFile]:
        self.listed.append(folder)
        return [*super().list_folder(folder), *self.names]

    def download(self, folder: str, name: str, path: Path, *, max_bytes: int):  # type: ignore[no-untyped-def]
        self.asked.append(name)
        return super().download(folder, name, path, max_bytes=max_bytes)


HOSTILE = ["../x", "/etc/x", "a\\b", "a\0b", "a\nb", "A" * 300, "\udcff", "FO.ACRF", "\x1b[2J"]


def test_s4_hostile_names_are_told_once_and_never_fetched(sent: Scene) -> None:
    names = [RemoteFile(name, 1) for name in HOSTILE]
    gateway = Listing(sent.account, names)
    with sent.workspace(gateway=gateway) as workspace:
        first, second = poll(workspace), poll(workspace)
        assert len(first.strangers) == len(HOSTILE)
        assert (second.strangers, gateway.asked) == ([], [])
        assert [one.reason for one in workspace.ledger.left_alone(S)] == [
            "the name is none of the channel"
        ] * len(HOSTILE)


def test_s4_what_is_no_plain_file_is_never_fetched(sent: Scene) -> None:
    """A link and a folder under names of ours, each with its GO."""
    out = sent.account / S.folder_out
    names = [f"NOTI.999999.20250301.000{number}.S" for number in (77, 78)]
    (out / f"FO.{names[0]}").symlink_to("/etc/passwd")
    (out / f"FO.{names[1]}").mkdir()
    for name in names:
        (out / f"GO.{name}").touch()
    gateway = Listing(sent.account)
    with sent.workspace(gateway=gateway) as workspace:
        told = [one.name for one in poll(workspace).strangers]
    assert told == [f"FO.{name}" for name in names]
    assert [name for name in gateway.asked if name.startswith("FO.")] == []


@dataclass(frozen=True)
class WithoutStat(FolderGateway):
    """A server that does not tell sizes."""

    def can_stat(self, folder: str) -> bool:
        return False

    def upload(self, *args, **options) -> Uploaded:  # type: ignore[no-untyped-def]
        done = super().upload(*args, **options)
        return Uploaded(done.size, done.resumed_at, size_compared=False)


def test_r3_sizes_not_compared_stand_in_the_ledger(scene: Scene) -> None:
    with scene.workspace(gateway=WithoutStat(scene.account)) as workspace:
        (batch,) = build(workspace, [write(scene.folder / "in.json", rights_body(1))]).batches
        send(workspace, to_send(workspace, []))
        (begun,) = (
            row for row in workspace.ledger.events(batch.name) if row.event is Event.GO_BEGUN
        )
        assert begun.details["sizes_not_compared"] == [
            str(batch.name.fi(1, 1)),
            str(batch.name.fs(1, 1)),
        ]
