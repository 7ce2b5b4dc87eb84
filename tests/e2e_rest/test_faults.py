"""Every fault of the REST API: what `send` and `ask` make of it, counted at the portal."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

import pytest

from fla_batch.cli import options
from fla_batch.commands import ask as asking
from fla_batch.commands.build import build as build_command
from fla_batch.commands.send import send, to_send
from fla_batch.intake.worker_list import Person
from fla_batch.ledger.lifecycle import BatchState, FormState
from fla_batch.sandbox.rest_faults import RestFault, Spoiled
from fla_batch.vocabulary.errors import FlaBatchError
from fla_batch.vocabulary.filenames import BatchName
from fla_batch.vocabulary.terms import FormKind, Language
from tests.builders import inss
from tests.command_line import CommandLine
from tests.e2e_manual.office import EMPLOYER, MANUAL, WORKER, Office

ALWAYS = 1_000_000
EXAMPLE = "PutTraining_input.json"


class Lived(NamedTuple):
    """How a command ended: its exit code, states, PUTs that the portal saw, and what it said."""

    exit_code: int
    batch: BatchState
    form: FormState
    puts: int
    said: str


def build(office: Office, example: str = EXAMPLE) -> BatchName:
    (batch,) = build_command(office.workspace, [MANUAL / example]).batches
    return batch.name


def puts(office: Office) -> int:
    assert office.ground.rest is not None
    return sum(call.method == "PUT" for call in office.ground.rest.calls)


def plan(office: Office, *spoiled: Spoiled) -> None:
    assert office.ground.rest is not None
    office.ground.rest.faults.plan(*spoiled)
    office.ground.rest.slow_s = 3.0


def sent(office: Office, name: BatchName) -> Lived:
    """One `send`, as the command line would end it."""
    workspace = office.workspace
    try:
        (outcome,) = send(workspace, to_send(workspace, [str(name)]))
        code = 4 if outcome.in_doubt or outcome.unanswered else 1 if outcome.refused else 0
        said = outcome.remark
    except FlaBatchError as error:
        code, said = error.exit_code, f"{error} {error.hint}"
    (form,) = workspace.ledger.forms(name)
    return Lived(code, workspace.ledger.state(name), form.state, puts(office), said)


def raw(office: Office, name: BatchName) -> str:
    """Everything that is kept of what came."""
    received = office.workspace.outbox.folder(name) / "received"
    return "".join(path.read_text() for path in sorted(received.glob("REST.*")))


CLOSED, SENDING, DOUBT = BatchState.CLOSED, BatchState.SENDING, BatchState.IN_DOUBT
ACCEPTED, STAGED, WARNED = FormState.ACCEPTED, FormState.STAGED, FormState.WARNED


@pytest.mark.parametrize(
    ("fault", "times", "exit_code", "batch", "form", "seen"),
    [
        (RestFault.UNAUTHORISED, 1, 0, CLOSED, ACCEPTED, 2),
        (RestFault.UNAUTHORISED, ALWAYS, 3, SENDING, STAGED, 2),
        (RestFault.FORBIDDEN, ALWAYS, 3, SENDING, STAGED, 1),
        (RestFault.TOO_MANY, 1, 0, CLOSED, ACCEPTED, 2),
        (RestFault.TOO_MANY, ALWAYS, 4, SENDING, STAGED, 2),
        (RestFault.ERROR, 1, 0, CLOSED, ACCEPTED, 2),
        (RestFault.ERROR_AFTER, 1, 0, CLOSED, ACCEPTED, 1),
        (RestFault.UNAVAILABLE, 1, 0, CLOSED, ACCEPTED, 2),
        (RestFault.CUT_BEFORE, 1, 0, CLOSED, ACCEPTED, 2),
        (RestFault.CUT, 1, 0, CLOSED, ACCEPTED, 1),
        (RestFault.SLOW, 1, 0, CLOSED, ACCEPTED, 1),
        (RestFault.HTML, 1, 0, CLOSED, ACCEPTED, 1),
        (RestFault.TRUNCATED, 1, 0, CLOSED, ACCEPTED, 1),
        (RestFault.CHARSET, 1, 0, CLOSED, ACCEPTED, 1),
        (RestFault.HUGE, 1, 0, CLOSED, ACCEPTED, 1),
        (RestFault.REDIRECT, ALWAYS, 3, SENDING, STAGED, 1),
        (RestFault.OTHER_WORKER, 1, 0, CLOSED, ACCEPTED, 1),
        (RestFault.BLOCKING_200, 1, 0, CLOSED, WARNED, 1),
        (RestFault.SILENT_400, 1, 1, CLOSED, FormState.REFUSED, 1),
    ],
)
def test_a_put_lives_through_it(
    office: Office,
    fault: RestFault,
    times: int,
    exit_code: int,
    batch: BatchState,
    form: FormState,
    seen: int,
) -> None:
    name = build(office)
    plan(office, Spoiled(fault, times, method="PUT"))
    lived = sent(office, name)
    assert lived[:4] == (exit_code, batch, form, seen), lived.said
    assert "\n" not in lived.said
    assert WORKER not in lived.said
    if exit_code in (3, 4):
        assert len(lived.said) > 60


ANSWER_LOST = [
    RestFault.ERROR_AFTER,
    RestFault.CUT,
    RestFault.SLOW,
    RestFault.HTML,
    RestFault.TRUNCATED,
    RestFault.CHARSET,
    RestFault.HUGE,
    RestFault.OTHER_WORKER,
]


@pytest.mark.parametrize("fault", ANSWER_LOST)
def test_what_a_lost_answer_may_have_warned_of_is_said_at_its_declaration(
    office: Office, fault: RestFault
) -> None:
    name = build(office)
    plan(office, Spoiled(fault, 1, method="PUT"))
    lived = sent(office, name)
    assert "1 of 1 settled by asking" in lived.said
    (row,) = office.workspace.ledger.anomalies(name)
    said = row.anomaly
    assert (said.error_id, said.anomaly_class, said.inss) == ("HTTP-LOST", "NB", WORKER)
    texts = (said.label, said.advice)
    assert [labels for labels in texts if not all(labels.to_json().values())] == []
    assert "not known" in (said.label.en or "")


@pytest.mark.parametrize("fault", [RestFault.ERROR, RestFault.CUT_BEFORE, RestFault.TOO_MANY])
def test_a_declaration_that_was_put_once_more_has_its_own_answer(
    office: Office, fault: RestFault
) -> None:
    name = build(office)
    plan(office, Spoiled(fault, 1, method="PUT"))
    assert sent(office, name).said == ""
    assert office.workspace.ledger.anomalies(name) == []


def test_the_faults_are_all_tried() -> None:
    (mark,) = test_a_put_lives_through_it.pytestmark  # type: ignore[attr-defined]
    assert {row[0] for row in mark.args[1]} == set(RestFault) - {RestFault.TOKEN_REFUSED}


@pytest.mark.parametrize(
    "fault", [RestFault.HTML, RestFault.TRUNCATED, RestFault.CHARSET, RestFault.OTHER_WORKER]
)
def test_nothing_can_be_learnt_is_in_doubt_and_settled_later(
    office: Office, fault: RestFault
) -> None:
    name = build(office)
    plan(office, Spoiled(fault, ALWAYS))
    lived = sent(office, name)
    assert (lived.exit_code, lived.batch, lived.puts) == (4, DOUBT, 1)
    assert lived.said.count("answer") <= 2, lived.said  # why is said once
    assert raw(office, name).count('"fault"') >= 2  # both answers are kept
    plan(office)
    lived = sent(office, name)
    assert (lived.exit_code, lived.batch, lived.form, lived.puts) == (0, CLOSED, ACCEPTED, 1)


def test_200_with_a_blocking_anomaly_that_was_not_carried_out_is_refused(office: Office) -> None:
    """Neither accepted nor refused by its own word: the platform shows what it holds."""
    name = build(office)
    plan(office, Spoiled(RestFault.BLOCKING_200, ALWAYS, method="PUT"))
    platform = office.ground.platform
    judge = platform.judge
    face = office.ground.rest and office.ground.rest.face
    assert face is not None

    def carried_out_and_taken_back(*args: object, **options: object) -> object:
        with_declaration = judge(*args, **options)  # type: ignore[arg-type]
        platform.store.execute("delete from photo")
        return with_declaration

    platform.judge = carried_out_and_taken_back  # type: ignore[assignment,method-assign]
    lived = sent(office, name)
    assert (lived.exit_code, lived.batch, lived.form) == (1, CLOSED, FormState.REFUSED)
    (row,) = office.workspace.ledger.anomalies(name)
    assert (row.anomaly.error_id, row.anomaly.anomaly_class) == ("00014-017", "B")


def test_a_send_that_goes_on_puts_each_body_for_its_own_worker(
    office: Office, tmp_path: Path
) -> None:
    """Also where the batch has parts, and verdicts lie anywhere in them."""
    bodies = []
    for worker in (workers := [inss(number) for number in range(1, 8)]):
        body = json.loads((MANUAL / EXAMPLE).read_text())
        body["employee"]["inss"] = int(worker)
        body["trainings"][0]["trainingDenomination"] = f"Course of {worker}"
        bodies.append(body)
    (tmp_path / "seven.json").write_text(json.dumps(bodies))
    settings = office.workspace.settings
    limits = settings.limits.model_copy(update={"part_forms": 2})
    few = settings.model_copy(update={"limits": limits})
    object.__setattr__(office.workspace, "settings", few)
    (batch,) = build_command(office.workspace, [tmp_path / "seven.json"]).batches
    assert batch.parts == 4
    plan(office, Spoiled(RestFault.UNAVAILABLE, ALWAYS, method="PUT", skip=3))
    send(office.workspace, [batch.name])
    states = [form.state for form in office.workspace.ledger.forms(batch.name)]
    assert states.count(ACCEPTED) == 3
    plan(office)
    send(office.workspace, to_send(office.workspace, [str(batch.name)]))
    assert {form.state for form in office.workspace.ledger.forms(batch.name)} == {ACCEPTED}
    for worker in workers:
        held = office.ground.platform.accounts.account(EMPLOYER, worker)
        (year,) = held.years
        names = [training.training_denomination for training in held.trainings(year)]
        assert f"Course of {worker}" in names
        assert not [name for name in names if name and "Course of" in name and worker not in name]


def test_a_refusal_without_a_reason_says_so(office: Office) -> None:
    name = build(office)
    plan(office, Spoiled(RestFault.SILENT_400, 1, method="PUT"))
    sent(office, name)
    (row,) = office.workspace.ledger.anomalies(name)
    assert row.anomaly.error_id == "HTTP-400"
    # Not what the last three digits of the platform's own codes mean.
    assert "helpdesk" in row.anomaly.advice.text(Language.EN)
    assert row.anomaly.inss == WORKER
    assert all((row.anomaly.label.en, row.anomaly.label.fr, row.anomaly.label.nl))


def test_the_status_in_the_body_decides_nothing(office: Office) -> None:
    """The manual's refusal prints 12 there, and is a refusal."""
    body = json.loads((MANUAL / EXAMPLE).read_text())
    body["employer"]["companyId"] = 999999922
    (form,) = office.declare(body)
    assert form.state is FormState.REFUSED
    (row,) = office.workspace.ledger.anomalies(form.batch)
    assert (row.anomaly.error_id, row.anomaly.inss) == ("00014-017", WORKER)
    assert '"status\\": 12' in raw(office, form.batch)


