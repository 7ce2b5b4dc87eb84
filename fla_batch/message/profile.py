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
from fla_batch.message.shape import Layout, build
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
from fla_batch.models import credit_calculation as credit_models
from fla_batch.models.block import Block
from fla_batch.models.form import Answer, EmployeeYear, FormHeader, HandledOriginalForm, Reference
from fla_batch.models.question import Question
from fla_batch.vocabulary.errors import ConfigurationMistake, ProfileMistake
from fla_batch.vocabulary.terms import FormKind

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
    """One folder under `schemas/`, loaded. `fingerprint` is the SHA-256 of its binding and XSDs."""

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
    binding = _Binding(raw, folder)
    layouts = build(binding.blocks(), BLOCK_MODELS)
    return Profile(
        name=binding.text("profile", "name"),
        version=binding.text("profile", "version"),
        title=binding.text("profile", "title"),
        official=binding.table("profile").get("official") is True,
        application=binding.text("profile", "application"),
        folder=folder,
        declaration=binding.shape("declaration", layouts[_FORM], answers=False),
        answer=binding.shape("answer", layouts[_ANSWER_FORM], answers=True),
        identifications=binding.identifications("identifications"),
        answer_identifications=binding.identifications("answer_identifications"),
        layouts=layouts,
        fingerprint=_fingerprint(folder),
    )


class _Binding:
    """The text of a binding; whatever it lacks is a ProfileMistake that names the place."""

    def __init__(self, raw: Mapping[str, Any], folder: Path) -> None:
        self._raw = raw
        self._folder = folder

    def table(self, name: str) -> Mapping[str, Any]:
        found = self._raw.get(name)
        if not isinstance(found, dict):
            raise self._mistake(f"has no table [{name}]")
        return found

    def text(self, table: str, name: str) -> str:
        found = self.table(table).get(name)
        if not isinstance(found, str) or not found:
            raise self._mistake(f"lacks the text {name} in [{table}]")
        return found

    def blocks(self) -> Mapping[str, list[dict[str, Any]]]:
        blocks = self.table("blocks")
        for name, lines in blocks.items():
            if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
                raise self._mistake(f"has no list of entries for {name} in [blocks]")
        return blocks

    def shape(self, table: str, layout: Layout, *, answers: bool) -> MessageShape:
        schema = self._folder / self.text(table, "schema")
        if schema.parent != self._folder or not schema.is_file():
            raise ProfileMistake(f"{self._folder.name} has no file {schema.name}")
        return MessageShape(
            root=self.text(table, "root"),
            form=self.text(table, "form"),
            schema=schema,
            namespace=str(self.table(table).get("namespace", "")),
            layout=layout,
            answers=answers,
        )

    def identifications(self, table: str) -> dict[FormKind, str]:
        known = [kind.value for kind in FormKind]
        odd = sorted(set(self.table(table)) - set(known))
        if odd:
            raise self._mistake(f"names forms in [{table}] that do not exist: {', '.join(odd)}")
        return {FormKind(kind): self.text(table, kind) for kind in self.table(table)}

    def _mistake(self, what: str) -> ProfileMistake:
        return ProfileMistake(f"{self._folder.name}/{BINDING_FILE} {what}")


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.name == BINDING_FILE or path.suffix == ".xsd":
            digest.update(path.name.encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
