"""Each dialect of the portal, through the real poll: all answers find their forms (issue 11)."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

from fla_batch.answers import acknowledgement, notification
from fla_batch.commands.build import build
from fla_batch.commands.poll import poll
from fla_batch.commands.send import send, to_send
from fla_batch.ledger.lifecycle import BatchState, FormState
from fla_batch.sandbox.dialects import DIALECTS, combined_dialect
from fla_batch.vocabulary.errors import UsageMistake
from tests.ledger.unmatched import unmatched_of
from tests.reliability.inputs import ABSENT_EMPLOYER, rights_body, trainings_body, write
from tests.reliability.scene import S, Scene

BODIES = (
    (trainings_body(1), trainings_body(2, 1, ABSENT_EMPLOYER), rights_body(4)),
    (rights_body(1), rights_body(3), rights_body(5)),
)


@pytest.fixture(scope="module")
def sent_scene(new_scene: Scene, quick_disk: Path) -> Scene:
    """Two batches of three forms each lie in the portal's folder."""
    scene = new_scene.copy(quick_disk / "dialects")
    with scene.workspace() as workspace:
        for number, bodies in enumerate(BODIES):
            build(workspace, [write(scene.folder / f"{number}.json", *bodies)])
        send(workspace, to_send(workspace, []))
    return scene


@pytest.fixture
def sent(sent_scene: Scene, place: Path) -> Scene:
    return sent_scene.copy(place / "sent")


def outcome(scene: Scene) -> list[FormState]:
    """What a poll and a second one make of it."""
    with scene.workspace() as workspace:
        result = poll(workspace)
        assert (result.quarantined, result.unfetched, result.unmatched) == ([], [], [])
        assert poll(workspace).processed == []
        rows = workspace.ledger.batches()
        assert [row.state for row in rows] == [BatchState.CLOSED] * 2
        assert workspace.ledger.verify() == []
        return [form.state for row in rows for form in workspace.ledger.forms(row.name)]


NAMINGS = {"go-batch", "go-own", "go-total", "parts"}
"""Of these only one can hold at a time, but that an answer in two parts has the usual GO."""
TOGETHER = [(name,) for name in DIALECTS] + [
    pair for pair in combinations(DIALECTS, 2) if not NAMINGS.issuperset(pair)
]


@pytest.mark.parametrize("names", TOGETHER, ids=" ".join)
def test_every_dialect_and_every_two_end_alike(sent: Scene, names: tuple[str, ...]) -> None:
    sent.let_portal_work(combined_dialect(names))
    assert sorted(outcome(sent)) == [FormState.ACCEPTED] * 5 + [FormState.REFUSED]


@pytest.mark.parametrize("pair", [("go-batch", "go-total"), ("parts", "go-total")])
def test_dialects_that_contradict_each_other_are_refused(pair: tuple[str, ...]) -> None:
    with pytest.raises(UsageMistake, match="cannot be combined"):
        combined_dialect(pair)


def spoken(scene: Scene, *names: str) -> set[str]:
    """The names in OUT after the portal worked in those dialects."""
    scene.let_portal_work(combined_dialect(names))
    return {path.name for path in (scene.account / S.folder_out).iterdir()}


def test_a_notification_in_the_dialect_of_tickets_names_nothing_else(sent: Scene) -> None:
    spoken(sent, "ticket")
    out = sent.account / S.folder_out
    tickets = {form.ticket for path in out.glob("FO.ACRF.*") for form in acknowledgement.read(path)}
    for path in out.glob("FO.NOTI.*"):
        for form in notification.read_forms(path):
            assert (form.file_reference, form.our_reference_nbrs) == (None, ())
            assert set(form.file_tickets) <= tickets
            assert form.file_tickets


def test_file_names_are_those_of_fi(sent: Scene) -> None:
    spoken(sent, "file-name-fi")
    for path in (sent.account / S.folder_out).glob("FO.ACRF.*"):
        for form in acknowledgement.read(path):
            assert re.fullmatch(r"FI\.FLAD\..*\.1\.1", form.file_name or "")


@pytest.mark.parametrize(
    ("dialect", "go"),
    [("go-own", r"\.2\.[12]"), ("go-total", r"\.2"), ("go-batch", ""), ("parts", r"\.3\.[123]")],
)
def test_answers_in_parts_and_the_name_of_their_go(sent: Scene, dialect: str, go: str) -> None:
    names = spoken(sent, dialect)
    gos = [name for name in names if name.startswith("GO.NOTI.")]
    assert gos
    assert all(re.fullmatch(rf"GO\.NOTI\.999999\.\d{{8}}\.\w{{5}}\.S{go}", name) for name in gos)
    assert any(re.fullmatch(r"FO\.NOTI\..*\.S\.[23]\.2", name) for name in names)


