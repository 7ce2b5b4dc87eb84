"""Every fault on demand, and how the tool lives through it: the rows of faults.md."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from fla_batch.commands.build import build as build_command
from fla_batch.commands.poll import poll
from fla_batch.commands.poll_result import PollResult
from fla_batch.commands.send import send as send_command
from fla_batch.commands.send import to_send
from fla_batch.commands.status import status
from fla_batch.commands.watch import Patience, watch
from fla_batch.ledger.lifecycle import BatchState
from fla_batch.sandbox.answer_faults import ANSWER_FAULTS, combined
from fla_batch.sandbox.faults import CHANNEL_FAULTS, HangPoint
from fla_batch.vocabulary.errors import (
    FlaBatchError,
    GatewayUnavailable,
    LoginRefused,
    UsageMistake,
    WaitTimedOut,
)
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.terms import FormKind
from tests.e2e_manual.office import MANUAL, Clock, Office, open_office

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "faults.md"


_Opened = AbstractContextManager[Office]


@pytest.fixture
def office_with(tmp_path: Path, keys: Path) -> Callable[..., _Opened]:
    @contextmanager
    def opened(*faults: str) -> Iterator[Office]:
        folder = tmp_path / "ground"
        shutil.copytree(keys, folder / "keys")
        with open_office(folder, Clock(), *faults) as office:
            yield office

    return opened


def build(office: Office) -> BatchName:
    (batch,) = build_command(office.workspace, [MANUAL / "PutTraining_input.json"]).batches
    return batch.name


def send(office: Office, name: BatchName) -> None:
    send_command(office.workspace, to_send(office.workspace, [str(name)]))


def state(office: Office, name: BatchName) -> BatchState:
    row = office.workspace.ledger.batch(name)
    assert row is not None
    return row.state


def answered(office: Office, name: BatchName) -> PollResult:
    """Sent, and polled once everything is there that will come."""
    send(office, name)
    office.ground.portal.settle()
    return poll(office.workspace)


def require_wait_in_vain(office: Office) -> None:
    seconds = iter(range(1000))
    with pytest.raises(WaitTimedOut) as raised:
        watch(
            office.workspace,
            Patience(1, 3, sleep=lambda _: None, elapsed=lambda: next(seconds)),
        )
    assert raised.value.exit_code == 6


def require_refused(office: Office, name: BatchName, error: type[FlaBatchError], code: int) -> None:
    with pytest.raises(error) as raised:
        send(office, name)
    assert raised.value.exit_code == code


def refuse_login(office: Office, name: BatchName) -> None:
    require_refused(office, name, LoginRefused, 3)
    assert state(office, name) is BatchState.STAGED


def ssh_rsa_only(office: Office, name: BatchName) -> None:
    require_refused(office, name, FlaBatchError, 3)
    assert state(office, name) is BatchState.STAGED


def goes_on(office: Office, name: BatchName) -> None:
    assert answered(office, name).open_batches == 0
    assert state(office, name) is BatchState.CLOSED
    opened = [each for each in office.ground.server.operations if each.name == str(name.go(1))]
    assert sum(each.kind == "close" for each in opened) == 1


def hang(office: Office, name: BatchName) -> None:
    require_refused(office, name, GatewayUnavailable, 4)
    assert state(office, name) is BatchState.STAGED


def hang_operation(office: Office, name: BatchName) -> None:
    require_refused(office, name, GatewayUnavailable, 4)
    assert state(office, name) in (BatchState.STAGED, BatchState.SENDING)
    office.ground.server.faults = combined([])[0]
    goes_on(office, name)


def take_away(office: Office, name: BatchName) -> None:
    send(office, name)
    assert state(office, name) is BatchState.SENT
    assert list((office.ground.folder / "portal" / "INTEST-S").iterdir()) == []


def twice(office: Office, name: BatchName) -> None:
    assert len(answered(office, name).processed) == 4
    assert state(office, name) is BatchState.CLOSED
    received = office.workspace.outbox.folder(name) / "received"
    assert len(list(received.glob("FO.*"))) == 4


def out_of_order(office: Office, name: BatchName) -> None:
    assert len(answered(office, name).processed) == 2
    assert state(office, name) is BatchState.CLOSED


def without_go(office: Office, name: BatchName) -> None:
    result = answered(office, name)
    assert (result.processed, result.quarantined, result.open_batches) == ([], [], 1)
    assert state(office, name) is BatchState.SENT
    require_wait_in_vain(office)


def quarantined(reason: str) -> Callable[[Office, BatchName], None]:
    def outcome(office: Office, name: BatchName) -> None:
        result = answered(office, name)
        assert result.processed == []
        assert len(result.quarantined) == 2
        assert all(reason in why for _, why in result.quarantined)
        assert state(office, name) is BatchState.SENT
        kept = office.workspace.outbox.root / "quarantine"
        assert len(list(kept.rglob("*.reason.json"))) == 2

    return outcome


def zipped(office: Office, name: BatchName) -> None:
    result = answered(office, name)
    assert [processed[:3] for processed in result.processed] == ["CO.", "CO."]
    assert state(office, name) is BatchState.CLOSED


def hours_late(office: Office, name: BatchName) -> None:
    send(office, name)
    require_wait_in_vain(office)
    assert state(office, name) is BatchState.SENT
    office.ground.portal.process(office.workspace.environment, str(name.go(1)))
    poll(office.workspace)
    assert state(office, name) is BatchState.CLOSED


def never(office: Office, name: BatchName) -> None:
    assert answered(office, name).processed == []
    assert state(office, name) is BatchState.SENT
    office.clock.now += timedelta(hours=25)
    (row,) = status(office.workspace)
    assert row.state is BatchState.OVERDUE


OUTCOMES: dict[str, Callable[[Office, BatchName], None]] = {
    "refuse-login": refuse_login,
    "drop": goes_on,
    "hang-banner": hang,
    "hang-key-exchange": hang,
    "hang-login": hang,
    "hang-operation": hang_operation,
    "no-stat": goes_on,
    "take-away": take_away,
    "ssh-rsa-only": ssh_rsa_only,
    "answer-twice": twice,
    "answer-out-of-order": out_of_order,
    "answer-without-go": without_go,
    "answer-badly-signed": quarantined("signature"),
    "answer-zipped": zipped,
    "answer-truncated": quarantined("well-formed"),
    "answer-hours-late": hours_late,
    "answer-never": never,
}
# Files that were taken away leave nothing to answer: the portal behind looks hours later.
WITH = {"take-away": ["answer-hours-late"]}


@pytest.mark.parametrize("name", OUTCOMES)
def test_the_tool_lives_through_it(office_with: Callable[..., _Opened], name: str) -> None:
    with office_with(name, *WITH.get(name, [])) as office:
        OUTCOMES[name](office, build(office))


def test_every_fault_is_lived_through_and_described() -> None:
    channel, _ = PAGE.read_text(encoding="utf-8").split("## Of the REST API")
    described = re.findall(r"^\| `([a-z]\S+)` \| \S.* \| \S.* \|$", channel, re.MULTILINE)
    assert list(OUTCOMES) == described == [*CHANNEL_FAULTS, *ANSWER_FAULTS]


def test_faults_of_channel_and_answers_hold_together(office_with: Callable[..., _Opened]) -> None:
    with office_with("no-stat", "drop", "answer-zipped", "answer-twice") as office:
        name = build(office)
        result = answered(office, name)
        assert [processed[:3] for processed in result.processed] == ["CO."] * 4
        assert state(office, name) is BatchState.CLOSED


def test_an_answered_question_survives_a_zip_and_disorder(
    office_with: Callable[..., _Opened],
) -> None:
    with office_with("answer-zipped", "answer-out-of-order") as office:
        answer = office.ask(FormKind.ASK_TRAININGS, [2024])
        assert answer["flaDataDeclaration"]["trainings"] == []


@pytest.mark.parametrize(
    "names",
    [
        ["hang-banner", "hang-login"],
        ["answer-twice", "answer-never"],
        ["answer-never", "answer-without-go"],
        ["bogus"],
    ],
)
def test_faults_that_contradict_each_other_or_are_none(names: list[str]) -> None:
    with pytest.raises(UsageMistake):
        combined(names)


def test_the_same_fault_twice_is_one() -> None:
    faults, _ = combined(["hang-banner", "hang-banner", "no-stat"])
    assert faults.hang_at is HangPoint.BANNER
    assert faults.no_stat
