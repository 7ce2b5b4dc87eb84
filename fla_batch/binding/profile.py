"""A profile: one folder with the XSDs and the binding that says how models become XML.

Everything that could differ in the official files is in there, and nothing of it in code.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fla_batch
from fla_batch.binding.layout import Layout, build
from fla_batch.errors import ConfigurationMistake, ProfileMistake
from fla_batch.models import (
    ComplementaryEmployerRight,
    ComplementarySectorRight,
    DetailsPerPeriod,
    Employee,
    Employer,
    LegalFlaRight,
    Training,
    TrainingProviderReference,
    TrainingRights,
    TrainingRightsDeclaration,
    TrainingsDeclaration,
)
from fla_batch.models import credit as credit_models
from fla_batch.models.block import Block
from fla_batch.models.form import (
    Answer,
    EmployeeYear,
    FormHeader,
    HandledOriginalForm,
    Reference,
)
from fla_batch.models.question import Question
from fla_batch.terms import FormKind

BINDING_FILE = "binding.toml"
_FORM = "Form"
_ANSWER_FORM = "AnswerForm"

BLOCK_MODELS: Mapping[str, tuple[type[Block], ...]] = {
    _FORM: (FormHeader, TrainingRightsDeclaration, TrainingsDeclaration, Question),
    _ANSWER_FORM: (FormHeader, Answer),
    **{
        model.__name__: (model,)
        for model in (
            Reference,
            HandledOriginalForm,
            EmployeeYear,
            Employer,
            Employee,
            TrainingRights,
            LegalFlaRight,
            ComplementarySectorRight,
            ComplementaryEmployerRight,
            Training,
            DetailsPerPeriod,
            TrainingProviderReference,
            credit_models.FlaCreditCalculation,
            credit_models.LegalFlaCredit,
            credit_models.LegalFlaCreditPerYear,
            credit_models.ComplementarySectorCredit,
            credit_models.ComplementarySectorCreditPerYear,
            credit_models.ComplementaryEmployerCredit,
            credit_models.ComplementaryEmployerCreditPerYear,
            credit_models.ReservedTrainingTime,
            credit_models.ReservedTrainingTimePerPeriod,
        )
    },
}


@dataclass(frozen=True, slots=True)
class MessageShape:
    """The outside of a message: its root, its form element, its XSD, its target namespace."""

    root: str
    form: str
    schema: Path
    namespace: str
    layout: Layout
    answers: bool


@dataclass(frozen=True, slots=True)
class Profile:
    """One folder under `schemas/`, loaded. `fingerprint` is the SHA-256 of its files."""

    name: str
    version: str
    title: str
    official: bool
    application: str
    folder: Path
    declaration: MessageShape
    answer: MessageShape
    identifications: Mapping[FormKind, str]
    answer_identifications: Mapping[FormKind, str]
    layouts: Mapping[str, Layout]
    fingerprint: str

    def kind_of(self, identification: str | None) -> FormKind | None:
        """The kind of form that an Identification stands for, in either message."""
        for names in (self.identifications, self.answer_identifications):
            for kind, name in names.items():
                if name == identification:
                    return kind
        return None


def schemas_folder() -> Path:
    """The folder of the profiles that come with the package."""
    package = Path(fla_batch.__file__).parent
    inside = package / "schemas"
    return inside if inside.is_dir() else package.parent / "schemas"


def available(folder: Path | None = None) -> list[str]:
    """Names of the profiles in `folder`, by default those that come with the package."""
    root = folder or schemas_folder()
    return sorted(path.parent.name for path in root.glob(f"*/{BINDING_FILE}"))


def load(name_or_folder: str | Path) -> Profile:
    """The profile of that name, or in that folder.

    Raises ConfigurationMistake when there is none, ProfileMistake when its binding is wrong.
    """
    folder = Path(name_or_folder)
    if not (folder / BINDING_FILE).is_file():
        folder = schemas_folder() / str(name_or_folder)
    if not (folder / BINDING_FILE).is_file():
        raise ConfigurationMistake(
            f"there is no profile {str(name_or_folder)!r}",
            hint=f"Known profiles: {', '.join(available())}; or give the folder of your own.",
        )
    try:
        raw = tomllib.loads((folder / BINDING_FILE).read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileMistake(f"{folder.name}/{BINDING_FILE} is not TOML: {error}") from error
    try:
        return _profile(raw, folder)
    except (KeyError, TypeError, AttributeError) as error:
        raise ProfileMistake(f"{folder.name}/{BINDING_FILE} lacks {error}") from error


def _profile(raw: Mapping[str, Any], folder: Path) -> Profile:
    layouts = build(raw["blocks"], BLOCK_MODELS)
    about = raw["profile"]
    return Profile(
        name=about["name"],
        version=str(about["version"]),
        title=about["title"],
        official=bool(about["official"]),
        application=about["application"],
        folder=folder,
        declaration=_shape(raw["declaration"], folder, layouts[_FORM], answers=False),
        answer=_shape(raw["answer"], folder, layouts[_ANSWER_FORM], answers=True),
        identifications=_identifications(raw["identifications"]),
        answer_identifications=_identifications(raw["answer_identifications"]),
        layouts=layouts,
        fingerprint=_fingerprint(folder),
    )


def _shape(raw: Mapping[str, Any], folder: Path, layout: Layout, *, answers: bool) -> MessageShape:
    schema = folder / raw["schema"]
    if schema.parent != folder or not schema.is_file():
        raise ProfileMistake(f"{folder.name} has no file {raw['schema']}")
    return MessageShape(
        root=raw["root"],
        form=raw["form"],
        schema=schema,
        namespace=raw.get("namespace", ""),
        layout=layout,
        answers=answers,
    )


def _identifications(raw: Mapping[str, str]) -> dict[FormKind, str]:
    try:
        return {FormKind(kind): name for kind, name in raw.items()}
    except ValueError as error:
        raise ProfileMistake(
            f"the binding identifies a form that does not exist: {error}"
        ) from error


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.is_file():
            digest.update(path.name.encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
