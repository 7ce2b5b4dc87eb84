"""What shows a verdict of `schema check` to be right or wrong: declarations, written and judged.

Declarations that the rules accept are written by the profile, judged by libxml2 and by xmlschema,
and read back. Nothing here asks what `schema check` would say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import xmlschema
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fla_batch.message import FormReader, MessageShape, Profile
from fla_batch.message.conformity_samples import Comparison, extra_texts, sample_extra
from fla_batch.message.profile_limits import ProfileLimits
from fla_batch.message.reference_form import reference_form
from fla_batch.message.reference_numbers import counter
from fla_batch.message.samples import declarations
from fla_batch.message.templates import MessageFacts
from fla_batch.message.writer import MessageWriter
from fla_batch.message.xsd_verdict import SchemaValidator
from fla_batch.models import Declaration, Entry
from fla_batch.models.form import Form, FormHeader
from fla_batch.rules import RuleContext, check
from fla_batch.system import xmlsafe
from fla_batch.vocabulary.terms import FormKind
from tests import builders as b
from tests import strategies

_CONTEXT = RuleContext(today=date(2100, 1, 1))
_CREATED = datetime(2025, 3, 1, 10, 15, 0, 123000)  # noqa: DTZ001 - Belgian local time
RUN = "SAMPLERUN0"


@cache
def accepted(generated: int) -> tuple[Declaration, ...]:
    """Declarations that the rules accept: `generated` ones of each kind, and those at the ends."""
    found: list[Declaration] = [*_at_the_ends(), *declarations()]
    for strategy in (strategies.valid_trainings(), strategies.VALID_RIGHTS):
        found += _drawn(strategy, generated)
    return tuple(each for each in found if not _is_refused(each))


def _drawn(strategy: st.SearchStrategy[Declaration], count: int) -> list[Declaration]:
    found: list[Declaration] = []

    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(declaration: Declaration) -> None:
        found.append(declaration)

    collect()
    return found


def _is_refused(declaration: Declaration) -> bool:
    return any(anomaly.blocks for anomaly in check(Entry(declaration), _CONTEXT))


def _at_the_ends() -> Iterator[Declaration]:
    """Each way of being many or odd that a single sample of a zone does not show."""
    committees = tuple(f"{number:03d}" for number in range(100, 110))
    yield b.rights(b.legal(joint_commission_nbr=committees))
    sectors = tuple(b.sector(activity_code=number) for number in range(10))
    yield b.rights(sectors=sectors)
    own = tuple(b.extra(joint_commission_nbr=each) for each in committees)
    yield b.rights(extras=own)
    for year, month in (("81", "31"), ("81", "51"), ("00", "21"), ("00", "00"), ("55", "11")):
        nine = f"{year}{month}01001" if month != "00" else f"{year}0000001"
        for head in ("", "2"):
            number = f"{nine}{97 - int(head + nine) % 97:02d}"
            yield b.trainings(employee=b.employee(inss=number))
    odd = ("abc\nabc", " two  spaces ", "tab\tin", "a\rb", "aaa", "\nxx", "NONE", "é€&<>")
    for text in (*odd, "x" * 500):
        yield b.trainings(b.training(training_denomination=text))
    for amount in (0, 1, 5, 10, 99, 100, 12345, 1_000_001, 1_560_000):
        yield b.trainings(b.training(b.period(training_hours=amount)))
    for amount in (0, 50, 100, 250, 156_000):
        yield b.trainings(b.training(b.period(training_days=amount)))
    yield b.trainings(b.training(training_reference_nbr="one", training_organiser_name="other"))
    yield b.trainings(b.training(training_reference_nbr="one"))
    yield b.trainings(b.training(training_organiser_name="other"))
    yield b.trainings(b.training(certificate_validity_start_date=date(2024, 2, 29)))
    yield b.trainings(b.training(certificate_validity_end_date=date(2024, 2, 29)))
    yield b.trainings(b.training(*(b.period(training_type=kind) for kind in (1, 2, 1, 2, 1))))
    some = [b.training(training_sequence_nbr=number) for number in range(1, 8)]
    yield b.trainings(*some)
    yield b.trainings(*some[:2])
    yield b.trainings().model_copy(update={"trainings": ()})


def crowds() -> tuple[Declaration, ...]:
    """As many trainings, and periods of one, as a declaration may have."""
    every = (
        b.trainings(*(b.training(training_sequence_nbr=number) for number in range(1, 1000))),
        b.trainings(b.training(*(b.period() for _ in range(999)))),
    )
    return tuple(each for each in every if not _is_refused(each))


@dataclass(frozen=True)
class Witness:
    """Forms as they were written: which are invalid, and which read back as something else."""

    forms: int
    invalid: frozenset[int]
    different: frozenset[int]
    said: tuple[str, ...]

    @property
    def bad(self) -> frozenset[int]:
        return self.invalid | self.different


def forms_of(
    profile: Profile, shape: MessageShape, bodies: Iterable[Declaration]
) -> list[tuple[int, Form]]:
    """Forms of those of `bodies` that go in that message, each with its place among them."""
    found: list[tuple[int, Form]] = []
    for place, body in enumerate(bodies):
        if profile.shapes.get(body.kind) is not shape:
            continue
        number = len(found) + 1
        header = FormHeader.original(
            profile.identifications[body.kind],
            _CREATED + timedelta(seconds=number),
            reference_form(shape)(RUN + counter(number)),
        )
        found.append((place, Form(header=header, body=body)))
    return found


def with_extra(profile: Profile, body: Declaration) -> Declaration:
    """The declaration with a text for each zone that only the XSD knows."""
    extra = sample_extra(profile.shapes[body.kind], body.kind)
    return body.model_copy(update={"extra": extra}) if extra else body


def witness(
    profile: Profile, bodies: list[Declaration], folder: Path, *, other_engine: bool = True
) -> Witness:
    """All of `bodies` written, judged and read back, by their places."""
    invalid: set[int] = set()
    different: set[int] = set()
    said: list[str] = []
    total = 0
    for shape in profile.messages:
        every = forms_of(profile, shape, bodies)
        total += len(every)
        most = shape.most_forms or len(every) or 1
        for first in range(0, len(every), most):
            forms = every[first : first + most]
            path = folder / "witness.xml"
            extras = extra_texts(shape, [form for _, form in forms])
            writer = MessageWriter(shape, facts=MessageFacts(_CREATED.date()), extras=extras)
            path.write_bytes(b"".join(writer.message([form for _, form in forms])))
            found = list(_invalid(profile, shape, path, other_engine=other_engine))
            places = [place for place, _ in forms]
            said += [text for _, text in found]
            for number, _ in found:
                invalid |= {places[number - 1]} if number else set(places)
            for place, text in _changed(profile, shape, path, forms):
                different.add(place)
                said.append(text)
    return Witness(total, frozenset(invalid), frozenset(different), tuple(said))


def _invalid(
    profile: Profile, shape: MessageShape, path: Path, *, other_engine: bool
) -> Iterator[tuple[int, str]]:
    """Number of the form, 0 for all of them, and what an engine says."""
    outcome = SchemaValidator(profile, shape).check(path, most_shown=100_000)
    for error in outcome.errors:
        yield error.form, f"{error.path}: {error.reason}"
    if not outcome.errors and other_engine:
        asserts = shape.outline.files.asserts
        engine = xmlschema.XMLSchema11 if asserts else xmlschema.XMLSchema
        for found in engine(shape.driver or str(shape.schema)).iter_errors(str(path)):
            yield 0, f"xmlschema: {found.reason}"


def _changed(
    profile: Profile, shape: MessageShape, path: Path, forms: list[tuple[int, Form]]
) -> Iterator[tuple[int, str]]:
    """The place of each form that reads back as another, and where they differ."""
    reader, comparison = FormReader(profile, shape), Comparison(profile, shape)
    elements = xmlsafe.children(path, shape.form, root=shape.root)
    for (place, form), element in zip(forms, elements, strict=True):
        one, other = comparison.flat(form), comparison.flat(reader.read(element)[0])
        odd = [key for key in one.keys() | other.keys() if one.get(key) != other.get(key)]
        if odd:
            yield place, f"different: {odd[:3]}"


def held_back(profile: Profile, bodies: list[Declaration]) -> list[bool]:
    """For each of `bodies` whether the profile blocks it."""
    limits = ProfileLimits.of(profile)
    return [any(each.blocks for each in limits.told(Entry(body), ())) for body in bodies]


def without_limits(profile: Profile) -> Profile:
    """The same profile as if nothing but questions had been accepted."""
    return replace(profile, drop=frozenset({"questions"}), narrower=frozenset())


def kinds_without_form(profile: Profile) -> list[FormKind]:
    """Kinds of declaration that cannot be sent at all."""
    kinds = (FormKind.TRAININGS, FormKind.TRAINING_RIGHTS)
    return [kind for kind in kinds if kind not in profile.identifications]
