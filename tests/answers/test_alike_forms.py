"""What is recognised by its bytes is what the parser would have read: forms, changes and faults."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from itertools import chain
from pathlib import Path

import pytest

from fla_batch.answers import notification
from fla_batch.answers.alike_forms import Alike
from fla_batch.answers.answer_changes import Interpreter
from fla_batch.answers.blocks import FileReference, PortalHeader, PortalReference
from fla_batch.answers.notification import AnomalyReport, NotificationForm
from fla_batch.answers.sent_forms import Sent
from fla_batch.ledger.ledger import Ledger
from fla_batch.ledger.records import AlikeVerdicts, Change, FormChange, FoundForm
from fla_batch.message import load
from fla_batch.system.xmlsafe import UnusableXml
from fla_batch.vocabulary.terms import Environment
from tests.answers import messages
from tests.counts import COUNTED, count
from tests.ledger.builders import batch_name, reference, send

FORMS = 24
REPORT = AnomalyReport("00024-152", "INSS", "80010100107", "B", "INSS - inconnu")
FIELDS = [*(field.name for field in fields(NotificationForm)), "file_name", "ticket"]


def verdict(number: int) -> NotificationForm:
    """Every ninth is refused, two have other zones, the others are alike."""
    refused = number % 9 == 5
    return messages.notification_form(
        result_code="0" if refused else "1",
        file_reference=FileReference(str(batch_name(1).go(1)), "2", "3400001Y1P01G"),
        handled_original_form=PortalHeader("FLA002", messages.NOW.date(), messages.NOW.time()),
        references=(PortalReference("1", "1", reference(batch_name(1), number)),),
        handled_reference=PortalReference("1", "2", f"{number:013d}"),
        company_id="0400000086" if number % 9 else None,
        noss_registration_nbr="70500472" if number % 9 else None,
        inss=f"8001010{number:04d}" if number % 9 else None,
        diagnoses=("1",) if number == 7 else (),
        anomaly_reports=(REPORT,) if refused else (),
    )


PLAIN = messages.notification(*map(verdict, range(1, FORMS + 1))).getvalue()
ODD = [
    b"<!-- </Form><Form> -->",
    b"<!--",
    b"<![CDATA[</Form>]]>",
    b"<?odd </Form>?>",
    b"<Form/>",
    b"</Form>",
    b"<Form>",
    b"</Form ><Form >",
    b"<Other><Form></Form></Other>",
    b"<Other>",
    b"&amp;",
    b"&#48;",
    b"&odd;",
    b"]]>",
    b">",
    b"\xc3\xa9",
    b"\xe9",
    b"\x00",
    b"\x0b",
    b"\r\n",
    b"  ",
    b"text",
    b"<ResultCode>0</ResultCode>",
    b"<Reference><ReferenceOrigin>1</ReferenceOrigin><ReferenceNbr>X</ReferenceNbr></Reference>",
    b"<HandledReference><ReferenceNbr>9</ReferenceNbr></HandledReference>",
    b"<AnomalyReport><ErrorID>00024-152</ErrorID></AnomalyReport>",
    b"<ApplicationData><Own>1</Own></ApplicationData>",
    b"<xsi:odd/>",
    b"</NOTIFICATION>",
    b"</NOTIFICATION><NOTIFICATION>",
]
HEADS = [
    b"",
    b"\xef\xbb\xbf",
    b'<?xml version="1.0"?>',
    b"<?xml version='1.0' encoding='us-ascii' ?>",
    b"<?xml version='1.0' encoding='ISO-8859-1'?>",
    b"<?xml version='1.0' encoding='UTF-7'?>",
    b"<?xml version='1.1' encoding='UTF-8'?>",
    b"<?xml version='1.0'?><!-- </Form> -->",
    b"<?xml version='1.0'?><!DOCTYPE NOTIFICATION>",
]


def _insert(text: bytes, rng: random.Random) -> bytes:
    """Something odd at the edge of a tag, where it changes most, or anywhere."""
    at = rng.randrange(len(text))
    if rng.random() < 0.8:
        at = max(text.find(rng.choice([b"<", b"<Form>", b"</Form>", b"</ResultCode>"]), at), 0)
    return text[:at] + rng.choice(ODD) + text[at:]


def _remove(text: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(text))
    return text[:at] + text[at + rng.choice([1, 1, 5, 400]) :]


def _truncate(text: bytes, rng: random.Random) -> bytes:
    return text[: rng.randrange(len(text))]


def _change_digit(text: bytes, rng: random.Random) -> bytes:
    places = [at for at, byte in enumerate(text) if 48 <= byte <= 57]
    at = rng.choice(places)
    return text[:at] + rng.choice([b"0", b"2", b"A", b" ", b"-"]) + text[at + 1 :]


def _repeat(text: bytes, rng: random.Random) -> bytes:
    lines = text.split(b"\n")
    lines.insert(rng.randrange(2, len(lines)), rng.choice(lines[2:-1] or lines))
    return b"\n".join(lines)


def _other_head(text: bytes, rng: random.Random) -> bytes:
    return rng.choice(HEADS) + text.partition(b"?>")[2]


def _namespace(text: bytes, rng: random.Random) -> bytes:
    return text.replace(b"<NOTIFICATION ", b'<NOTIFICATION xmlns="urn:x" ', 1)


WRAPPERS = [
    (before + opened, closed)
    for before in (b"", b"<Form/>", b"</Form>")
    for opened, closed in (
        (b"<!--", b"-->"),
        (b"<?odd ", b"?>"),
        (b"<![CDATA[", b"]]>"),
        (b"<Other>", b"</Other>"),
        (b"<Form>", b"</Form>"),
        (b"<Form><New>", b"</New></Form>"),
    )
]


def _wrap(text: bytes, rng: random.Random) -> bytes:
    lines = text.split(b"\n")
    begin, end = sorted(rng.choices(range(2, len(lines)), k=2))
    opened, closed = rng.choice(WRAPPERS)
    return b"\n".join([*lines[:begin], opened, *lines[begin:end], closed, *lines[end:]])


MUTATIONS: list[Callable[[bytes, random.Random], bytes]] = [
    *[_insert] * 5,
    *[_change_digit] * 3,
    *[_repeat] * 2,
    *[_wrap] * 2,
    _remove,
    _truncate,
    _other_head,
    _namespace,
]


def _mutated(rng: random.Random) -> bytes:
    text = PLAIN
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        if text.count(b"\n") > 2:  # a truncated one may have no line left to change
            text = rng.choice(MUTATIONS)(text, rng)
    return text


@pytest.fixture(scope="module")
def interpreter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Interpreter]:
    path = tmp_path_factory.mktemp("alike") / "ledger.db"
    with Ledger.open(f"sqlite:///{path}") as ledger:
        send(ledger, batch_name(1), FORMS)
        yield Interpreter(load("fla-20250131"), Sent(ledger))


def _outcome(read: Callable[[], list[object]]) -> list[object] | str:
    try:
        return read()
    except UnusableXml as error:
        return f"{type(error).__name__}: {error}"


def _told(interpreter: Interpreter, path: Path) -> list[Change]:
    environment = Environment.SIMULATION
    return list(_each(interpreter.changes(path, environment, messages.NOW)))


def _each(changes: Iterator[Change]) -> Iterator[Change]:
    """The same with verdicts form by form."""
    for change in changes:
        if isinstance(change, AlikeVerdicts):
            batch, event, details, *columns = change
            for number, ticket in zip(*columns, strict=True):
                yield FormChange(FoundForm(number, batch), event, ticket, (), details)
        else:
            yield change


def _recognised(found: Sequence[NotificationForm | Alike]) -> int:
    return sum(len(form.written) for form in found if isinstance(form, Alike))


def test_nearly_all_forms_of_a_plain_file_are_recognised(tmp_path: Path) -> None:
    path = tmp_path / "FO.NOTI"
    path.write_bytes(PLAIN)
    found = list(notification.recognise_forms(path))
    assert _recognised(found) == FORMS - 7
    many = PLAIN.splitlines()[3] + b"\n"
    path.write_bytes(PLAIN.replace(b"</NOTIFICATION>", many * 3000 + b"</NOTIFICATION>"))
    found = list(notification.recognise_forms(path))
    parsed = sum(isinstance(form, NotificationForm) for form in found)
    assert _recognised(found) + parsed == FORMS + 3000
    assert parsed < 50


def test_recognised_and_parsed_are_the_same_for_whatever_a_file_holds(
    tmp_path: Path,
    interpreter: Interpreter,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    rng = random.Random(1702)
    path = tmp_path / "FO.NOTI"
    lines = PLAIN.split(b"\n")
    texts = [
        b"\n".join([*lines[:8], opened, *lines[8:14], closed, *lines[14:]])
        for opened, closed in WRAPPERS
    ]
    texts += [PLAIN.replace(b"<Form>", b"<Form>" + odd) for odd in ODD]
    tried, read, alike = count(800, 60_000), 0, 0
    for text in chain(texts, (_mutated(rng) for _ in range(tried))):
        path.write_bytes(text)
        recognised = _outcome(lambda: [_recognised(list(notification.recognise_forms(path)))])
        forms = _outcome(lambda: _values(notification.read_forms(path)))
        told = _outcome(lambda: list(_told(interpreter, path)))
        with monkeypatch.context() as patched:
            patched.setattr(notification, "_recognised", notification._parsed)
            assert _outcome(lambda: _values(notification.read_forms(path))) == forms, text
            assert _outcome(lambda: list(_told(interpreter, path))) == told, text
        read += isinstance(forms, list)
        alike += sum(number for number in recognised if isinstance(number, int))
    assert read > tried // 4
    assert alike > tried * 3
    record_property(
        COUNTED, f"{tried:,} files, {read:,} read, {alike:,} forms recognised, 0 differ"
    )


def _values(forms: Iterator[NotificationForm]) -> list[object]:
    return [[getattr(form, name) for name in FIELDS] for form in forms]
