"""An existing message against its XSD, then form by form against the rules: layers by name.

The rules are applied to every form that can be read, also of a message that breaks its XSD, so
that one run shows everything; what is not well-formed is not read at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from fla_batch.message import FormReader, MessageShape, Profile, Reading
from fla_batch.message.column_validation import Clearing, LeftOverForm
from fla_batch.message.form_lines import FormBlock, FormLines, NotByLines
from fla_batch.message.message_format import FormatFault, all_differ, format_faults, stamps_of
from fla_batch.message.which_message import shape_of
from fla_batch.message.xsd_verdict import SchemaCheck, SchemaValidator
from fla_batch.models import Declaration, Entry
from fla_batch.models.form import Answer
from fla_batch.models.question import Question
from fla_batch.rules import RuleContext, check
from fla_batch.system import xmlsafe
from fla_batch.system.anomaly_store import AnomalySpool
from fla_batch.system.workforce import OwnWorkforce
from fla_batch.vocabulary import catalogue
from fla_batch.vocabulary.findings import Anomaly, Labels, Source
from fla_batch.vocabulary.terms import AnomalyClass, Verdict
from fla_batch.vocabulary.zone_path import Path as ZonePath
from fla_batch.vocabulary.zone_path import path_text

if TYPE_CHECKING:
    import polars as pl


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
        where = f"/form[{self.form}]/{path_text(path)}"
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                line = self.lines[path[:end]]
                return Source(self.file, line, where)
        return Source(self.file, None, where)


def validate_message(
    path: Path, profile: Profile, context: RuleContext, anomalies: AnomalySpool
) -> MessageResult:
    """Adds all that is wrong with the message at `path` to `anomalies`: the XSD's, then ours.

    Most of a message with a form a line is judged and cleared as a table, block by block; what
    is cleared counts only if the XSD has no complaint. Raises ProfileMistake for a broken XSD
    and DiskTrouble.
    """
    shape = shape_of(path, profile)
    validator = SchemaValidator(profile, shape)
    before = len(anomalies)
    seen = None if shape.answers else _by_lines(path, validator, profile, context, anomalies)
    outcome = validator.check(path, is_valid=seen is not None and seen.is_valid)
    forms = seen.forms if seen else 0
    if seen is None or outcome.verdict is not Verdict.VALID:
        anomalies.keep_first(before)
        anomalies.add(error.to_anomaly(path.name) for error in outcome.errors)
        forms = _by_forms(path, profile, shape, context, anomalies)
    unusable = any(error.code == "102" for error in outcome.errors)
    faults = [] if unusable else _format_faults(path, shape, seen)
    anomalies.add(fault.to_anomaly(path.name) for fault in faults)
    return MessageResult(outcome, forms, len(faults))


def _format_faults(path: Path, shape: MessageShape, seen: LinesResult | None) -> list[FormatFault]:
    """Those of a message of ours; what cannot be read is told by the verdict."""
    differ = seen is not None and seen.stamps_differ
    try:
        return [] if shape.answers else format_faults(path, shape, stamps_differ=differ)
    except OSError:
        return []


@dataclass(frozen=True, slots=True)
class LinesResult:
    """A message seen as tables: how many forms there are, and what is certain of all of them."""

    forms: int
    is_valid: bool
    stamps_differ: bool


class _BlockResult(NamedTuple):
    """The same of one block; `left` are its forms that the rules have to look at."""

    forms: int
    head: bytes
    is_valid: bool
    stamps: pl.Series | None
    left: list[LeftOverForm]


def _by_lines(
    path: Path,
    validator: SchemaValidator,
    profile: Profile,
    context: RuleContext,
    anomalies: AnomalySpool,
) -> LinesResult | None:
    """Only what is not cleared is looked at form by form.

    None for a message without lines: what was added to `anomalies` does not count then.
    """
    shape = validator.shape
    by_parts = validator.by_parts
    lines = by_parts.form_lines if by_parts else FormLines(shape)
    clearing, reader = Clearing(lines.places, profile, context), FormReader(profile, shape)

    def seen(block: FormBlock) -> _BlockResult:
        is_valid = by_parts is not None and by_parts.finds_block_valid(block)
        stamps = stamps_of(block.table)
        left = clearing.left_over(block)
        return _BlockResult(len(block), block.head, is_valid, stamps, left)

    forms, valid, stamps = 0, True, []
    try:
        with OwnWorkforce() as threads:
            begun = (threads.submit(seen, block) for block in lines.blocks(path))
            for block in threads.in_order(begun):
                valid &= block.is_valid
                stamps.append(block.stamps)
                for each, body, reading in _left_over(block, lines, reader):
                    number = forms + each.index + 1
                    reading.move_to(block.head.count(b"\n") + number)
                    anomalies.add(
                        _by_rules(body, reading, path.name, number, context, cleared=each.cleared)
                    )
                forms += block.forms
    except (NotByLines, xmlsafe.UnusableXml, OSError):
        return None  # the other way says what there is to say
    return LinesResult(forms, valid, all_differ(stamps))


def _left_over(
    block: _BlockResult, lines: FormLines, reader: FormReader
) -> Iterator[tuple[LeftOverForm, Declaration | Question | Answer, Reading]]:
    """What stands in each form that is left; only those that the columns do not tell are read."""
    odd = [each.held for each in block.left if isinstance(each.held, bytes)]
    found = lines.forms(block.head, odd)
    for each in block.left:
        if isinstance(each.held, bytes):
            form, reading = reader.read(next(found))
            yield each, form.body, reading
        else:
            yield each, each.held, Reading({(): 0})


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
            anomalies.add(_by_rules(form.body, reading, path.name, forms, context))
    except xmlsafe.UnusableXml:
        pass  # the first layer has said so already
    except OSError:
        pass  # the verdict is "not checked" then, with its reason
    return forms


def _by_rules(
    body: Declaration | Question | Answer,
    reading: Reading,
    file: str,
    number: int,
    context: RuleContext,
    *,
    cleared: frozenset[str] = frozenset(),
) -> list[Anomaly]:
    if isinstance(body, Answer | Question):
        return []
    origin = LineOrigin(file, number, reading.lines)
    unreadable = frozenset(reading.unreadable)
    entry = Entry(body, origin, (), unreadable, cleared)
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
