"""A way to have questions answered. `rescue` asks over it, and finds the answers in the ledger.

The questions go as forms in batches; an answer is in the ledger, as a consultation, before `ask`
returns.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from fla_batch.commands import ask as asking
from fla_batch.commands.send import send, to_send
from fla_batch.commands.watch import Patience, watch
from fla_batch.ledger.lifecycle import OPEN_BATCH_STATES
from fla_batch.models.question import Question
from fla_batch.vocabulary.errors import WaitTimedOut
from fla_batch.vocabulary.filenames import BatchName

if TYPE_CHECKING:
    from fla_batch.commands.needs import QuestionTools


class Unanswered(NamedTuple):
    """A question without an answer, and why; `late` when it may still come."""

    question: Question
    reason: str
    late: bool = False


@dataclass(frozen=True, slots=True)
class BatchLine:
    """Questions as batches: built, sent, polled for; `patience` is that for each lot of them."""

    workspace: QuestionTools
    patience: Patience
    after_closure: bool = False

    def finish(self) -> None:
        """Bring to an end what an interrupted run began: what was asked is not asked again."""
        ledger, environment = self.workspace.ledger, self.workspace.environment
        names = ledger.names(environment, OPEN_BATCH_STATES)
        self._through(list(filter(ledger.only_asks, names)))

    def ask(self, questions: Sequence[Question]) -> Iterator[Unanswered]:
        """Have all of them answered, as far as they are; those that are not, each with its reason.

        Raises what its channel raises when it does not work at all.
        """
        names = asking.build(self.workspace, questions, after_closure=self.after_closure)
        self._through(names)
        for name in names:
            yield from self._unanswered(name)

    def _through(self, names: Sequence[BatchName]) -> None:
        """Send what is to be sent, and wait until each question has an answer or a refusal."""
        ledger = self.workspace.ledger
        wanted = set(names)
        waiting = [name for name in to_send(self.workspace, ()) if name in wanted]
        for sent in send(self.workspace, waiting):
            self.patience.told(f"{sent.name}: {sent.state.value}{sent.remark}")
        still_open = [name for name in names if ledger.owes_answers(name)]
        if not still_open:
            return
        try:
            enough = lambda _: not any(map(ledger.owes_answers, still_open))  # noqa: E731
            watch(self.workspace, self.patience, enough)
        except WaitTimedOut as error:
            self.patience.told(
                f"{error}: what is missing may come later; run the same command again."
            )

    def _unanswered(self, name: BatchName) -> Iterator[Unanswered]:
        reasons: defaultdict[str | None, list[str]] = defaultdict(list)
        for row in self.workspace.ledger.anomalies(name):
            text = row.anomaly.label.en or row.anomaly.error_id
            reasons[row.reference_nbr].append(f"{row.anomaly.error_id}: {text}")
        for form in self.workspace.ledger.without_answer(name):
            question = Question.model_validate(
                {**form.body, "question": form.kind.value}, strict=False
            )
            why = reasons[form.reference_nbr] or reasons[None]
            reason = "; ".join(why) or f"no answer yet ({form.state.value})"
            yield Unanswered(question, reason, late=not why)
