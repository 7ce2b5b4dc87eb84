"""What `send`, `poll`, `cancel` and `ask` may count on, whichever the channel: sFTP or REST."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fla_batch.commands import ask as asking
from fla_batch.commands.build import build as build_command
from fla_batch.commands.cancel import cancel
from fla_batch.commands.channels import REST, SFTP, Channel
from fla_batch.commands.poll import poll
from fla_batch.commands.send import send, to_send
from fla_batch.commands.watch import Patience, watch
from fla_batch.commands.workspace import Workspace
from fla_batch.configuration import loading
from fla_batch.intake.worker_list import Person
from fla_batch.ledger.lifecycle import BatchState, FormState
from fla_batch.sandbox.ground import practice_ground
from fla_batch.sandbox.rest_faults import RestFaultPlan
from fla_batch.vocabulary.errors import GatewayUnavailable, UsageMistake
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.terms import FormKind
from tests.e2e_manual.office import (
    EMPLOYER,
    MANUAL,
    PROFILE,
    WORKER,
    Clock,
    Office,
    open_office,
    printed,
)

CHANNELS = [SFTP, REST]


@pytest.fixture(scope="session")
def ground_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ground")
    with practice_ground(folder, PROFILE, clock=Clock()):
        return folder / "keys"


@pytest.fixture(params=CHANNELS)
def office(request: pytest.FixtureRequest, tmp_path: Path, ground_keys: Path) -> Iterator[Office]:
    folder = tmp_path / "ground"
    shutil.copytree(ground_keys, folder / "keys")
    rest = RestFaultPlan() if request.param == REST else None
    with open_office(folder, Clock(), rest=rest) as opened:
        yield opened


def built(office: Office, *bodies: dict[str, Any]) -> BatchName:
    path = office.ground.folder / "input.json"
    path.write_text(json.dumps(bodies or [printed("PutTraining_input.json")]))
    (batch,) = build_command(office.workspace, [path]).batches
    return batch.name


def through(office: Office, name: BatchName) -> None:
    send(office.workspace, to_send(office.workspace, [str(name)]))
    office.ground.portal.settle()
    poll(office.workspace)


def carried_out(office: Office) -> int:
    """How many declarations the platform took."""
    rows = office.ground.platform.store.rows("select id from photo")
    return len(rows)


def test_the_channel_names_itself(office: Office) -> None:
    channel: Channel = office.workspace.channel
    assert channel.name == office.workspace.channel_name
    name = built(office)
    assert office.workspace.outbox.manifest(name).channel == channel.name


def test_verdicts_are_in_the_ledger_after_send_and_poll(office: Office) -> None:
    good, stranger = printed("PutTraining_input.json"), printed("PutTraining_input.json")
    stranger["employer"]["companyId"] = 999999922
    name = built(office, good, stranger)
    through(office, name)
    ledger = office.workspace.ledger
    row = ledger.batch(name)
    assert row is not None
    assert (row.state, row.accepted, row.refused, row.open) == (BatchState.CLOSED, 1, 1, 0)
    assert row.sent_at is not None
    assert row.closed_at is not None
    (found,) = ledger.anomalies(name)
    assert (found.anomaly.error_id, found.anomaly.anomaly_class) == ("00014-017", "B")
    assert found.anomaly.company_id == "0999999922"
    assert ledger.verify() == []


def test_what_is_closed_is_not_sent_again(office: Office) -> None:
    name = built(office)
    through(office, name)
    assert to_send(office.workspace, []) == []
    with pytest.raises(UsageMistake, match="not to be sent"):
        to_send(office.workspace, [str(name)])
    assert carried_out(office) == 1


def test_poll_with_nothing_to_fetch_says_so(office: Office) -> None:
    result = poll(office.workspace)
    assert result.processed == []
    assert bool(result.note) is (not office.workspace.channel.answers_later)


def test_a_watch_comes_to_its_end(office: Office) -> None:
    name = built(office)
    send(office.workspace, [name])
    office.ground.portal.settle()
    patience = Patience(0.1, 5, sleep=lambda _: None, elapsed=lambda: 0.0)
    result = watch(office.workspace, patience)
    assert result.open_batches == 0


def test_what_is_only_staged_is_cancelled_without_the_portal(office: Office) -> None:
    name = built(office)
    assert cancel(office.workspace, str(name)) is BatchState.CANCELLED
    assert carried_out(office) == 0
    (form,) = office.workspace.ledger.forms(name)
    assert form.state is FormState.CANCELLED


def test_what_is_in_force_is_not_cancelled_and_the_way_out_is_told(office: Office) -> None:
    name = built(office)
    through(office, name)
    with pytest.raises(UsageMistake) as refused:
        cancel(office.workspace, str(name))
    assert "photo" in refused.value.hint
    assert office.workspace.ledger.state(name) is BatchState.CLOSED


@pytest.mark.parametrize(
    ("kind", "filters"),
    [
        (FormKind.ASK_CREDIT, {}),
        (FormKind.ASK_RIGHTS, {}),
        (FormKind.ASK_RIGHTS, {"right_type": "LEGAL"}),
        (FormKind.ASK_TRAININGS, {}),
        (FormKind.ASK_TRAININGS, {"processing_state": "all"}),
        (FormKind.ASK_TO_VALIDATE, {"processing_state": "toValidate"}),
        (FormKind.ASK_CHANGED_RIGHTS, {"modified_from_date": "2024-01-01"}),
    ],
)
def test_every_question_has_its_answer(
    office: Office, kind: FormKind, filters: dict[str, Any]
) -> None:
    from datetime import date

    office.declare("PutTraining_input.json")
    given: dict[str, Any] = {
        name: date.fromisoformat(value) if name.endswith("date") else value
        for name, value in filters.items()
    }
    years = [2024] if kind in (FormKind.ASK_RIGHTS, FormKind.ASK_TRAININGS) else []
    people = [] if kind in (FormKind.ASK_TO_VALIDATE, FormKind.ASK_CHANGED_RIGHTS) else [WORKER]
    questions = asking.questions(kind, EMPLOYER, [Person(one) for one in people], years, **given)
    names = asking.build(office.workspace, questions)
    for name in names:
        through(office, name)
    (asked,) = asking.outcome(office.workspace, names)
    assert asked.fate is asking.Fate.ANSWERED
    assert asked.answer is not None
    assert asked.answer.kind is kind


def test_the_raw_answer_is_kept_and_gives_the_same_rows_again(office: Office) -> None:
    from fla_batch.commands.maintenance import rebuild

    name = built(office)
    through(office, name)
    ledger = office.workspace.ledger
    before = [(form.reference_nbr, form.state, form.since) for form in ledger.forms(name)]
    told = [row.body for row in ledger.consultations(office.workspace.environment)]
    assert told
    assert all(each.problem is None for each in rebuild(office.workspace))
    assert [(form.reference_nbr, form.state, form.since) for form in ledger.forms(name)] == before
    assert [row.body for row in ledger.consultations(office.workspace.environment)] == told
    assert ledger.verify() == []


def test_a_server_that_is_away_leaves_the_batch_to_be_sent(office: Office) -> None:
    name = built(office)
    settings = office.workspace.settings
    gateway = settings.gateway.model_copy(update={"port": 9})
    rest = settings.rest.model_copy(update={"base_url": "http://127.0.0.1:9/v1"})
    away = settings.model_copy(update={"gateway": gateway, "rest": rest})
    with Workspace.open(
        away, PROFILE, clock=office.clock, waiting=office.workspace.waiting
    ) as elsewhere:
        with pytest.raises(GatewayUnavailable) as failed:
            send(elsewhere, [name])
        assert failed.value.exit_code == 4
    assert office.workspace.ledger.state(name) in (BatchState.STAGED, BatchState.SENDING)
    through(office, name)
    assert office.workspace.ledger.state(name) is BatchState.CLOSED
    assert carried_out(office) == 1


def test_what_was_built_for_one_channel_is_not_sent_by_the_other(
    office: Office, tmp_path: Path
) -> None:
    name = built(office)
    text = office.ground.settings_file.read_text()
    other = SFTP if office.workspace.channel.name == REST else REST
    text = text.replace('use = "rest"', f'use = "{other}"')
    if other == REST:
        text += '\n[channel]\nuse = "rest"\n'
    path = office.ground.folder / "other.toml"
    path.write_text(text)
    with (
        Workspace.open(loading.load(path, environ={}), PROFILE, clock=office.clock) as elsewhere,
        pytest.raises(UsageMistake, match="was built for the channel"),
    ):
        send(elsewhere, [name])
    assert office.workspace.ledger.state(name) is BatchState.STAGED


def test_history_of_one_channel_is_history_of_the_other(
    office: Office, request: pytest.FixtureRequest
) -> None:
    """What reached the platform one way is unchanged for a build for the other (R28)."""
    through(office, built(office))
    text = office.ground.settings_file.read_text().replace('use = "rest"', 'use = "sftp"')
    path = office.ground.folder / "other.toml"
    if office.workspace.channel.name == SFTP:
        text += '\n[channel]\nuse = "rest"\n'
    path.write_text(text)
    with Workspace.open(loading.load(path, environ={}), PROFILE, clock=office.clock) as elsewhere:
        result = build_command(elsewhere, [MANUAL / "PutTraining_input.json"])
    assert result.batches == []
    assert result.unchanged == 1
