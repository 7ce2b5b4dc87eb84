"""`schema check`: does a profile's binding fit its XSD, and both the models?

Three verdicts. Clean: every declaration that the rules accept can be written, is valid and reads
back equal, but for limits that the binding accepts by name. Faulty: some cannot. Undecided: no
fault was seen, and the XSD has a construct that samples cannot settle (decision 1204).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum

from fla_batch.message.message_shape import MessageShape
from fla_batch.message.profile import Profile
from fla_batch.message.xsd_content import Declared
from fla_batch.message.xsd_driver import other_schema
from fla_batch.vocabulary.errors import ProfileMistake
from fla_batch.vocabulary.sentences import Sentences
from fla_batch.vocabulary.terms import Language
from fla_batch.vocabulary.words import texts_of

_FACTS = Sentences(__package__, "difference_facts.toml")


class Standing(Enum):
    """What a difference means for the verdict."""

    ERROR = "error"
    LIMIT = "limit"
    UNDECIDED = "undecided"
    NOTE = "note"


class ProfileVerdict(Enum):
    """May declarations be built by a profile? Only by a clean one, or with all named accepted."""

    CLEAN = "clean"
    FAULTY = "faulty"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Difference:
    """One cause. `where` is a file and line, `samples` how many samples it breaks.

    `name` is what a limit or undecided construct is accepted by in the binding, in the list
    `accepted_in` of [profile].
    """

    kind: str
    path: str
    text: str
    standing: Standing = Standing.ERROR
    where: str = ""
    advice: str = ""
    samples: int = 0
    name: str = ""
    accepted_in: str = ""
    is_accepted: bool = False

    @property
    def breaks(self) -> bool:
        """True when the profile is not fit for use because of it."""
        return self.standing is not Standing.NOTE and not self.is_accepted

    def text_in(self, language: Language) -> str:
        """What was found, in that language; what an engine says of samples is English."""
        return _FACTS.translated(self.text, language)

    def advice_in(self, language: Language) -> str:
        """What to do, in that language: in French and Dutch by the kind of difference."""
        texts = texts_of(__package__, "difference_words.toml")
        if language is Language.EN or not self.advice or self.kind not in texts:
            return self.advice
        said: str = texts[self.kind][language.value]
        if self.name and self.accepted_in:
            accepted: str = texts["accepted"][language.value]
            said += " " + accepted.format(list=self.accepted_in, name=self.name)
        return said


def stricter(name: str, path: str, say: str, declared: Declared) -> Difference:
    """A limit: the XSD takes less than the rules, which the binding may accept by that name."""
    advice = (
        f'Declarations beyond it cannot be sent: narrower = ["{name}"] in [profile] accepts that.'
    )
    return Difference(
        "stricter", path, say, Standing.LIMIT, where=declared.where, advice=advice, name=name,
        accepted_in="narrower",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Conformity:
    """The verdict on a profile, and all that was found, errors first."""

    verdict: ProfileVerdict
    differences: tuple[Difference, ...]

    @property
    def limits(self) -> list[str]:
        """Names of what the binding accepts."""
        return sorted({each.name for each in self.differences if each.is_accepted})


def examined(profile: Profile) -> Conformity:
    """The verdict on a profile. Raises ProfileMistake when an XSD cannot be compiled at all."""
    found = differences(profile)
    open_ones = {each.standing for each in found if each.breaks}
    if open_ones & {Standing.ERROR, Standing.LIMIT}:
        verdict = ProfileVerdict.FAULTY
    elif Standing.UNDECIDED in open_ones:
        verdict = ProfileVerdict.UNDECIDED
    else:
        verdict = ProfileVerdict.CLEAN
    return Conformity(verdict, tuple(found))


def differences(profile: Profile) -> list[Difference]:
    """All that does not fit between models, binding and XSDs, a line a cause, errors first."""
    from fla_batch.message.conformity_limits import missing_places, unsettled
    from fla_batch.message.conformity_samples import broken_samples
    from fla_batch.message.conformity_walk import along_the_tree
    from fla_batch.message.xsd_verdict import SchemaValidator

    shapes = [*profile.messages, *([profile.answer] if profile.answer else [])]
    # Compiled first, so that a broken XSD is one clear error and not a list of guesses.
    validators = {id(shape): SchemaValidator(profile, shape) for shape in shapes}
    for shape in shapes:
        _require_other_engine(shape)
    found = list(missing_places(profile))
    for shape in shapes:
        found += along_the_tree(profile, shape)
        found += unsettled(profile, shape)
    for shape in profile.messages:
        found += broken_samples(profile, shape, validators[id(shape)], found)
    merged = _once(_accepted(each, profile) for each in found)
    order = list(Standing)
    return sorted(merged, key=lambda each: (not each.breaks, order.index(each.standing)))


def _require_other_engine(shape: MessageShape) -> None:
    """Raises ProfileMistake when xmlschema does not take what libxml2 takes."""
    import xmlschema

    try:
        other_schema(shape.schema, shape.driver, asserts=shape.outline.files.asserts)
    except xmlschema.XMLSchemaException as error:
        reason = " ".join(str(getattr(error, "message", error)).split())
        raise ProfileMistake(f"xmlschema does not take {shape.schema.name}: {reason}") from error


def _accepted(difference: Difference, profile: Profile) -> Difference:
    lists = {"drop": profile.drop, "narrower": profile.narrower, "undecided": profile.undecided}
    names = lists.get(difference.accepted_in, frozenset())
    return replace(difference, is_accepted=is_named(difference.name, names))


def is_named(name: str, names: Iterable[str]) -> bool:
    """True when `name` or its end or a block around it is in `names`.

    >>> is_named("employee.refHoursInWorkingDay", ["refHoursInWorkingDay"])
    True
    >>> is_named("trainings.trainingProviderReference.providerTrainingId",
    ...          ["trainings.trainingProviderReference"])
    True
    """
    return bool(name) and any(
        name == each
        or name.endswith(f".{each}")
        or name.startswith(f"{each}.")
        or f".{each}." in name
        for each in names
    )


def _once(found: Iterable[Difference]) -> Iterator[Difference]:
    """The same cause, found for several kinds of form, is one line."""
    seen: set[tuple[str, str, str]] = set()
    for each in found:
        key = (each.kind, each.path, each.text)
        if key not in seen:
            seen.add(key)
            yield each
