"""Declarations to forms: checked by the rules, numbered, timed, and written to the spool."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from fla_batch.message import Profile
from fla_batch.message.reference_form import reference_form
from fla_batch.message.reference_numbers import COUNTER_LENGTH, counter
from fla_batch.models import Declaration
from fla_batch.models.form import REFERENCE_LONGEST, Form, FormHeader
from fla_batch.models.question import Question
from fla_batch.vocabulary.belgian_time import belgian
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.terms import FormKind

RUN_LENGTH = REFERENCE_LONGEST - COUNTER_LENGTH

Counted = Callable[[int], None]


class FormMaker:
    """Makes the forms of one run.

    `run` is unique to it: up to 14 characters that begin every reference number. `started` is
    an aware instant; forms are created from it on, a millisecond apart, in Belgian local time,
    because (date, hour) must be unique within a batch and some notifications know no other name.
    """

    def __init__(self, profile: Profile, run: str, started: datetime) -> None:
        if not run or len(run) > RUN_LENGTH:
            raise ValueError(f"a run is 1 to {RUN_LENGTH} characters")
        self._profile = profile
        self._reference_forms: dict[FormKind, Callable[[str], str]] = {}
        self.run = run
        self.started = started
        local = belgian(started).replace(tzinfo=None)
        self._first = local.replace(microsecond=local.microsecond // 1000 * 1000)
        self._made = 0

    def form(self, body: Declaration | Question, number: int | None = None) -> Form:
        """Form `number` of the run (from 1), by default the next one.

        Raises UsageMistake when the profile has no such form.
        """
        self._made = self._made + 1 if number is None else number
        return Form.model_construct(header=self.header(body.kind, self._made), body=body)

    def header(self, kind: FormKind, number: int) -> FormHeader:
        """The header of form `number` of the run. Raises UsageMistake as `form` does."""
        identification = self._profile.identifications.get(kind)
        if identification is None:
            raise UsageMistake(f"profile {self._profile.name} has no form for {kind.value}")
        if not kind.is_declaration and self._profile.answer is None:
            raise UsageMistake(
                f"profile {self._profile.name} knows no answers: {kind.value} cannot be asked",
                hint="Its binding has no [answer]. Declarations work; ask by the REST channel.",
            )
        reference = self.reference(kind, number)
        return FormHeader.original(identification, self.created(number), reference)

    def created(self, number: int) -> datetime:
        """When form `number` of the run was created, in Belgian local time."""
        return self._first + timedelta(milliseconds=number - 1)

    def reference(self, kind: FormKind, number: int) -> str:
        """The reference number of form `number` of the run, in the form that the XSD asks."""
        form = self._reference_forms.get(kind)
        if form is None:
            form = self._reference_forms[kind] = reference_form(self._profile.shapes[kind])
        return form(self.run + counter(number))
