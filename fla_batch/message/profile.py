"""A profile: one folder with the XSDs and the binding that says how models become XML.

Everything that could differ in the official files is in there, and nothing of it in code.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fla_batch.message.binding_lines import BindingLine, BindingText, lines_of
from fla_batch.message.grow import Grower
from fla_batch.message.message_shape import MessageShape, ShapePlan, compiled
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
from fla_batch.system.profile_record import BINDING_FILE, fingerprint, schemas_folder
from fla_batch.vocabulary.errors import ConfigurationMistake, ProfileMistake
from fla_batch.vocabulary.terms import FormKind

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

_KINDS = {kind.value for kind in FormKind}
_SHAPE_KEYS = {
    "root",
    "form",
    "schema",
    "payload",
    "namespace",
    "application",
    "layout",
    "attributes",
    "header",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """One folder under `schemas/`, loaded. `fingerprint` is the SHA-256 of its binding and XSDs.

    `shapes` has the message of each kind of form; `answer` is None where the XSD knows no
    answers. `drop` are the zones and kinds that cannot be sent, `narrower` the zones of which the
    XSD takes less than the rules, `undecided` its constructs that samples cannot settle: all
    accepted by name.
    """

    name: str
    version: str
    title: str
    official: bool
    application: str
    folder: Path
    shapes: Mapping[FormKind, MessageShape]
    answer: MessageShape | None
    identifications: Mapping[FormKind, str]
    answer_identifications: Mapping[FormKind, str]
    drop: frozenset[str]
    narrower: frozenset[str]
    undecided: frozenset[str]
    files: tuple[Path, ...] = field(compare=False)
    fingerprint: str

    @property
    def declaration(self) -> MessageShape:
        """The message of declarations; the first of them where each kind has its own."""
        return next(iter(self.shapes.values()))

    @property
    def messages(self) -> list[MessageShape]:
        """Each different message that we send, once."""
        return list({id(shape): shape for shape in self.shapes.values()}.values())

    def application_of(self, shape: MessageShape) -> str:
        """The application code in the names of files with messages of that shape."""
        return shape.application or self.application

    def kind_of(self, identification: str | None) -> FormKind | None:
        """The kind of form that an Identification stands for, in either message."""
        for names in (self.identifications, self.answer_identifications):
            for kind, name in names.items():
                if name == identification:
                    return kind
        return None


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
        text = (folder / BINDING_FILE).read_text(encoding="utf-8")
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileMistake(f"{folder.name}/{BINDING_FILE} is not TOML: {error}") from error
    binding = _Binding(raw, text, folder)
    identifications = binding.identifications("identifications")
    answered = binding.has("answer")
    shapes = binding.declarations(identifications)
    answer = binding.answer() if answered else None
    reached = [shape for shape in (*shapes.values(), answer) if shape is not None]
    schemas = {path for shape in reached for path in shape.outline.files.paths}
    files = tuple(sorted({folder.resolve() / BINDING_FILE, *schemas}))
    return Profile(
        name=binding.text("profile", "name"),
        version=binding.text("profile", "version"),
        title=binding.text("profile", "title"),
        official=binding.table("profile").get("official") is True,
        application=binding.text("profile", "application"),
        folder=folder,
        shapes=shapes,
        answer=answer,
        identifications=identifications,
        answer_identifications=(
            binding.identifications("answer_identifications") if answered else {}
        ),
        drop=binding.names("drop"),
        narrower=binding.names("narrower"),
        undecided=binding.names("undecided"),
        files=files,
        fingerprint=fingerprint(folder, files),
    )


class _Binding:
    """The text of a binding; whatever it lacks is a ProfileMistake that names the place."""

    def __init__(self, raw: Mapping[str, Any], text: str, folder: Path) -> None:
        self._raw = raw
        self._folder = folder
        self._text = BindingText(folder / BINDING_FILE, text)
        self._layouts = {
            name: list(lines_of(name, entries, self._text))
            for name, entries in self._blocks().items()
        }

    def has(self, table: str) -> bool:
        """True when the binding has that table."""
        return table in self._raw

    def table(self, name: str) -> Mapping[str, Any]:
        """A table that must be there."""
        found = self._raw.get(name)
        if not isinstance(found, dict):
            raise self._mistake(f"has no table [{name}]")
        return found

    def text(self, table: str, name: str) -> str:
        """A text that must be in that table."""
        return self._required(self.table(table), table, name)

    def names(self, name: str) -> frozenset[str]:
        """A list of names in [profile]; empty without one."""
        found = self.table("profile").get(name, [])
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            raise self._mistake(f"has no list of names {name} in [profile]")
        return frozenset(found)

    def declarations(self, kinds: Iterable[FormKind]) -> dict[FormKind, MessageShape]:
        """The message of each kind: that of [declaration], or its own where it says otherwise."""
        common = self.table("declaration")
        own = {FormKind(name) for name in common if name in _KINDS}
        shared: MessageShape | None = None
        found: dict[FormKind, MessageShape] = {}
        for kind in kinds:
            if kind in own:
                place = f"declaration.{kind.value}"
                changed = {**common, **self._inner(common, kind.value, place)}
                found[kind] = self._shape(changed, place, _FORM, answers=False)
            else:
                shared = shared or self._shape(common, "declaration", _FORM, answers=False)
                found[kind] = shared
        if not found:
            raise self._mistake("has no form in [identifications]")
        return found

    def answer(self) -> MessageShape:
        """The message of answers."""
        return self._shape(self.table("answer"), "answer", _ANSWER_FORM, answers=True)

    def identifications(self, table: str) -> dict[FormKind, str]:
        """Kind -> Identification."""
        odd = sorted(set(self.table(table)) - _KINDS)
        if odd:
            raise self._mistake(f"names forms in [{table}] that do not exist: {', '.join(odd)}")
        return {FormKind(kind): self.text(table, kind) for kind in self.table(table)}

    def _shape(
        self, table: Mapping[str, Any], place: str, layout: str, *, answers: bool
    ) -> MessageShape:
        odd = sorted(set(table) - _SHAPE_KEYS - _KINDS)
        if odd:
            raise self._mistake(f"has in [{place}] what nobody knows: {', '.join(odd)}")
        payloads = table.get("payload", [])
        plan = ShapePlan(
            root=self._required(table, place, "root"),
            form=self._required(table, place, "form"),
            schema=self._file(self._required(table, place, "schema")),
            payloads=tuple(map(self._file, [payloads] if isinstance(payloads, str) else payloads)),
            application=str(table.get("application", "")),
            layout=str(table.get("layout", layout)),
            models=BLOCK_MODELS[layout],
            attributes=self._inner(table, "attributes", place) if "attributes" in table else {},
            header=self._header(table, place),
            answers=answers,
        )
        shape = compiled(plan, Grower(self._layouts, BLOCK_MODELS))
        named = table.get("namespace")
        if named is not None and named != shape.namespace:
            raise self._mistake(
                f"says in [{place}] that the namespace is {named!r}; the XSD says "
                f"{shape.namespace!r}: remove that line, it is read from the XSD"
            )
        return shape

    def _header(self, table: Mapping[str, Any], place: str) -> list[BindingLine]:
        entries = table.get("header", [])
        if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
            raise self._mistake(f"has no list of entries for header in [{place}]")
        return list(lines_of("header", entries, self._text))

    def _file(self, name: str) -> Path:
        path = self._folder / name
        if not path.is_file() or not path.resolve().is_relative_to(self._folder.resolve()):
            raise ProfileMistake(
                f"{self._folder.name} has no file {Path(name).name}",
                hint="Put the XSD into the folder of the profile; name it in the binding.",
            )
        return path

    def _required(self, table: Mapping[str, Any], place: str, name: str) -> str:
        found = table.get(name)
        if not isinstance(found, str) or not found:
            raise self._mistake(f"lacks the text {name} in [{place}]")
        return found

    def _inner(self, table: Mapping[str, Any], name: str, place: str) -> Mapping[str, Any]:
        found = table[name]
        if not isinstance(found, dict):
            raise self._mistake(f"has no table {name} in [{place}]")
        return found

    def _blocks(self) -> Mapping[str, list[dict[str, Any]]]:
        blocks = self.table("blocks")
        for name, lines in blocks.items():
            if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
                raise self._mistake(f"has no list of entries for {name} in [blocks]")
        return blocks

    def _mistake(self, what: str) -> ProfileMistake:
        return ProfileMistake(f"{self._folder.name}/{BINDING_FILE} {what}")