def test_another_employer_goes_on_where_one_is_closed_to_us(
    office: Office, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from dataclasses import replace

    assert office.ground.rest is not None
    face = office.ground.rest.face
    mandate = replace(face.sender, employers=frozenset({"0401234560"}))
    object.__setattr__(face, "sender", mandate)
    body = json.loads((MANUAL / EXAMPLE).read_text())
    other = json.loads((MANUAL / EXAMPLE).read_text())
    other["employer"]["companyId"] = 401234560
    path = tmp_path_factory.mktemp("input") / "two.json"
    path.write_text(json.dumps([body, other]))
    (batch,) = build_command(office.workspace, [path]).batches
    with pytest.raises(FlaBatchError, match=r"employer 0880820673 \(403\).*1 answered, 1 left"):
        send(office.workspace, [batch.name])
    states = {form.company_id: form.state for form in office.workspace.ledger.forms(batch.name)}
    assert states == {"0880820673": STAGED, "0401234560": ACCEPTED}


@pytest.mark.parametrize(
    ("fault", "times", "answered", "exit_code"),
    [
        (RestFault.UNAUTHORISED, 1, True, 0),
        (RestFault.TOO_MANY, 1, True, 0),
        (RestFault.ERROR, 1, True, 0),
        (RestFault.ERROR, ALWAYS, False, 4),
        (RestFault.UNAVAILABLE, 1, True, 0),
        (RestFault.UNAVAILABLE, ALWAYS, False, 4),
        (RestFault.CUT, 1, True, 0),
        (RestFault.SLOW, 1, True, 0),
        (RestFault.HTML, ALWAYS, False, 4),
        (RestFault.TRUNCATED, ALWAYS, False, 4),
        (RestFault.CHARSET, ALWAYS, False, 4),
        (RestFault.HUGE, ALWAYS, False, 4),
        (RestFault.REDIRECT, ALWAYS, False, 3),
        (RestFault.OTHER_WORKER, ALWAYS, False, 4),
    ],
)
def test_a_question_lives_through_it(
    office: Office, fault: RestFault, times: int, answered: bool, exit_code: int
) -> None:
    office.declare(EXAMPLE)
    questions = asking.questions(FormKind.ASK_TRAININGS, EMPLOYER, [Person(WORKER)], [2024])
    (name,) = asking.build(office.workspace, questions)
    plan(office, Spoiled(fault, times, method="GET"))
    lived = sent(office, name)
    (asked,) = asking.outcome(office.workspace, [name])
    assert (asked.fate is asking.Fate.ANSWERED) is answered, lived.said
    assert lived.exit_code == exit_code, lived.said
    plan(office)
    if not answered:
        assert sent(office, name).exit_code == 0
        (asked,) = asking.outcome(office.workspace, [name])
        assert asked.fate is asking.Fate.ANSWERED


def test_ask_says_what_to_do_where_no_usable_answer_came(
    office: Office, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(options, "now", office.clock)
    fla = CommandLine(capsys, office.ground.settings_file)
    asked = ("ask", "credit", "--company-id", EMPLOYER, "--inss", WORKER)
    plan(office, Spoiled(RestFault.HTML, ALWAYS, method="GET"))
    called = fla(*asked)
    assert called.code == 4
    assert "Next: fla-batch send" in called.out
    assert "poll" not in called.out
    assert fla(*asked, "--json").document["waiting"] == 1
    plan(office)
    assert fla("send").code == 0
    assert WORKER in fla(*asked, "--show").out


def test_a_question_without_a_mandate_is_refused_and_the_others_are_not(office: Office) -> None:
    """So that a rescue of many employers goes on, and lists this one with the reason."""
    from dataclasses import replace

    assert office.ground.rest is not None
    face = office.ground.rest.face
    other = "0401234560"
    object.__setattr__(face, "sender", replace(face.sender, employers=frozenset({other})))
    questions = [
        question
        for company_id in (EMPLOYER, other)
        for worker in (WORKER, "70081500504")
        for question in asking.questions(FormKind.ASK_CREDIT, company_id, [Person(worker)])
    ]
    (name,) = asking.build(office.workspace, questions)
    send(office.workspace, [name])
    asked = asking.outcome(office.workspace, [name])
    fates = {(one.form.company_id, one.form.inss): one.fate for one in asked}
    assert {key[0] for key, fate in fates.items() if fate is asking.Fate.ANSWERED} == {other}
    refused = [one for one in asked if one.fate is asking.Fate.REFUSED]
    said = [each for one in refused for each in one.anomalies]
    assert [each.error_id for each in said] == ["HTTP-403"] * 2
    assert "mandate" in said[0].advice.text(Language.EN)


def test_a_refused_token_ends_it_at_once(
    open_rest: Callable[..., AbstractContextManager[Office]],
) -> None:
    with open_rest() as office:
        name = build(office)
        plan(office, Spoiled(RestFault.TOKEN_REFUSED, ALWAYS))
        lived = sent(office, name)
        assert (lived.exit_code, lived.form, lived.puts) == (3, STAGED, 0)
        assert "Chaman" in lived.said


def test_a_token_that_expires_in_the_middle_is_renewed_and_nothing_put_twice(
    office: Office,
) -> None:
    rest = office.ground.rest
    assert rest is not None
    name = build(office, "PutTraining_Delete_1_input.json")
    answer = rest.face.answer

    def then_expire(*args: object, **options: object) -> object:
        rest.tokens.revoke_all()
        return answer(*args, **options)  # type: ignore[arg-type]

    object.__setattr__(rest, "face", type("Face", (), {"answer": staticmethod(then_expire)})())
    assert sent(office, name).exit_code == 0
    assert puts(office) == 1


def test_two_sends_at_once_put_each_form_once(office: Office) -> None:
    import threading

    name = build(office)
    found: list[object] = []

    def once() -> None:
        try:
            found.append(send(office.workspace, [name])[0].state)
        except FlaBatchError as error:
            found.append(error)

    plan(office, Spoiled(RestFault.SLOW, 1))
    assert office.ground.rest is not None
    office.ground.rest.slow_s = 0.8
    threads = [threading.Thread(target=once) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert BatchState.CLOSED in found
    assert puts(office) == 1
