"""What the portal writes: whole, in order, signed, under new names, valid by the schemas."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from fla_batch.answers import acknowledgement
from fla_batch.message import load
from fla_batch.models import Employer, TrainingsDeclaration
from fla_batch.sandbox.answer_drafts import AnswerDraft, deliver
from fla_batch.sandbox.answer_faults import AnswerFault
from fla_batch.sandbox.incoming_batches import IncomingBatches
from fla_batch.sandbox.platform import Platform
from fla_batch.sandbox.portal import Portal
from fla_batch.sandbox.sender import Sender
from fla_batch.sandbox.store import PortalJournal, Store
from fla_batch.signing.keys import load_pem
from fla_batch.signing.signer import Signer
from fla_batch.signing.throwaway import throwaway_certificate
from fla_batch.signing.verify_signature import verify_file
from fla_batch.vocabulary.filenames import FileName
from fla_batch.vocabulary.terms import Environment, FileKind, FormKind, RightSource
from tests.answers.messages import PORTAL_SCHEMAS, official
from tests.builders import answer_shape
from tests.sandbox.practice import (
    EMPLOYER,
    MANUAL,
    NOW,
    SENDER,
    NewPractice,
    Practice,
    manual,
    question,
)

BODIES = sorted(path.name for path in MANUAL.glob("Put*_input.json"))


def wrong(declaration: TrainingsDeclaration) -> TrainingsDeclaration:
    """The same with two trainings of one number: blocked by the platform, valid by the XSD."""
    twice = (declaration.trainings[0], declaration.trainings[0])
    return declaration.model_copy(update={"trainings": twice})


def a_bit_of_everything(practice: Practice) -> None:
    """Accepted, warned and refused declarations, an unknown employer, and a refused file."""
    good = [manual(name) for name in BODIES]
    trainings = manual("PutTraining_input.json")
    assert isinstance(trainings, TrainingsDeclaration)
    stranger = trainings.model_copy(
        update={"employer": trainings.employer.model_copy(update={"company_id": "0999999922"})}
    )
    practice.send(*good, good[-1], wrong(trainings), stranger, good[0], good[0])
    batch = practice.new_batch()
    practice.put(batch.go(1))
    practice.portal.process(practice.environment, str(batch.go(1)))


@cache
def compiled(schema: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(schema)))


def require_valid(schema: Path, paths: list[Path]) -> None:
    assert paths
    for path in paths:
        compiled(schema).assertValid(etree.parse(str(path)))


@pytest.mark.official
def test_answers_are_valid_by_the_portals_own_schemas(practice: Practice) -> None:
    a_bit_of_everything(practice)

    require_valid(official("xsd/ACRF_20231.xsd"), practice.received("ACRF"))
    require_valid(official("xsd/NOTIFICATION_20223.xsd"), practice.received("NOTI"))


def test_answers_are_valid_by_our_schemas(practice: Practice) -> None:
    a_bit_of_everything(practice)

    require_valid(PORTAL_SCHEMAS / "ACRF.xsd", practice.received("ACRF"))
    require_valid(PORTAL_SCHEMAS / "NOTIFICATION.xsd", practice.received("NOTI"))


def test_answers_to_questions_are_valid_by_the_profile(practice: Practice) -> None:
    practice.declare(*(manual(name) for name in BODIES))
    asked = [
        question(FormKind.ASK_CREDIT),
        question(FormKind.ASK_RIGHTS, calendar_year=2024, right_type="SECTOR"),
        question(FormKind.ASK_TRAININGS, calendar_year=2022, processing_state="all"),
        question(FormKind.ASK_TO_VALIDATE, processing_state="validated"),
        question(FormKind.ASK_CHANGED_RIGHTS, modified_from_date=NOW.date()),
    ]
    practice.send(*asked)

    (path,) = practice.received("FLAA")
    require_valid(answer_shape(practice.profile).schema, [path])
    practice.seen.clear()
    answers = practice.answers()
    assert [form.header.identification for form in answers] == [
        practice.profile.answer_identifications[each.kind] for each in asked
    ]
    assert all(form.header.reference and form.body.handled_original_form for form in answers)


def test_the_sample_of_everything_holds_each_verdict(practice: Practice) -> None:
    a_bit_of_everything(practice)

    verdicts = practice.verdicts()
    found = {report.error_id for form in verdicts for report in form.anomaly_reports}
    assert {"00014-017", "FLA04-272", "FLA27-006"} <= found
    assert {form.accepted for form in verdicts} == {True, False}
    assert all(len(error_id or "") <= 9 for error_id in found)
    assert all(form.application_data is not None for form in verdicts if form.accepted)
    assert all(form.application_data is None for form in verdicts if form.refused)


def test_one_noti_form_per_form_with_our_references(practice: Practice) -> None:
    bodies = [manual(name) for name in BODIES]
    go_name = practice.send(*bodies)
    sent = [form.header for form in practice.forms(bodies)]

    verdicts = practice.verdicts()

    assert [form.our_reference_nbrs for form in verdicts] == [
        (header.reference.reference_nbr,) for header in sent if header.reference
    ]
    handled = [form.handled_original_form for form in verdicts]
    assert [item.form_creation_hour for item in handled if item] == [
        header.form_creation_hour for header in sent
    ]
    assert {form.file_reference.file_name for form in verdicts if form.file_reference} == {go_name}
    tickets = [form.ticket or "" for form in verdicts]
    assert len(set(tickets)) == len(tickets)
    assert {len(ticket) for ticket in tickets} == {13}


def test_an_answer_is_whole_and_signed_before_its_go_appears(
    new_practice: NewPractice, tmp_path: Path
) -> None:
    files = throwaway_certificate(tmp_path / "certificate", now=NOW, key_type="ec")
    key = load_pem(files.key_file, files.certificate_file)
    signer = Signer(key)
    appeared: list[list[str]] = []

    def watched(draft: AnswerDraft, folder: Path) -> None:
        assert not (folder / draft.path.name).exists()
        deliver(draft, folder)
        content = (folder / draft.path.name).read_bytes()
        etree.fromstring(content)
        appeared.append(sorted(path.name for path in folder.iterdir()))

    practice = new_practice(signer=signer, fault=AnswerFault(new_deliver=lambda: watched))
    practice.send(manual("PutTraining_input.json"))

    assert len(appeared) == 2
    for path in (*practice.received("ACRF"), *practice.received("NOTI")):
        fs = path.with_name(str(FileName.parse(path.name).companion(FileKind.FS)))
        assert verify_file(fs.read_bytes(), path, roots=[key.certificate], at=NOW).valid
    assert sorted((practice.portal.state / "staging").iterdir()) == []


def test_the_go_is_delivered_last(tmp_path: Path) -> None:
    name = FileName.parse("FO.NOTI.999999.20250301.00001.S")
    draft = AnswerDraft(name, tmp_path / str(name))
    for path in (draft.path, draft.beside(FileKind.FS), draft.beside(FileKind.GO)):
        path.touch()
    folder = tmp_path / "OUT"
    (folder / draft.beside(FileKind.FS).name / "in the way").mkdir(parents=True)

    with pytest.raises(OSError, match=r"FS\.NOTI"):
        deliver(draft, folder)

    assert (folder / str(name)).is_file()
    assert not (folder / draft.beside(FileKind.GO).name).exists()


def test_the_same_batches_give_the_same_bytes(new_practice: NewPractice) -> None:
    contents = []
    for name in ("first", "second"):
        practice = new_practice(name)
        a_bit_of_everything(practice)
        contents.append({p.name: p.read_bytes() for p in practice.outbox.iterdir()})

    assert contents[0] == contents[1]
    assert len(contents[0]) == 6


def test_names_and_numbers_go_on_after_a_restart(new_practice: NewPractice, tmp_path: Path) -> None:
    store = tmp_path / "sandbox.sqlite"
    first = new_practice(platform=Platform(Store(store)))
    go_name = first.send(manual("PutTraining_input.json"))
    ticket = first.acknowledged().ticket
    first.close()

    platform = Platform(Store(store))
    again = Portal(first.root, first.profile, platform, sender=Sender(SENDER), clock=first.clock)
    first.put(go_name.replace("GO.", "FI.") + ".1", b"again")
    first.put(go_name)
    again.process(first.environment, go_name)

    answer = first.acknowledged()
    assert "ACRF-133" in answer.error_ids
    assert answer.ticket != ticket
    platform.store.close()


def test_what_was_received_is_kept_out_of_the_clients_reach(practice: Practice) -> None:
    go_name = practice.send(manual("PutTraining_input.json"))

    assert list(practice.inbox.iterdir()) == []
    kept = practice.portal.state / "received" / "00001.INTEST-S"
    assert (kept / go_name).is_file()


def test_a_td_beside_the_go_cancels_without_an_answer(practice: Practice) -> None:
    batch = practice.new_batch()
    practice.put(batch.fi(1, 1), practice.message(manual("PutTraining_input.json")))
    practice.put(batch.go(1))
    practice.put(batch.td(1))

    practice.portal.process(practice.environment, str(batch.go(1)))

    assert not practice.outbox.exists()
    assert list(practice.inbox.iterdir()) == []


def test_a_cancelled_name_is_used(practice: Practice) -> None:
    batch = practice.new_batch()
    content = practice.message(manual("PutTraining_input.json"))
    practice.put(batch.fi(1, 1), content)
    practice.put(batch.td(1))
    practice.portal.cancel(practice.environment, str(batch.td(1)))
    assert not practice.outbox.exists()

    practice.put(batch.fi(1, 1), content)
    practice.put(batch.go(1))
    practice.portal.process(practice.environment, str(batch.go(1)))

    assert practice.acknowledged().error_ids == ("ACRF-133",)


def test_a_td_after_the_processing_changes_nothing(practice: Practice) -> None:
    go_name = practice.send(manual("PutTraining_input.json"))
    td_name = go_name.replace("GO.", "TD.")
    practice.put(td_name)
    practice.portal.cancel(practice.environment, td_name)

    assert practice.acknowledged().accepted
    assert [form.accepted for form in practice.verdicts()] == [True]


def test_closing_a_go_over_the_channel_starts_the_processing(practice: Practice) -> None:
    batch = practice.new_batch()
    fi, go = str(batch.fi(1, 1)), str(batch.go(1))
    practice.put(fi, practice.message(manual("PutTraining_input.json")))
    folder = practice.environment.folder_in
    practice.portal.on_closed(folder, fi, practice.inbox / fi)
    practice.portal.on_closed(practice.environment.folder_out, go, practice.outbox / go)
    practice.portal.settle()
    assert not practice.outbox.exists()

    practice.put(go)
    practice.portal.on_closed(folder, go, practice.inbox / go)
    practice.portal.settle()

    assert practice.acknowledged().accepted


def test_a_td_within_the_delay_cancels(new_practice: NewPractice) -> None:
    practice = new_practice(delay_s=0.2)
    batch = practice.new_batch()
    folder = practice.environment.folder_in
    practice.put(batch.fi(1, 1), b"x")
    for name in (str(batch.go(1)), str(batch.td(1))):
        practice.put(name)
        practice.portal.on_closed(folder, name, practice.inbox / name)
    practice.portal.settle()

    assert not practice.outbox.exists()


def test_settle_tells_when_the_portal_is_not_done(new_practice: NewPractice) -> None:
    practice = new_practice(delay_s=60.0)
    go_name = str(practice.new_batch().go(1))
    practice.portal.on_closed(practice.environment.folder_in, go_name, practice.inbox / go_name)

    with pytest.raises(TimeoutError):
        practice.portal.settle(timeout_s=0.01)


def test_settle_raises_what_went_wrong_in_the_portal(new_practice: NewPractice) -> None:
    def fails(draft: AnswerDraft, folder: Path) -> None:
        raise OSError("no room")

    practice = new_practice(fault=AnswerFault(new_deliver=lambda: fails))
    go_name = str(practice.new_batch().go(1))
    practice.put(go_name)
    practice.portal.on_closed(practice.environment.folder_in, go_name, practice.inbox / go_name)

    with pytest.raises(OSError, match="no room"):
        practice.portal.settle()


def test_forms_of_several_parts_come_in_one_notification(practice: Practice) -> None:
    batch = practice.new_batch()
    practice.put(batch.fi(1, 2), practice.message(manual("PutTraining_input.json")))
    practice.put(batch.fi(2, 2), practice.message(manual("PutTrainingRight_input.json")))
    practice.put(batch.go(2))
    practice.portal.process(practice.environment, str(batch.go(2)))

    (path,) = practice.received("NOTI")
    practice.seen.discard(path.name)
    assert len(practice.verdicts()) == 2


def test_an_old_batch_is_judged_by_the_clock_of_the_portal(practice: Practice) -> None:
    practice.clock.now += timedelta(days=60)
    practice.send(manual("PutTraining_input.json"))

    assert practice.acknowledged().error_ids == ("ACRF-126",)


@given(content=st.binary(min_size=1, max_size=300))
@settings(max_examples=60, deadline=None)
def test_random_bytes_are_refused(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    practice = Practice(tmp_path_factory.mktemp("random"))
    batch = practice.new_batch()
    practice.put(batch.fi(1, 1), content)
    practice.put(batch.fs(1, 1), content)
    practice.put(batch.go(1))
    practice.portal.process(practice.environment, str(batch.go(1)))

    answer = practice.acknowledged()
    assert answer.refused
    assert {"ACRF-125", "ACRF-102"} <= set(answer.error_ids)
    practice.close()


@given(cut=st.integers(min_value=0), byte=st.integers(0, 255))
@settings(max_examples=60, deadline=None)
def test_a_damaged_message_never_stops_the_portal(
    cut: int, byte: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    practice = Practice(tmp_path_factory.mktemp("damaged"))
    content = bytearray(practice.message(manual("PutTraining_input.json")))
    content[cut % len(content)] = byte
    batch = practice.new_batch()
    practice.put(batch.fi(1, 1), bytes(content))
    practice.put(batch.go(1))
    practice.portal.process(practice.environment, str(batch.go(1)))

    accepted = practice.acknowledged().accepted
    assert len(practice.verdicts()) == accepted
    practice.close()


ODD = st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=40)


@given(rest=ODD)
@settings(max_examples=60, deadline=None)
def test_odd_names_are_refused_by_name(rest: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    practice = Practice(tmp_path_factory.mktemp("names"))
    go_name = f"GO.{rest}"
    try:
        practice.put(go_name)
    except (OSError, UnicodeEncodeError):
        return
    practice.portal.process(practice.environment, go_name)

    (path,) = practice.received("ACRF")
    (answer,) = acknowledgement.read(path)
    assert answer.refused
    require_valid(PORTAL_SCHEMAS / "ACRF.xsd", [path])
    practice.close()


def test_a_name_that_is_not_utf8(practice: Practice) -> None:
    go_name = b"GO.\xff.1".decode("utf-8", "surrogateescape")
    practice.put(go_name)
    practice.portal.process(practice.environment, go_name)

    assert practice.acknowledged().refused


def test_a_refused_question_is_told_in_the_notification(practice: Practice) -> None:
    asked = question(FormKind.ASK_RIGHTS, calendar_year=2024)
    stranger = asked.model_copy(update={"employer": Employer(company_id="0999999922")})
    practice.send(asked, stranger)

    answered, refused = practice.verdicts()
    assert answered.accepted
    assert [report.error_id for report in refused.anomaly_reports] == ["00014-017"]
    assert len(practice.answers()) == 1


def test_a_value_that_only_the_schema_can_read_is_refused(practice: Practice) -> None:
    """Midnight as 24:00 is an hour of XML, and none of ours."""
    content = practice.message(manual("PutTraining_input.json"))
    batch = practice.new_batch()
    midnight = re.sub(rb"<FormCreationHour>[^<]*", b"<FormCreationHour>24:00:00.000", content)
    practice.put(batch.fi(1, 1), midnight)
    practice.put(batch.go(1))
    practice.portal.process(practice.environment, str(batch.go(1)))

    assert practice.acknowledged().accepted
    (verdict,) = practice.verdicts()
    assert verdict.refused
    assert [report.tag_name for report in verdict.anomaly_reports] == ["FormCreationHour"]


def test_a_form_without_our_reference_is_answered(practice: Practice) -> None:
    content = practice.message(manual("PutTraining_input.json"))
    batch = practice.new_batch()
    bare = re.sub(rb"<Reference>.*</Reference>", b"", content, flags=re.DOTALL)
    practice.put(batch.fi(1, 1), bare)
    practice.put(batch.go(1))
    practice.portal.process(practice.environment, str(batch.go(1)))

    (verdict,) = practice.verdicts()
    assert verdict.accepted
    assert verdict.references == ()
    assert verdict.handled_original_form is not None


def test_a_signature_of_a_megabyte_is_none(practice: Practice) -> None:
    batch = practice.new_batch()
    practice.put(batch.fi(1, 1), practice.message(manual("PutTraining_input.json")))
    practice.put(batch.fs(1, 1), b"x" * 1_000_001)
    practice.put(batch.go(1))
    practice.portal.process(practice.environment, str(batch.go(1)))

    assert practice.acknowledged().error_ids == ("ACRF-125",)


def test_a_go_that_is_gone_is_passed_over(practice: Practice) -> None:
    go_name = practice.send(manual("PutTraining_input.json"))
    practice.acknowledged()

    practice.portal.process(practice.environment, go_name)

    assert practice.received("ACRF") == []


def test_links_and_folders_are_no_files(practice: Practice) -> None:
    batch = practice.new_batch()
    secret = practice.folder / "secret"
    secret.write_bytes(practice.message(manual("PutTraining_input.json")))
    (practice.inbox / str(batch.fi(1, 1))).symlink_to(secret)
    (practice.inbox / str(batch.fs(1, 1))).mkdir()
    practice.put(batch.go(1))
    practice.portal.process(practice.environment, str(batch.go(1)))

    assert "ACRF-142" in practice.acknowledged().error_ids


def test_a_file_that_vanishes_meanwhile_is_missing(tmp_path: Path) -> None:
    store = Store()
    inbox = IncomingBatches(tmp_path, tmp_path / "kept", PortalJournal(store))
    folder = tmp_path / Environment.SIMULATION.folder_in
    assert inbox.batch_of(Environment.SIMULATION, "GO.A.1.2.3") == []
    folder.mkdir()
    (folder / "FI.A.1.2.3").write_bytes(b"x")
    listing = inbox.batch_of(Environment.SIMULATION, "GO.A.1.2.3")
    (folder / "FI.A.1.2.3").unlink()

    received = inbox.take(Environment.SIMULATION, listing)

    assert received.names == ["FI.A.1.2.3"]
    assert list(received.parts()) == []
    store.close()


def test_another_profile_needs_no_other_portal(new_practice: NewPractice) -> None:
    other = load(Path(__file__).parents[1] / "profiles" / "other")
    practice = new_practice(profile=other)
    (verdict,) = practice.declare(manual("PutTraining_input.json"))

    answer = practice.ask(question(FormKind.ASK_TRAININGS, calendar_year=2024))

    assert verdict.accepted
    handled = verdict.handled_original_form
    assert handled is not None
    assert handled.identification == other.identifications[FormKind.TRAININGS]
    assert [training.training_denomination for training in answer.body.trainings] == ["webmaster"]


def test_source_is_what_the_sender_is(new_practice: NewPractice) -> None:
    sender = Sender(SENDER, source=RightSource.PROVIDER)
    practice = new_practice(sender=sender)
    practice.declare(manual("PutTrainingRight_input.json"))

    answer = practice.ask(question(FormKind.ASK_RIGHTS, calendar_year=2024, right_type="EMPLOYER"))

    assert answer.body.training_rights is not None
    (right,) = answer.body.training_rights.complementary_employer_right
    assert right.source == "PROVIDER"
    assert answer.body.employer is not None
    assert answer.body.employer.company_id == EMPLOYER
