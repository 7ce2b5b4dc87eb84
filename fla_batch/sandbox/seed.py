"""What the sandbox knows before the first batch, from a JSON file.

    {"prefilledRights": [{"companyId": ..., "inss": ..., "calendarYear": ..., "legalFlaRight": {}}],
     "providerTrainings": [{"companyId": ..., "inss": ..., "calendarYear": ..., "training": {}}],
     "employers": [{"companyId": ..., "flaImportanceCode": 2}]}

Blocks have the REST manual's shape. Loading the same file again changes nothing.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from fla_batch.models import LegalFlaRight, Training
from fla_batch.models.block import Block
from fla_batch.sandbox.accounts import AccountYear
from fla_batch.sandbox.platform import Platform
from fla_batch.vocabulary.errors import ConfigurationMistake
from fla_batch.vocabulary.identifiers import compact_company_id, compact_inss, mask_text


class _Account(Block):
    company_id: str | int
    inss: str | int
    calendar_year: int

    @property
    def account(self) -> AccountYear:
        return AccountYear(
            compact_company_id(str(self.company_id)),
            compact_inss(str(self.inss)),
            self.calendar_year,
        )


class PrefilledRight(_Account):
    """A legal right that the platform computed."""

    legal_fla_right: LegalFlaRight


class ProviderTraining(_Account):
    """A training that a provider registered, with its TrainingProviderReference."""

    training: Training


class SizedEmployer(Block):
    """An employer whose size is known; with 1 or 2 its providers' trainings are validated."""

    company_id: str | int
    fla_importance_code: int = Field(ge=1, le=9)


class Seed(Block):
    """The whole file."""

    prefilled_rights: tuple[PrefilledRight, ...] = ()
    provider_trainings: tuple[ProviderTraining, ...] = ()
    employers: tuple[SizedEmployer, ...] = ()

    def sow(self, platform: Platform, *, on: date) -> None:
        """Tell `platform` all of it, as of the day `on`. Raises UsageMistake: no reference."""
        with platform.store.transaction():
            for employer in self.employers:
                company_id = compact_company_id(str(employer.company_id))
                platform.accounts.set_importance_code(company_id, employer.fla_importance_code)
            for right in self.prefilled_rights:
                platform.prefill(right.account, right.legal_fla_right, on=on)
            for entry in self.provider_trainings:
                if not platform.register.knows(entry.training):
                    platform.register.add(entry.account, entry.training)


def load_seed(path: Path) -> Seed:
    """The seed in a JSON file. Raises ConfigurationMistake when it is none."""
    try:
        return Seed.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ConfigurationMistake(f"{path.name} cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise ConfigurationMistake(
            f"{path.name} is no seed of the sandbox: {_first(error)}",
            hint="docs/concepts/sandbox.md shows the shape of the file.",
        ) from None


def _first(error: ValidationError) -> str:
    detail: Any = error.errors(include_input=False, include_url=False)[0]
    return mask_text(f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}")
