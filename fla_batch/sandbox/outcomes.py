"""What the platform says about one form."""

from __future__ import annotations

from dataclasses import dataclass

from fla_batch.models.credit_calculation import FlaCreditCalculation
from fla_batch.models.form import Answer
from fla_batch.vocabulary.findings import Anomaly, blocking


@dataclass(frozen=True, slots=True)
class FormOutcome:
    """The verdict on a form. `credit` comes with an accepted declaration, `answer` with an
    accepted question; both are None when the form is refused.
    """

    anomalies: tuple[Anomaly, ...] = ()
    credit: FlaCreditCalculation | None = None
    answer: Answer | None = None

    @property
    def accepted(self) -> bool:
        """True unless an anomaly blocks; the others are warnings (REST manual 3.4)."""
        return not blocking(self.anomalies)
