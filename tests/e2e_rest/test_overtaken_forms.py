"""Over REST too the newest photo stands: a form that a newer batch replaced is not put any more."""

from __future__ import annotations

import json
from typing import Any

from fla_batch.commands.build import build
from fla_batch.commands.send import send, to_send
from fla_batch.ledger.lifecycle import BatchState, FormState
from fla_batch.sandbox.rest_faults import RestFault, Spoiled
from fla_batch.vocabulary.errors import FlaBatchError
from fla_batch.vocabulary.filenames import BatchName
from tests.e2e_manual.office import Office, printed
from tests.e2e_rest.test_faults import ALWAYS, plan


def version(office: Office, text: str) -> BatchName:
    body = printed("PutTraining_input.json")
    body["trainings"][0]["trainingDenomination"] = text
    path = office.ground.folder / "input.json"
    path.write_text(json.dumps(body))
    (batch,) = build(office.workspace, [path]).batches
    return batch.name


def in_force(office: Office) -> list[Any]:
    rows = office.ground.platform.store.rows("select body from photo order by id")
    return [json.loads(row[0])["trainings"][0]["trainingDenomination"] for row in rows]


def begun_and_refused(office: Office, name: BatchName) -> None:
    """The service refuses us for the employer: the batch stays begun, its form open."""
    plan(office, Spoiled(RestFault.FORBIDDEN, ALWAYS))
    try:
        send(office.workspace, [name])
    except FlaBatchError:
        assert office.workspace.ledger.state(name) is BatchState.SENDING
    plan(office)


def test_a_form_that_a_newer_batch_replaced_is_not_put(office: Office) -> None:
    old = version(office, "Old")
    begun_and_refused(office, old)
    new = version(office, "New")
    (outcome,) = send(office.workspace, [new])
    assert outcome.state is BatchState.CLOSED
    (outcome,) = send(office.workspace, to_send(office.workspace, ()))
    assert (outcome.name, outcome.state) == (old, BatchState.CLOSED)
    assert "1 replaced by a newer batch" in outcome.remark
    (form,) = office.workspace.ledger.forms(old)
    assert form.state is FormState.OVERTAKEN
    assert in_force(office) == ["New"]


def test_what_somebody_works_on_right_now_goes_first(office: Office) -> None:
    old = version(office, "Old")
    begun_and_refused(office, old)
    new = version(office, "New")
    with office.workspace.ledger.lock(str(old), office.clock):
        (outcome,) = send(office.workspace, [new])
        assert (outcome.waits_for, outcome.state) == (old, BatchState.STAGED)
    assert in_force(office) == []


def test_of_two_at_once_the_older_one_gives_way(office: Office) -> None:
    """Who has taken the lease of the newer batch may put its form at any moment."""
    old = version(office, "Old")
    begun_and_refused(office, old)
    new = version(office, "New")
    with office.workspace.ledger.lock(str(new), office.clock):
        (outcome,) = send(office.workspace, [old])
        assert outcome.state is BatchState.CLOSED
    send(office.workspace, to_send(office.workspace, ()))
    assert in_force(office) == ["New"]


def test_one_that_was_not_begun_goes_before_a_newer_one(office: Office) -> None:
    old, new = version(office, "Old"), version(office, "New")
    (outcome,) = send(office.workspace, [new])
    assert outcome.waits_for == old
    assert [each.state for each in send(office.workspace, to_send(office.workspace, ()))] == [
        BatchState.CLOSED
    ] * 2
    assert in_force(office)[-1] == "New"