def test_strangers_lie_beside_the_answers_and_are_told_once(sent: Scene) -> None:
    names = spoken(sent, "strangers")
    strangers = {name for name in names if not re.match(r"(FO|FS|GO)\.(ACRF|NOTI)\.", name)}
    assert {
        "README",
        ".snapshot",
        "archive",
        "latest",
        "FO.IDFL.999999.20250301.00001.S",
    } <= strangers
    with sent.workspace() as workspace:
        assert {one.name for one in poll(workspace).strangers} == strangers
        assert poll(workspace).strangers == []


def test_r18_a_notification_that_only_names_a_ticket_waits_for_the_acknowledgement(
    sent: Scene,
) -> None:
    """Nothing but ticket and worker is said, and the worker stands in two batches."""
    spoken(sent, "ticket")
    out = sent.account / S.folder_out
    unsign(sent)
    for path in out.glob("FO.NOTI.*"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"<HandledOriginalForm>.*?</HandledOriginalForm>", "", text))
    held = sorted(out.glob("*.ACRF.*"))
    for path in held:
        path.rename(sent.folder / path.name)
    with sent.workspace() as workspace:
        early = poll(workspace)
        assert "several forms that were sent fit the answer" in early.unmatched
        for path in held:
            (sent.folder / path.name).rename(path)
        poll(workspace)
        assert unmatched_of(workspace.ledger) == []
        assert {row.state for row in workspace.ledger.batches()} == {BatchState.CLOSED}
        assert workspace.ledger.verify() == []


def unsign(scene: Scene) -> None:
    config = scene.folder / "fla-batch.toml"
    lines = config.read_text(encoding="utf-8").splitlines()
    drop = ("require_signature", "answer_roots")
    config.write_text("\n".join(line for line in lines if not line.startswith(drop)))


CASES = Path(__file__).parents[1] / "answers" / "cases"


def put(scene: Scene, name: str, content: bytes) -> None:
    (scene.account / S.folder_out / f"FO.{name}").write_bytes(content)
    (scene.account / S.folder_out / f"GO.{name}").touch()


def test_the_answer_that_was_really_seen_is_matched_by_its_ticket(sent: Scene) -> None:
    """NOTI_no_FileReference_ticket_as_Reference_type0_origin2, with our ticket and instants."""
    unsign(sent)
    sent.let_portal_work()
    for path in (sent.account / S.folder_out).glob("*.NOTI.*"):
        path.unlink()
    with sent.workspace() as workspace:
        poll(workspace)
        batch = workspace.ledger.batches()[0]
        form = next(each for each in workspace.ledger.forms(batch.name) if each.inss)
        seen = (CASES / "NOTI_no_FileReference_ticket_as_Reference_type0_origin2.xml").read_text()
        ours = {
            "0380579A83Q1Z": batch.ticket or "",
            "2026-07-30": form.created_date.isoformat(),
            "10:15:00.123": form.created_hour.isoformat("milliseconds"),
            "<Identification>FLA002": f"<Identification>{form.identification}",
        }
        for theirs, our in ours.items():
            assert theirs in seen
            seen = seen.replace(theirs, our)
        put(sent, "NOTI.999999.20260731.00009.S", seen.encode())
        result = poll(workspace)
        assert (len(result.processed), result.unmatched) == (1, [])
        found = workspace.ledger.form(form.reference_nbr)
        assert found is not None
        assert found.state is FormState.WARNED
        (row,) = workspace.ledger.anomalies(batch.name)
        assert (row.reference_nbr, row.anomaly.error_id) == (form.reference_nbr, "00024-152")


def test_an_acknowledgement_with_two_errors_keeps_both(sent: Scene) -> None:
    unsign(sent)
    with sent.workspace() as workspace:
        batch = workspace.ledger.batches()[0].name
        text = (CASES / "ACRF_PA_two_errors.xml").read_text()
        theirs = "GO.FLAD.123456.20260116.00001.S.1"
        assert theirs in text
        put(sent, "ACRF.999999.20260116.00009.S", text.replace(theirs, str(batch.go(1))).encode())
        assert poll(workspace).refused_files == 1
        found = [row.anomaly.error_id for row in workspace.ledger.anomalies(batch)]
        assert found == ["ACRF-088", "ACRF-172"]


def test_an_answer_of_another_application_is_left_alone(sent: Scene) -> None:
    name = "FO.IDFL.999999.20261128.00001.S"
    put(sent, name[3:], (CASES / name).read_bytes())
    with sent.workspace() as workspace:
        first, second = poll(workspace), poll(workspace)
        assert [one.name for one in first.strangers] == [name, f"GO{name[2:]}"]
        assert (first.quarantined, second.strangers, second.quarantined) == ([], [], [])
