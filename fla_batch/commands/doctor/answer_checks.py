"""Answers: how far they are trusted, and which are late."""

from __future__ import annotations

from collections.abc import Iterator

from fla_batch.commands.doctor.diagnosis import Diagnosis, Surroundings
from fla_batch.commands.doctor.outbox_checks import open_ledger_of
from fla_batch.ledger.lifecycle import BatchState, SilenceLimits


def trust_in_answers(around: Surroundings) -> Iterator[Diagnosis]:
    """The roots that signatures of answers lead to are there and valid (S8)."""
    from fla_batch.signing.chain import is_valid
    from fla_batch.signing.keys import load_certificates

    path = around.settings.signing.answer_roots
    required = around.settings.answers.require_signature
    if around.settings.answers.delete_on_server:
        yield around.warning("answer-roots", "answers-deleted")
    if path is None:
        found = around.error if required else around.ok
        yield found("answer-roots", "roots-missing" if required else "roots-none")
        return
    roots, now = load_certificates(path), around.clock()
    valid = [root for root in roots if is_valid(root, now)]
    if valid:
        yield around.ok("answer-roots", "roots-valid", count=len(valid))
    else:
        yield around.error("answer-roots", "roots-expired", file=path)


def overdue(around: Surroundings) -> Iterator[Diagnosis]:
    """Batches whose answer is late (R22)."""
    section = around.settings.answers
    limits = SilenceLimits(section.overdue_acrf_hours, section.overdue_noti_days)
    late = 0
    with open_ledger_of(around) as found:
        for row in found.status_rows(around.clock(), limits) if found is not None else ():
            if row.state is BatchState.OVERDUE and row.age is not None:
                late += 1
                hours = int(row.age.total_seconds() // 3600)
                yield around.warning("overdue", "batch-overdue", batch=row.name, hours=hours)
    if not late:
        yield around.ok("overdue", "nothing-overdue")
