"""Getting everything out: all that the platform holds of every employer and worker that we know.

Asks round by round until nothing new is wanted, and goes on where it stopped: what the folder's
rescue has had answered is in the ledger, and what it has asked is in the outbox. Decision 1304.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fla_batch.account.holdings import Holdings, Wanted, answered_by, question_of
from fla_batch.commands.keep_answer import keep_answer
from fla_batch.commands.question_line import BatchLine
from fla_batch.intake.answer_files import NotAnAnswer
from fla_batch.intake.fetched_answers import fetched_answers
from fla_batch.system.files import private_folder, write_whole
from fla_batch.vocabulary.belgian_time import belgian_date
from fla_batch.vocabulary.errors import UsageMistake

if TYPE_CHECKING:
    from fla_batch.commands.needs import Records

STATE = "rescue.json"
_NEVER_ASKED = "not asked"


class RescueSubject(NamedTuple):
    """Whom to rescue: an employer, one of his workers, a year that is known of."""

    company_id: str
    inss: str = ""
    calendar_year: int | None = None


@dataclass(slots=True)
class Rescued:
    """What a rescue has: whom it is about, what is `missing` and why, since when it goes on.

    `unread` are files of `--from` that answer nothing; `late` is True when answers may still come.
    """

    since: datetime
    holdings: Holdings
    missing: dict[Wanted, str] = field(default_factory=dict)
    unread: list[NotAnAnswer] = field(default_factory=list)
    questions: int = 0
    late: bool = False


def rescue(
    records: Records,
    line: BatchLine | None,
    subjects: Iterable[RescueSubject],
    folder: Path,
    *,
    sources: Sequence[Path] = (),
    told: Callable[[str], None],
) -> Rescued:
    """Everything that is wanted of `subjects` and of whom the ledger knows, as far as it comes.

    `line` is None where nothing can be asked: what is missing then is the list of what to ask.
    `folder` remembers when its rescue began: answers from then on count, earlier ones may be out of
    date. Raises what the line raises, InputUnreadable, DiskTrouble, LedgerTrouble.
    """
    result = Rescued(begun(records, folder), Holdings())
    # Also those of every declaration and question, whatever became of it.
    for subject in [*subjects, *records.ledger.subjects(records.environment)]:
        result.holdings.name(*subject)
    for source in sources:
        _take_in(records, source, result)
    if line is not None:
        line.finish()
    reasons = _ask_all(records, line, result, told)
    today = belgian_date(records.clock())
    wanted = result.holdings.wanted(today)
    result.missing = {each: reasons.get(each, _NEVER_ASKED) for each in wanted}
    return result


def begun(records: Records, folder: Path) -> datetime:
    """When the rescue of that folder began: now, when it is new. Raises UsageMistake."""
    path = private_folder(folder) / STATE
    if not path.exists():
        started = {"startedAt": records.clock().isoformat(), "environment": records.environment}
        write_whole(path, json.dumps(started).encode())
    try:
        state = json.loads(path.read_bytes())
        since, environment = datetime.fromisoformat(state["startedAt"]), state["environment"]
    except (ValueError, KeyError, TypeError) as error:
        raise UsageMistake(
            f"{path.name} in {folder} is damaged: {error}",
            hint="Name another folder with -o: the rescue begins anew there.",
        ) from None
    if environment != records.environment:
        raise UsageMistake(
            f"{folder} holds a rescue of environment {environment}, and the configuration says "
            f"{records.environment.value}",
            hint="Name another folder with -o.",
        )
    return since


def _take_in(records: Records, source: Path, result: Rescued) -> None:
    for found in fetched_answers(source):
        if isinstance(found, NotAnAnswer):
            result.unread.append(found)
        else:
            keep_answer(records, found.question, found.answer, found.raw, result.since)


def _ask_all(
    records: Records,
    line: BatchLine | None,
    result: Rescued,
    told: Callable[[str], None],
) -> dict[Wanted, str]:
    """Rounds of questions until nothing is wanted that was not asked; why some have no answer."""
    reasons: dict[Wanted, str] = {}
    asked: set[Wanted] = set()
    learned = 0
    while True:
        told_since = records.ledger.received_since(records.environment, result.since, learned)
        for number, row in told_since:
            result.holdings.learn(row)
            learned = number
        wanted = result.holdings.wanted(belgian_date(records.clock()))
        new = [each for each in wanted if each not in asked]
        if not new or line is None:
            return reasons
        # Two things that are wanted may come by one question.
        once = {question.to_json_text(): question for question in map(question_of, new)}
        questions = list(once.values())
        told(
            f"asking {len(questions)} questions about {len(result.holdings.workers)} workers of "
            f"{len(result.holdings.employers)} employers"
        )
        asked.update(new)
        result.questions += len(questions)
        for unanswered in line.ask(questions):
            result.late |= unanswered.late
            for each in answered_by(unanswered.question):
                reasons[each] = unanswered.reason
