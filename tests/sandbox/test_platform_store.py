"""What the platform keeps outlives a restart, and a batch changes all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from fla_batch.sandbox.platform import Platform
from fla_batch.sandbox.store import Store
from fla_batch.vocabulary.terms import FormKind
from tests.sandbox.declared import ACCOUNT, LEGAL, error_ids, offered, with_legal, without_legal
from tests.sandbox.practice import TODAY, Clock, NewPractice, manual, question


def test_accounts_and_register_outlive_a_restart(new_practice: NewPractice, tmp_path: Path) -> None:
    first = new_practice("first", platform=Platform(Store(tmp_path / "sandbox.sqlite")))
    first.judge(with_legal())
    first.platform.register.add(ACCOUNT, offered())
    first.close()

    second = new_practice("second", platform=Platform(Store(tmp_path / "sandbox.sqlite")))

    assert error_ids(second.judge(without_legal())) == ["LegalFlaRight-001"]
    assert not second.platform.prefill(ACCOUNT, LEGAL, on=TODAY)
    asked = question(FormKind.ASK_TO_VALIDATE, processing_state="toValidate")
    answer = second.judge(asked).answer
    assert answer is not None
    assert len(answer.employee_year) == 1


@dataclass
class StoppingClock(Clock):
    """A clock that breaks after so many readings."""

    readings: int = 0

    def __call__(self) -> datetime:
        self.readings -= 1
        if self.readings < 0:
            raise RuntimeError("the clock stopped")
        return super().__call__()


@pytest.mark.parametrize("readings", range(1, 6))
def test_a_batch_that_fails_midway_changes_no_account(
    new_practice: NewPractice, readings: int
) -> None:
    practice = new_practice(clock=StoppingClock(readings=readings))

    with pytest.raises(RuntimeError, match="the clock stopped"):
        practice.send(
            manual("PutTraining_input.json"),
            manual("PutTraining_Delete_1_input.json"),
            manual("PutTrainingRight_input.json"),
        )

    assert practice.platform.store.rows("select * from photo") == []
    assert practice.received("NOTI") == []


def test_a_failed_transaction_undoes_the_one_within() -> None:
    store = Store()

    def outer() -> None:
        with store.transaction():
            with store.transaction():
                store.execute("insert into employer values ('0880820673', 1)")
            raise ValueError("outer")

    with pytest.raises(ValueError, match="outer"):
        outer()
    assert store.rows("select * from employer") == []
    store.close()
