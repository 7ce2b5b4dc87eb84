"""An existing message against its XSD, then form by form against the rules: layers by name.

The rules are applied to every form that can be read, also of a message that breaks its XSD, so
that one run shows everything; what is not well-formed is not read at all.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from fla_batch.message import FormReader, MessageShape, Profile, Reading
from fla_batch.message.column_validation import Clearing, NotByLines
from fla_batch.message.message_format import FormatFault, format_faults
from fla_batch.message.which_message import shape_of
from fla_batch.message.xsd_verdict import SchemaCheck, SchemaValidator
from fla_batch.models import Entry
from fla_batch.models.form import AnswerForm, Form
from fla_batch.models.question import Question
from fla_batch.rules import RuleContext, check
from fla_batch.system import xmlsafe
from fla_batch.system.anomaly_store import AnomalySpool
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.findings import Anomaly, Labels, Source
from fla_batch.vocabulary.terms import AnomalyClass, Verdict
from fla_batch.vocabulary.zone_path import Path as ZonePath
from fla_batch.vocabulary.zone_path import path_text


@dataclass(frozen=True, slots=True)
class MessageResult:
    """The verdict of the XSD, how many forms were read, and the faults of the format besides."""

    check: SchemaCheck
    forms: int
    format_faults: int = 0


@dataclass(frozen=True, slots=True)
class LineOrigin:
    """Places in a message: the line of the nearest element, and the path of the value."""

    file: str
    form: int
    lines: dict[ZonePath, int]

    def source_of(self, path: ZonePath) -> Source:
        """The line of the element at `path`, or of the nearest block around it."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                line = self.lines[path[:end]]
                return Source(self.file, line, f"form {self.form}: {path_text(path)}")
        return Source(self.file, None, f"form {self.form}: {path_text(path)}")


def validate_message(
    path: Path, profile: Profile, context: RuleContext, anomalies: AnomalySpool
) -> MessageResult:
    """Adds all that is wrong with the message at `path` to `anomalies`: the XSD's, then ours.

    While the XSD is applied in a thread, the rules are here, to most of the forms by whole
    columns; that counts only if the XSD has no complaint. Raises ProfileMistake for a broken XSD
    and DiskTrouble.
    """
    shape = shape_of(path, profile)
    validator = SchemaValidator(profile, shape)
    before = len(anomalies)
    forms: int | None = None
    with ThreadPoolExecutor(1, thread_name_prefix="XSD") as beside:
        verdict = beside.submit(validator.check, path)
        if not shape.answers:
            forms = _by_lines(path, profile, shape, context, anomalies)
        outcome = verdict.result()
    if forms is None or outcome.verdict is not Verdict.VALID:
        anomalies.keep_first(before)
        anomalies.add(error.to_anomaly(path.name) for error in outcome.errors)
        forms = _by_forms(path, profile, shape, context, anomalies)
    unusable = any(error.code == "102" for error in outcome.errors)
    faults = [] if unusable else _format_faults(path, shape)
    anomalies.add(fault.to_anomaly(path.name) for fault in faults)
    return MessageResult(outcome, forms, len(faults))


def _format_faults(path: Path, shape: MessageShape) -> list[FormatFault]:
    """Those of a message of ours; what cannot be read is told by the verdict."""
    try:
        return [] if shape.answers else format_faults(path, shape)
    except OSError:
        return []


def _by_lines(
    path: Path,
    profile: Profile,
    shape: MessageShape,
    context: RuleContext,
    anomalies: AnomalySpool,
) -> int | None:
    """Only what is not cleared is looked at form by form; how many forms there are.

    None for a message without lines: what was added to `anomalies` does not count then.
    """
    reader = FormReader(profile, shape)
    try:
        clearing = Clearing(profile, shape, context)
        for line in clearing.left_over(path):
            form, reading = reader.read(line.element)
            reading.move_to(line.line)
            anomalies.add(
                _by_rules(form, reading, path.name, line.number, context, cleared=line.cleared)
            )
    except (NotByLines, xmlsafe.UnusableXml, OSError):
        return None  # the other way says what there is to say
    return clearing.forms


def _by_forms(
    path: Path,
    profile: Profile,
    shape: MessageShape,
    context: RuleContext,
    anomalies: AnomalySpool,
) -> int:
    """Every form that can be read; how many there were."""
    reader = FormReader(profile, shape)
    forms = 0
    try:
        for element in xmlsafe.children(path, shape.form, root=shape.root):
            forms += 1
            form, reading = reader.read(element)
            anomalies.add(_by_rules(form, reading, path.name, forms, context))
    except xmlsafe.UnusableXml:
        pass  # the first layer has said so already
    except OSError:
        pass  # the verdict is "not checked" then, with its reason
    return forms


def _by_rules(
    form: Form | AnswerForm,
    reading: Reading,
    file: str,
    number: int,
    context: RuleContext,
    *,
    cleared: frozenset[str] = frozenset(),
) -> list[Anomaly]:
    if isinstance(form, AnswerForm) or isinstance(form.body, Question):
        return []
    origin = LineOrigin(file, number, reading.lines)
    unreadable = frozenset(reading.unreadable)
    entry = Entry(form.body, origin, (), unreadable, cleared)
    unknown = [_unknown(place, origin) for place in reading.unknown]
    return [*unknown, *check(entry, context)]


def _unknown(place: str, origin: LineOrigin) -> Anomaly:
    label = place.rpartition("/")[2]
    meaning = catalogue.meaning("092") or Labels()
    return Anomaly(
        anomaly_class=AnomalyClass.BLOCKING.value,
        error_id=f"{label}-092",
        rule="unknown-element",
        tag=label,
        path=place,
        label=Labels(
            f"{label} - {meaning.en}", f"{label} - {meaning.fr}", f"{label} - {meaning.nl}"
        ),
        source=origin.source_of(()),
    )
