"""What `ask` does: send the questions, wait for the answers, show them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from fla_batch.cli.edge import say
from fla_batch.cli.options import Shared
from fla_batch.cli.show import in_words, kind_in_words, outcome_in_words
from fla_batch.vocabulary.errors import GatewayUnavailable, WaitTimedOut
from fla_batch.vocabulary.terms import FormKind

if TYPE_CHECKING:
    from fla_batch.commands.ask import Asked
    from fla_batch.commands.workspace import Workspace
    from fla_batch.models.question import Question
    from fla_batch.vocabulary.filenames import BatchName


def ask_or_show(
    kind: FormKind,
    shared: Shared,
    *,
    company_id: str,
    show: bool,
    every_s: float | None,
    timeout_s: float | None,
    after_closure: bool,
    inss: tuple[str, ...] = (),
    workers_file: Path | None = None,
    years: tuple[int, ...] = (),
    **filters: str | date | None,
) -> int:
    """One call of an `ask` command; its exit code. `filters` are zones of the question."""
    from fla_batch.commands.ask import questions
    from fla_batch.intake.worker_list import Person, read_people
    from fla_batch.vocabulary.identifiers import compact_inss

    people = [Person(compact_inss(number)) for number in inss]
    people += read_people(workers_file) if workers_file else []
    asked = questions(kind, company_id, people, years, everyone=show, **filters)
    with shared.workspace() as workspace:
        if show:
            return _show_known(workspace, asked, shared)
        batches = _sent(workspace, asked, shared, after_closure=after_closure)
        late = _waited(workspace, batches, every_s, timeout_s, shared)
        return _show_asked(workspace, batches, shared, waited=every_s is not None) or late


def _sent(
    workspace: Workspace, asked: list[Question], shared: Shared, *, after_closure: bool
) -> list[BatchName]:
    from fla_batch.commands import ask as asking
    from fla_batch.commands.send import send, to_send

    left = None if after_closure else asking.time_left(workspace)
    if left:
        shared.tell_translated(left)
    batches = asking.build(workspace, asked, after_closure=after_closure)
    waiting = to_send(workspace, [str(name) for name in batches])
    for sent in send(workspace, waiting):
        shared.tell(outcome_in_words(sent, shared.language))
    return batches


def _waited(
    workspace: Workspace,
    batches: list[BatchName],
    every_s: float | None,
    timeout_s: float | None,
    shared: Shared,
) -> int:
    """Waits when asked to; the exit code of waiting in vain, else 0."""
    from fla_batch.commands import ask as asking
    from fla_batch.commands.watch import Patience

    if every_s is None:
        return 0
    try:
        asking.wait(workspace, batches, Patience(every_s, timeout_s, shared.tell_translated))
    except WaitTimedOut as error:
        # What did come is shown all the same.
        shared.tell(". ".join(error.told(shared.language)))
        return error.exit_code
    return 0


def _show_known(workspace: Workspace, asked: list[Question], shared: Shared) -> int:
    from fla_batch.account.rest_json import answer_json
    from fla_batch.cli.answer_tables import answer_tables
    from fla_batch.commands.last_answers import known

    rows = known(workspace, asked)
    if shared.as_json:
        shared.show_json({"answers": [answer_json(row) for row in rows]})
    else:
        words = shared.words
        say(answer_tables(rows, words) if rows else words.line("no_answer_yet"))
    return 0


def _show_asked(
    workspace: Workspace, batches: list[BatchName], shared: Shared, *, waited: bool
) -> int:
    from fla_batch.commands.ask import Fate, outcome

    asked = outcome(workspace, batches)
    refused = [one for one in asked if one.fate is Fate.REFUSED]
    waiting = sum(one.fate is Fate.WAITING for one in asked)
    answers_later = workspace.channel.answers_later
    if shared.as_json:
        shared.show_json(_document(batches, asked, refused, waiting))
    else:
        _show_in_words(asked, refused, shared)
        if waiting and not (waited and answers_later):
            then = "questions_sent" if answers_later else "questions_unanswered"
            say(shared.words.count(then, waiting))
    if refused:
        return 1
    return 0 if answers_later or not waiting else GatewayUnavailable.exit_code


def _document(
    batches: list[BatchName], asked: list[Asked], refused: list[Asked], waiting: int
) -> dict[str, object]:
    from fla_batch.account.rest_json import answer_json

    return {
        "batches": [str(name) for name in batches],
        "answers": [answer_json(one.answer, one.anomalies) for one in asked if one.answer],
        "refused": [anomaly.to_json() for one in refused for anomaly in one.anomalies],
        "waiting": waiting,
    }


def _show_in_words(asked: list[Asked], refused: list[Asked], shared: Shared) -> None:
    from fla_batch.cli.answer_tables import answer_tables

    rows = [one.answer for one in asked if one.answer]
    if rows:
        say(answer_tables(rows, shared.words))
    for one in refused:
        kind = kind_in_words(one.form.kind, shared.language)
        what = " ".join(filter(None, (kind, one.form.inss)))
        say(shared.words.line("question_refused", what=what))
        for anomaly in one.anomalies:
            say(in_words(anomaly, shared.language, indent="  ", text=shared.text))
