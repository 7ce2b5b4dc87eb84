"""R30 over REST: a lost ledger is put back from what lies beside the bodies; nothing goes twice."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from fla_batch.commands.build import build
from fla_batch.commands.maintenance import purge
from fla_batch.commands.restore import restore
from fla_batch.commands.send import send, to_send
from fla_batch.commands.workspace import Workspace
from fla_batch.ledger.lifecycle import BatchState
from fla_batch.sandbox.rest_faults import RestFault, Spoiled
from fla_batch.vocabulary.errors import FlaBatchError
from tests.e2e_manual.office import Office, printed
from tests.e2e_rest.test_faults import ALWAYS, plan
from tests.reliability.scene import ledger_view

FIRST, SECOND, THIRD = "81511716525", "70081500504", "90030420237"


def written(office: Office, name: str, *workers: str, employer: int | None = None) -> Path:
    bodies = []
    for worker in workers:
        body = printed("PutTraining_input.json")
        body["employee"]["inss"] = int(worker)
        if employer is not None:
            body["employer"]["companyId"] = employer
        bodies.append(body)
    path = office.ground.folder / name
    path.write_text(json.dumps(bodies))
    return path


def puts(office: Office) -> Counter[str]:
    assert office.ground.rest is not None
    return Counter(call.path for call in office.ground.rest.calls if call.method == "PUT")


def lose(office: Office) -> None:
    office.workspace.ledger.close()
    for path in (office.ground.folder / "outbox").glob("ledger.db*"):
        path.unlink()


def mended(office: Office) -> Workspace:
    return Workspace.open(
        office.workspace.settings,
        office.workspace.given_profile,
        clock=office.clock,
        waiting=office.workspace.waiting,
        mend=True,
    )


def test_r30_batches_for_rest_are_put_back_and_nothing_is_put_twice(office: Office) -> None:
    workspace = office.workspace
    answered = written(office, "answered.json", FIRST, SECOND)
    stranger = written(office, "stranger.json", FIRST, employer=999999922)
    build(workspace, [answered, stranger])
    send(workspace, to_send(workspace, ()))
    waits = written(office, "waits.json", THIRD)
    build(workspace, [waits])
    plan(office, Spoiled(RestFault.FORBIDDEN, ALWAYS))
    try:
        send(workspace, to_send(workspace, ()))
    except FlaBatchError:
        plan(office)
    wanted, before = ledger_view(workspace.ledger), puts(office)
    lose(office)
    with mended(office) as again:
        assert restore(again).problems == []
        view = ledger_view(again.ledger)
        for part in ("batches", "forms", "answers"):
            assert view[part] == wanted[part]
        # Where a declaration stood in the user's file is in the ledger alone.
        assert len(view["anomalies"]) == len(wanted["anomalies"]) == 1
        assert {state for state, _ in view["batches"].values()} == {
            BatchState.CLOSED,
            BatchState.SENDING,
        }
        built = build(again, [answered, waits])
        assert (built.batches, built.unchanged) == ([], 3)
        send(again, to_send(again, ()))
    assert puts(office) - before == Counter({path: 1 for path in puts(office) if THIRD in path})


def test_r30_what_cannot_be_put_back_is_said_plainly(office: Office) -> None:
    workspace = office.workspace
    build(workspace, [written(office, "one.json", FIRST)])
    send(workspace, to_send(workspace, ()))
    office.clock.now = office.clock.now.replace(year=office.clock.now.year + 1)
    assert purge(workspace, older_than_days=30).batches
    lose(office)
    with mended(office) as again:
        ((_, problem),) = restore(again).problems
    assert "deleted by a purge" in problem
    assert "send them again" in problem
