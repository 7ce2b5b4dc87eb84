"""One account: all that is known of one worker with one employer, and what follows from it.

For an employer, worker and year there is one state, from which everything else is computed: the
photo, the register "to validate", GET answers, the credit, the guard (1, "One account" [D]; REST
manual 3.1 point 3, 3.2, 3.3.2, 3.3.4.3-4). Pure. The simulated platform makes it from its store,
our side from its ledger. "In force" is what the last accepted photo holds. Decision 1303.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from fla_batch.account.merge_provider_trainings import number_of
from fla_batch.account.remaining_credit import WINDOW_YEARS, Forecast, forecast
from fla_batch.account.rights_in_force import in_force
from fla_batch.models import (
    Declaration,
    Employee,
    Employer,
    LegalFlaRight,
    Training,
    TrainingRights,
    TrainingRightsDeclaration,
    TrainingsDeclaration,
)
from fla_batch.vocabulary.fla_windows import USUAL_WINDOWS, FlaWindows
from fla_batch.vocabulary.terms import ProcessingState, RightSource


@dataclass(frozen=True, slots=True)
class YearState:
    """One year of an account.

    `rights` and `trainings` are the photos in force. `computed` is the legal right as the platform
    keeps it; it counts until the employer declares his own (`taken_over`; 3.3.3.2 F).
    `registered` are providers' trainings, of which `self_validated` gives the ids of those that no
    employer needs to validate.
    """

    rights: TrainingRightsDeclaration | None = None
    trainings: TrainingsDeclaration | None = None
    rights_source: str | None = RightSource.EMPLOYER.value
    computed: LegalFlaRight | None = None
    taken_over: bool = False
    registered: tuple[Training, ...] = ()
    self_validated: frozenset[str] = frozenset()

    @property
    def legal_by_platform(self) -> LegalFlaRight | None:
        """The legal right that the platform keeps; None where the employer does, or nobody."""
        return None if self.taken_over else self.computed

    @property
    def rights_in_force(self) -> TrainingRights:
        """Rights that count, each with its source; what was declared with 0 is gone."""
        declared = self.rights.training_rights if self.rights else TrainingRights()
        kept = in_force(declared, self.rights_source)
        legal = self.legal_by_platform
        return kept.model_copy(update={"legal_fla_right": legal}) if legal else kept


NOTHING_YET = YearState()


@dataclass(frozen=True, slots=True)
class Account:
    """The account of one worker with one employer, by calendar year."""

    company_id: str
    inss: str
    years: Mapping[int, YearState] = field(default_factory=dict)

    def of(self, year: int | None) -> YearState:
        """The state of a year; one of which nothing is known is empty."""
        return self.years.get(year or 0, NOTHING_YET)

    def trainings(self, year: int) -> Iterator[Training]:
        """The trainings of a year with their state: those in force, then the register's others.

        A training that a later photo leaves out stands to validate again (3.3.2).
        """
        state = self.of(year)
        for training in state.trainings.trainings if state.trainings else ():
            yield _in_state(training, ProcessingState.VALIDATED)
        held = {
            reference_of(training)
            for each in self.years.values()
            for training in (each.trainings.trainings if each.trainings else ())
        }
        for training in state.registered:
            if reference_of(training) not in held:
                number = number_of(training.training_provider_reference)
                validated = number in state.self_validated
                yield _in_state(
                    training,
                    ProcessingState.VALIDATED if validated else ProcessingState.TO_VALIDATE,
                )

    def counting(self) -> Iterator[Declaration]:
        """What counts for the credit: rights and trainings in force, of all years."""
        for year, state in sorted(self.years.items()):
            rights = state.rights_in_force
            if state.rights or rights != TrainingRights():
                employee = state.rights.employee if state.rights else Employee()
                yield TrainingRightsDeclaration(
                    employer=Employer(company_id=self.company_id),
                    employee=employee.model_copy(update={"inss": self.inss}),
                    calendar_year=year,
                    training_rights=rights,
                )
            if state.trainings is not None:
                yield state.trainings

    def credit(
        self,
        at: datetime,
        *,
        employer: Employer | None = None,
        employee: Employee | None = None,
        windows: FlaWindows = USUAL_WINDOWS,
        with_end: bool = False,
    ) -> Forecast:
        """The credit at `at` (Belgian local time); `employer` and `employee` as they are shown.

        `with_end`: with the end of validity of the legal credit, provided that the platform keeps
        the legal right (3.3.5.2). The worker is named without the hours of his day (3.4.2).
        """
        shown = employee or Employee(inss=self.inss)
        return forecast(
            self.counting(),
            employer=employer or Employer(company_id=self.company_id),
            employee=shown.model_copy(update={"ref_hours_in_working_day": None}),
            calculated_at=at,
            windows=windows,
            relation_ends=self._relation_ends(),
            legal_validity_end_date=self._legal_end(at.year) if with_end else None,
        )

    def _relation_ends(self) -> dict[int, date]:
        """The ends that the platform told with the legal right of a year."""
        return {
            year: legal.legal_fla_right_validity_end_date
            for year, state in self.years.items()
            if (legal := state.rights_in_force.legal_fla_right) is not None
            and legal.legal_fla_right_validity_end_date is not None
        }

    def _legal_end(self, last_year: int) -> date | None:
        """End of validity as of the latest year with a legal right; None where the employer keeps
        that one.
        """
        for year in range(last_year, last_year - WINDOW_YEARS, -1):
            state = self.of(year)
            if state.legal_by_platform is not None:
                return state.legal_by_platform.legal_fla_right_validity_end_date
            if state.taken_over:
                return None
        return None


def declared_accounts(declarations: Iterable[Declaration]) -> Iterator[Account]:
    """The account of each employer and worker as `declarations` alone make it, in their order.

    Of two photos of one kind and year the later one counts.
    """
    known: dict[tuple[str, str], dict[int, YearState]] = {}
    for declared in declarations:
        key = declared.key
        years = known.setdefault(key[:2], {})
        state = years.get(key.calendar_year, NOTHING_YET)
        if isinstance(declared, TrainingRightsDeclaration):
            legal = declared.training_rights.legal_fla_right is not None
            state = replace(state, rights=declared, taken_over=state.taken_over or legal)
        else:
            state = replace(state, trainings=declared)
        years[key.calendar_year] = state
    for (company_id, inss), years in known.items():
        yield Account(company_id, inss, years)


def reference_of(training: Training) -> tuple[str, str | None] | None:
    """What a provider knows a training by: his id in one spelling, and his company number."""
    reference = training.training_provider_reference
    if reference is None:
        return None
    return number_of(reference), reference.training_provider_company_id


def _in_state(training: Training, state: ProcessingState) -> Training:
    return training.model_copy(update={"processing_state": state.value})
