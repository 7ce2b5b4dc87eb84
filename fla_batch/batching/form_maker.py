"""Declarations to forms: checked by the rules, numbered, timed, and written to the spool."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import datetime

from fla_batch.message import Profile
from fla_batch.message.reference_form import reference_form
from fla_batch.message.reference_numbers import COUNTER_LENGTH, counter
from fla_batch.models import Declaration
from fla_batch.models.form import REFERENCE_LONGEST, Form, FormHeader
from fla_batch.models.question import Question
from fla_batch.vocabulary.creation_stamps import CreationStamps
from fla_batch.vocabulary.errors import UsageMistake
from fla_batch.vocabulary.terms import FormKind

RUN_LENGTH = REFERENCE_LONGEST - COUNTER_LENGTH

Counted = Callable[[int], None]


class FormMaker:
    """Makes the forms of one run.

    `run` is unique to it: up to 14 characters that begin every reference number. `started` is
    the aware instant of its beginning. Forms have the creation stamps that were reserved for
    them, or, where nobody else makes forms, those from `started` on.
    """

    def __init__(
        self, profile: Profile, run: str, started: datetime, stamps: CreationStamps | None = None
    ) -> None:
        if not run or len(run) > RUN_LENGTH:
            raise ValueError(f"a run is 1 to {RUN_LENGTH} characters")
        self._profile = profile
        self._reference_forms: dict[FormKind, Callable[[str], str]] = {}
        self.run = run
        self.started = started
        self._stamps = stamps or CreationStamps.counted_from(started)
        self._made = 0

    def stamped(self, stamps: CreationStamps | None) -> FormMaker:
        """The same, for forms that have other stamps; None for the same ones."""
        if stamps is None:
            return self
        other = copy(self)
        other._stamps = stamps
        return other

    def form(self, body: Declaration | Question, number: int | None = None) -> Form:
        """Form `number` of the run (from 1), by default the next one of those without a number.

        Several threads may ask at once, with a number each. Raises UsageMistake when the profile
        has no such form.
        """
        if number is None:
            self._made = number = self._made + 1
        return Form.model_construct(header=self.header(body.kind, number), body=body)

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
        return self._stamps.of(number)

    def reference(self, kind: FormKind, number: int) -> str:
        """The reference number of form `number` of the run, in the form that the XSD asks."""
        form = self._reference_forms.get(kind)
        if form is None:
            form = self._reference_forms[kind] = reference_form(self._profile.shapes[kind])
        return form(self.run + counter(number))
