"""From a file of trainings to anomalies, through the real command line and over real sFTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from fla_batch.message import load
from tests.builders import company_id, inss
from tests.command_line import CommandLine, write_csv
from tests.e2e.opinions import require_signed, require_valid
from tests.e2e.servers import Server
from tests.official import official

NOT_IN_DIRECTORY = "0999999922"
WARNED = inss(2)
REFUSED = inss(3)
PARTS = [pytest.param(1, id="1 part"), pytest.param(9, id="9 parts")]


@pytest.fixture
def nine_workers(tmp_path: Path) -> Path:
    """Nine forms; the platform warns of one name and does not know one employer."""
    rows = [{"inss": inss(number)} for number in range(1, 10)]
    rows[1] |= {"trainingDenomination": "Excel ★ tableaux croisés"}
    rows[2] |= {"companyId": NOT_IN_DIRECTORY}
    return write_csv(tmp_path / "nine.csv", rows)


@pytest.mark.parametrize("parts", PARTS)
def test_the_whole_chain(
    fla: CommandLine,
    server: Server,
    nine_workers: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    parts: int,
) -> None:
    monkeypatch.setenv("FLA_BATCH_LIMITS__PART_FORMS", str(9 // parts))
    built = fla("build", nine_workers, "--json")
    assert built.code == 0
    (batch,) = built.document["batches"]
    assert (batch["forms"], batch["parts"]) == (9, parts)
    kinds = ["FI"] * parts + ["FS"] * parts + ["GO"]
    assert sorted(name[:2] for name in batch["files"]) == sorted(kinds)

    sent = fla("send", "--json")
    assert sent.code == 0
    expected = {"name": batch["name"], "state": "sent", "elsewhere": False, "trouble": None}
    expected |= {"waits_for": None}
    assert sent.document == {"batches": [expected]}
    server.answered()
    _look_at_what_arrived(server, tmp_path, parts)

    polled = fla("poll", "--watch", "0.2", "--timeout", "60", "--json")
    assert polled.code == 1  # a form was refused
    assert [name[:7] for name in polled.document["processed"]] == ["FO.ACRF", "FO.NOTI"]
    assert polled.document["refused_forms"] == 1
    assert polled.document["quarantined"] == polled.document["unmatched"] == []
    assert polled.document["open_batches"] == 0

    (row,) = fla("status", "--json").document["batches"]
    assert row["state"] == "closed"
    assert row["ticket"]
    counts = [row[key] for key in ("forms", "accepted", "warned", "refused", "open")]
    assert counts == [9, 7, 1, 1, 0]

    told = fla("anomalies", "--json")
    assert told.code == 1
    assert (told.document["blocking"], told.document["warnings"]) == (1, 1)
    by_worker = {each["inss"]: each for each in told.document["anomalies"]}
    assert by_worker[REFUSED]["error_id"] == "00014-017"
    assert by_worker[REFUSED]["company_id"] == NOT_IN_DIRECTORY
    assert by_worker[WARNED]["class"] == "W"
    assert {each["origin"] for each in by_worker.values()} == {"remote"}


def _look_at_what_arrived(server: Server, scratch: Path, parts: int) -> None:
    (place,) = server.received.iterdir()
    declaration = load("fla-20250131").declaration
    root = server.settings_file.parent / "keys" / "sender" / "root.pem"
    messages = sorted(place.glob("FI.*"))
    assert len(messages) == parts
    for fi in messages:
        fs = fi.with_name("FS" + fi.name[2:])
        require_signed(fi, fs, root, scratch)
        require_valid(fi, declaration.schema)
    if server.operations is not None:
        opened = [name[:2] for kind, name in server.operations() if kind == "open"]
        assert opened[: 2 * parts + 1] == ["FI"] * parts + ["FS"] * parts + ["GO"]


@pytest.mark.official
def test_what_comes_back_is_valid_by_the_portals_own_schemas(
    fla: CommandLine, server: Server, nine_workers: Path, tmp_path: Path
) -> None:
    schemas = {
        "FO.ACRF": official("xsd/ACRF_20231.xsd"),
        "FO.NOTI": official("xsd/NOTIFICATION_20223.xsd"),
    }
    assert fla("build", nine_workers).code == 0
    assert fla("send").code == 0
    server.answered()
    assert fla("poll").code == 1
    received = sorted(server.settings_file.parent.glob("outbox/S/*/received/FO.*"))
    assert [path.name[:7] for path in received] == list(schemas)
    for path in received:
        require_valid(path, schemas[path.name[:7]])
        root = server.settings_file.parent / "keys" / "portal" / "root.pem"
        require_signed(path, path.with_name("FS" + path.name[2:]), root, tmp_path)


def test_the_chain_in_words(fla: CommandLine, server: Server, nine_workers: Path) -> None:
    built = fla("build", nine_workers, "--lang", "nl")
    assert "9 formulieren, 1 deel" in built.out
    assert "Daarna: fla-batch send" in built.out
    sent = fla("send")
    assert "1 batch sent. Next: fla-batch poll" in sent.out
    server.answered()
    polled = fla("poll")
    assert "All batches are closed. Next: fla-batch anomalies" in polled.out
    told = fla("anomalies", "--lang", "fr")
    assert told.out.splitlines()[0] == f"travailleur {WARNED}, employeur {company_id()}"
    assert "Numéro d'entreprise" in told.out
    assert told.out.splitlines()[-1] == "1 anomalie bloquante, 1 avertissement."
    assert "closed" in fla("status").out


def test_nothing_is_sent_or_processed_twice(
    fla: CommandLine, server: Server, nine_workers: Path
) -> None:
    name = fla("build", nine_workers, "--json").document["batches"][0]["name"]
    assert fla("send").code == 0
    server.answered()
    assert fla("poll").code == 1
    assert "Nothing is staged" in fla("send").out
    again = fla("send", name)
    assert again.code == 2
    assert "is closed: it is not to be sent (again)" in again.err
    assert fla("poll", "--json").document["processed"] == []
    assert len(list(server.received.iterdir())) == 1
    (row,) = fla("status", "--json").document["batches"]
    assert row["accepted"] + row["warned"] + row["refused"] == 9


def test_production_stops_after_the_closure(fla: CommandLine, nine_workers: Path) -> None:
    """The settings name production: nothing leaves without an explicit flag."""
    settings = fla.config
    assert settings is not None
    settings.write_text(settings.read_text().replace('environment = "S"', 'environment = "R"'))
    assert fla("build", nine_workers).code == 0
    stopped = fla("send")
    assert stopped.code == 2
    assert "closed on 2026-01-01" in stopped.err
    assert "--after-closure" in stopped.err
    assert fla("status", "--json").document["batches"][0]["state"] == "staged"
    assert fla("send", "--after-closure").code == 0


def test_cancel_before_the_portal_looks(
    fla: CommandLine, server: Server, nine_workers: Path
) -> None:
    name = fla("build", nine_workers, "--json").document["batches"][0]["name"]
    cancelled = fla("cancel", name, "--json")
    assert cancelled.document == {"name": name, "state": "cancelled", "waits_for": None}
    assert fla("cancel", name).out == f"{name}: cancelled\n"
    assert "Nothing is staged" in fla("send").out
    assert not server.received.exists() or not list(server.received.iterdir())


def test_a_cancel_that_comes_too_late_sends_nothing_again(
    fla: CommandLine, server: Server, nine_workers: Path
) -> None:
    name = fla("build", nine_workers, "--json").document["batches"][0]["name"]
    assert fla("send").code == 0
    server.answered()
    cancelled = fla("cancel", name)
    assert cancelled.code == 0
    assert "TD may have come too late" in cancelled.out
    again = fla("build", nine_workers)
    assert again.code == 1
    assert f"{name} is being cancelled, and may still be processed" in again.out
    assert fla("status", "--json").document["batches"][0]["state"] == "cancelling"
    fla("poll", "--watch", "0.2", "--timeout", "60")
    assert fla("status", "--json").document["batches"][0]["state"] == "closed"
    taken = list(server.received.glob("*/FI.*"))
    assert len(taken) == 1


def test_a_newer_batch_waits_for_the_older_one(
    fla: CommandLine, server: Server, tmp_path: Path
) -> None:
    names = []
    for text in ("Old", "New"):
        path = write_csv(tmp_path / "in.csv", [{"trainingDenomination": text}])
        names.append(fla("build", path, "--json").document["batches"][0]["name"])
    waits = fla("send", names[1])
    assert waits.code == 4
    assert f"not sent: {names[0]}, which holds a declaration of the same workers" in waits.out
    assert "Nothing was sent" in waits.out
    assert names[0] in fla("status", "--json").document["batches"][1]["waits_for"]
    assert fla("send").code == 0
    server.answered()
    places = sorted(server.received.iterdir())
    texts = [next(place.glob("FI.*")).read_text(encoding="utf-8") for place in places]
    assert ["Old" in texts[0], "New" in texts[1]] == [True, True]


def test_the_second_opinions_can_say_no(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.xml"
    wrong.write_text("<Nothing/>")
    with pytest.raises(AssertionError, match="Nothing"):
        require_valid(wrong, load("fla-20250131").declaration.schema)
    signature = tmp_path / "FS.wrong"
    signature.write_bytes(b"AAAA")
    with pytest.raises(AssertionError, match="CMS"):
        require_signed(wrong, signature, wrong, tmp_path)
